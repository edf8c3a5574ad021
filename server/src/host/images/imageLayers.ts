/** The layers of an image where they lie, and what is in them: read when somebody asks, never unpacked anywhere. */
import type { Cancellation, Reason, Result } from "../../core/host.js";
import type { ImageContents } from "../../core/image/layerContents.js";
import type { LayerEntry } from "../../core/image/layerEntry.js";
import { imageContents } from "../../core/insight/imageContents.js";
import { hostError } from "../errors.js";
import { failure } from "../registry/exchange.js";
import { createSlices, inSlices } from "../slices.js";
import { Unreadable } from "../tarStream.js";
import { eachEntry, readLayer, usualRoom } from "./layerTar.js";

/** Takes the bytes of a layer as it is kept. What it throws ends the reading. */
export type TakeLayer = (name: string, bytes: AsyncIterable<Buffer>) => Promise<void>;

export interface LayerSource {
  /**
   * Hands on the layers that are wanted, in no certain order; one that the image has twice once.
   * What is no layer may be among them.
   * @returns the names of all its layers, from the bottom up
   */
  each(isWanted: (name: string) => boolean, take: TakeLayer): Promise<Result<readonly string[]>>;
}

export interface ReadImage {
  readonly contents: ImageContents;
  /** Of the layers, for `readImageFile`. */
  readonly names: readonly string[];
}

/** Errors: `ELAYER`, those of the source. Throws `Cancelled`. */
export async function readImage(
  source: LayerSource,
  cancel: Cancellation,
): Promise<Result<ReadImage>> {
  const room = usualRoom();
  const slices = createSlices(cancel);
  const found = new Map<string, readonly LayerEntry[] | Reason>();
  const names = await source.each(
    () => true,
    async (name, bytes) => {
      try {
        found.set(name, await readLayer(bytes, room, slices));
      } catch (thrown) {
        // It may be something else than a layer.
        if (!(thrown instanceof Unreadable)) throw thrown;
        found.set(name, thrown.reason);
      }
    },
  );
  if (!names.ok) return names;
  const layers: (readonly LayerEntry[])[] = [];
  for (const [nth, name] of names.value.entries()) {
    const layer = found.get(name) ?? "missing";
    if (typeof layer === "string") return failure("ELAYER", unreadable(nth, layer));
    layers.push(layer);
  }
  const contents = await inSlices(imageContents(layers), slices);
  return { ok: true, value: { contents, names: names.value } };
}

function unreadable(layer: number, reason: Reason): string {
  switch (reason) {
    case "missing":
      return `layer ${layer} is not there`;
    case "too-large":
      return `layer ${layer} holds too much to be looked through`;
    case "unsupported":
      return `layer ${layer} is in a form that is not read here`;
    default:
      return `layer ${layer} is damaged`;
  }
}

/** Bytes of a file that is shown. */
export const maxShown = 5_000_000;

/**
 * The bytes of a file as a layer has it.
 * Errors: `ENOENT`, `EFBIG`, `ELAYER`, those of the source. Throws `Cancelled`.
 */
export async function readImageFile(
  source: LayerSource,
  { names }: ReadImage,
  { layer, path }: { readonly layer: number; readonly path: string },
  cancel: Cancellation,
): Promise<Result<Buffer>> {
  const wanted = names[layer];
  const pieces: Buffer[] = [];
  let size: number | null = null;
  const take: TakeLayer = async (_name, bytes) => {
    await eachEntry(bytes, usualRoom(), createSlices(cancel), (entry) => {
      if (entry.path !== path || entry.kind !== "file") return undefined;
      // A name that comes twice is what it is last.
      pieces.length = 0;
      size = entry.size;
      return entry.size > maxShown ? undefined : (piece) => pieces.push(Buffer.from(piece));
    });
  };
  try {
    const read = await source.each((name) => name === wanted, take);
    if (!read.ok) return read;
  } catch (thrown) {
    if (!(thrown instanceof Unreadable)) throw thrown;
    return failure("ELAYER", unreadable(layer, thrown.reason));
  }
  if (size === null) return failure("ENOENT", `layer ${layer} has no file ${path}`, path);
  if (size > maxShown) return failure("EFBIG", `it has ${size} bytes`, path);
  return { ok: true, value: Buffer.concat(pieces) };
}

/** What a stream under the reading says, as a value. Rethrows what is ours. */
export async function streaming<T>(
  place: string,
  work: () => Promise<T>,
): Promise<T | ReturnType<typeof failure>> {
  try {
    return await work();
  } catch (thrown) {
    const { code, message } = hostError(thrown, place);
    if (thrown instanceof Unreadable || code === "UNKNOWN") throw thrown;
    return failure(code, message, place);
  }
}
