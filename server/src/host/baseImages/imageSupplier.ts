/**
 * Answers what is asked of base images: by asking a registry or an engine, by what was found out a
 * little earlier, and, where nobody can be reached, by what was found out last.
 */
import { type Known, known } from "../../core/host.js";
import type { BaseImage, ImageSource } from "../../core/image/baseImage.js";
import type { Supplier } from "../settle.js";
import type { ImageAsk, ImageStore } from "./imageStore.js";

/** @param ofDigest what was found out before, by the digest that a reference leads to */
export type LookUp = (
  reference: string,
  platform: string,
  ofDigest: (digest: string) => BaseImage | null,
) => Promise<Known<BaseImage>>;

export interface ImageSupplierOptions {
  readonly source: ImageSource;
  readonly lookUp: LookUp;
  readonly store: ImageStore;
  /** Milliseconds for which an answer is not asked for again. */
  readonly maxAge: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Milliseconds for which nobody asks again what could not be found out. */
const rest = 60_000;

/** So many are asked for at a time. */
const maxAsked = 4;

export function imageSupplier(options: ImageSupplierOptions): Supplier<"image"> {
  const { source, lookUp, store, maxAge, now } = options;
  const failed = new Map<string, { readonly until: number; readonly answer: Known<BaseImage> }>();
  const inTurn = turns(maxAsked);

  return async ({ reference, platform }) => {
    const ask: ImageAsk = { source, reference, platform };
    const key = JSON.stringify([reference, platform]);
    const last = store.last(ask);
    if (last?.origin !== undefined && now() - last.origin.at < maxAge) return known(last);
    const failure = failed.get(key);
    if (failure !== undefined && maxAge > 0 && failure.until > now()) return failure.answer;
    const answer = await inTurn(() =>
      lookUp(reference, platform, (digest) => store.ofDigest(digest, platform)),
    );
    if (answer.kind === "known") {
      failed.delete(key);
      store.keep(ask, answer.value);
      return answer;
    }
    const told = last !== null && isOutOfReach(answer) ? known(last) : answer;
    failed.set(key, { until: now() + rest, answer: told });
    return told;
  };
}

/** True where the image may well be what it was. */
function isOutOfReach(answer: Known<BaseImage>): boolean {
  if (answer.kind !== "unknown") return false;
  return answer.reason === "offline" || ["ERATE", "EREPLY"].includes(answer.error?.code ?? "");
}

/** Does so many things at a time, the others as soon as one is done. */
function turns(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running === most) await new Promise<void>((resume) => waiting.push(resume));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}
