/**
 * Answers what is asked of base images: by asking a registry or an engine, by what was found out a
 * little earlier, and, where nobody can be reached, by what was found out last.
 */
import { type Known, known } from "../../core/host.js";
import type { BaseImage, ImageSource } from "../../core/image/baseImage.js";
import type { NeedOf } from "../../core/world/facts.js";
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
  /** An answer of before that moment counts as none. Milliseconds since the epoch. Default: any counts. */
  readonly notBefore?: () => number;
  /** Hears the answer to a question that was first answered by an older one. Absent: all is waited for. */
  readonly later?: (need: NeedOf<"image">, answer: Known<BaseImage>) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Milliseconds for which nobody asks again what could not be found out. */
const rest = 60_000;

/** So many are asked for at a time. */
const maxAsked = 4;

export function imageSupplier(options: ImageSupplierOptions): Supplier<"image"> {
  const { source, lookUp, store, maxAge, now, notBefore = () => 0, later } = options;
  const failed = new Map<string, Failure>();
  const inTurn = turns(maxAsked);

  const askNow = async (ask: ImageAsk, last: BaseImage | null): Promise<Known<BaseImage>> => {
    const { reference, platform } = ask;
    const key = keyOf(ask);
    const answer = await inTurn(() =>
      lookUp(reference, platform, (digest) => store.ofDigest(digest, platform)),
    );
    if (answer.kind === "known") {
      failed.delete(key);
      store.keep(ask, answer.value);
      return answer;
    }
    const told = last !== null && isOutOfReach(answer) ? known(last) : answer;
    failed.set(key, { at: now(), answer: told });
    return told;
  };

  return async (need) => {
    const { reference, platform } = need;
    const ask: ImageAsk = { source, reference, platform };
    const last = store.last(ask);
    const at = last?.origin?.at ?? null;
    const counts = at !== null && at >= notBefore();
    if (last !== null && counts && now() - at < maxAge) return known(last);
    const failure = failed.get(keyOf(ask));
    const rests = failure !== undefined && maxAge > 0 && now() - failure.at < rest;
    if (rests && failure.at >= notBefore()) return failure.answer;
    if (last === null || !counts || later === undefined) return askNow(ask, last);
    void askNow(ask, last).then((answer) => later(need, answer));
    return known(last);
  };
}

interface Failure {
  readonly at: number;
  readonly answer: Known<BaseImage>;
}

function keyOf({ reference, platform }: ImageAsk): string {
  return JSON.stringify([reference, platform]);
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
