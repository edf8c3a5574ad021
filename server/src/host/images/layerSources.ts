/** Where the layers of an image are to be had: in an archive, a layout, an engine, a registry. */
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { Readable } from "node:stream";
import type { Platform } from "../../core/build/platform.js";
import type { Result } from "../../core/host.js";
import type { BaseImage } from "../../core/image/baseImage.js";
import { readReference } from "../../core/image/reference.js";
import { cannotAsk, openEngine } from "../baseImages/engineAsk.js";
import { engineEndpoint } from "../baseImages/engineEndpoint.js";
import { failure } from "../registry/exchange.js";
import type { Registry } from "../registry/registry.js";
import { Cancelled, createSlices } from "../slices.js";
import {
  bytesOf,
  linkTargetOf,
  nameOf,
  nextHeader,
  padding,
  sizeOf,
  skim,
  type TarBytes,
  Unreadable,
} from "../tarStream.js";
import { type Files, fileInside, filesOf, layerNames, maxJson } from "./imageArchive.js";
import { type LayerSource, streaming, type TakeLayer } from "./imageLayers.js";
import { aliasOf, isFileType, openTar, type TarPlace } from "./tarFile.js";

/** @param place absolute, of a file or of the folder of a layout */
export function archiveLayers(place: string, platform: Platform): LayerSource {
  return {
    each: (isWanted, take) =>
      streaming(place, async () => {
        const isFolder = statSync(place).isDirectory();
        // Opening a pipe would wait for its other end.
        const tar = isFolder || !statSync(place).isFile() ? null : openTar(place);
        if (!isFolder && tar === null)
          return failure("EFORMAT", `${place} is no archive of an image`, place);
        try {
          const files: Files =
            tar === null
              ? filesOf(place)
              : { size: tar.size, read: (name) => tar.read(name, maxJson) };
          const names = layerNames(files, place, platform);
          if (!names.ok) return names;
          for (const name of new Set(names.value.filter(isWanted))) {
            const part: FilePart | null =
              tar === null ? fileInside(place, name) : partOf(place, tar.place(name));
            if (part === null) continue;
            const { place: file, start = 0, size } = part;
            const bytes =
              size === 0
                ? Readable.from([])
                : createReadStream(file, { start, end: start + size - 1 });
            const read = await taken(name, bytes, take);
            if (!read.ok) return read;
          }
          return names;
        } finally {
          tar?.close();
        }
      }),
  };
}

/** A stretch of a file. */
interface FilePart {
  readonly place: string;
  /** Absent: the whole. */
  readonly start?: number;
  readonly size: number;
}

function partOf(place: string, at: TarPlace | null): FilePart | null {
  return at === null ? null : { place, start: at.at, size: at.size };
}

/** Hands a layer on and holds it against its name, where that is its digest. Errors: `EDIGEST`. */
async function taken(
  name: string,
  bytes: AsyncIterable<Buffer>,
  take: TakeLayer,
): Promise<Result<null>> {
  const [, wanted] = /^(?:blobs\/sha256\/|sha256:)([0-9a-f]{64})$/.exec(name) ?? [];
  const hash = createHash("sha256");
  const hashed = async function* () {
    for await (const piece of bytes) {
      hash.update(piece);
      yield piece;
    }
  };
  const rest = hashed();
  try {
    // Who takes it may leave it early: the digest is that of all.
    await take(name, { [Symbol.asyncIterator]: () => ({ next: () => rest.next() }) });
    for await (const _piece of rest);
  } finally {
    await rest.return();
  }
  if (wanted === undefined || hash.digest("hex") === wanted) return { ok: true, value: null };
  return failure("EDIGEST", `${name} holds other bytes than it says`, name);
}

/** Milliseconds for all that an engine has to say of an image, and for a pause in it. */
const patience = 600_000;
const longestPause = 60_000;

/** As `docker save` gives it. Its layers stand before what says which they are. */
export function engineLayers(
  env: NodeJS.ProcessEnv,
  reference: string,
  platform: Platform,
): LayerSource {
  return {
    async each(isWanted, take) {
      const endpoint = engineEndpoint(env);
      if (!endpoint.ok) return endpoint;
      if (readReference(reference) === null)
        return failure("EFORMAT", `${reference} is no reference of an image`);
      // A reference is made of letters that an address may hold.
      const opened = await openEngine(
        endpoint.value,
        `/images/${reference}/get`,
        AbortSignal.timeout(patience),
      );
      if (!opened.ok) return opened;
      const answer = opened.value;
      answer.setTimeout(longestPause, () => answer.destroy(new Error("it says nothing more")));
      try {
        if (answer.statusCode !== 200)
          return failure("EREPLY", `the engine answers ${answer.statusCode ?? 0}`);
        return await savedLayers(answer, reference, platform, { isWanted, take });
      } catch (thrown) {
        if (thrown instanceof Cancelled || thrown instanceof Unreadable) throw thrown;
        return cannotAsk(thrown);
      } finally {
        answer.destroy();
      }
    },
  };
}

/** Bytes of all that is no layer. */
const maxTexts = 64_000_000;

interface Wanted {
  readonly isWanted: (name: string) => boolean;
  readonly take: TakeLayer;
}

async function savedLayers(
  bytes: AsyncIterable<Buffer>,
  place: string,
  platform: Platform,
  { isWanted, take }: Wanted,
): Promise<Result<readonly string[]>> {
  const input = bytesOf(bytes, Number.POSITIVE_INFINITY, createSlices(undefined));
  const texts = new Map<string, Buffer>();
  const aliases = new Map<string, string>();
  let room = maxTexts;
  for (;;) {
    const header = await nextHeader(input, false);
    if (header === null || header === "plain" || header === "empty") break;
    const name = nameOf(header).replace(/^\.\//, "");
    if (header.type === "2") aliases.set(name, aliasOf(name, linkTargetOf(header)));
    if (!isFileType(header.type)) continue;
    const size = sizeOf(header);
    const first = size === 0 ? Buffer.alloc(0) : await input.some(1);
    if (first === null) throw new Unreadable("failed");
    const content = contentOf(input, first, size);
    if (/^[{[]/.test(first.toString("latin1")) && size <= maxJson && size <= room) {
      room -= size;
      texts.set(name, await whole(content));
    } else if (isWanted(name)) {
      const read = await taken(name, content, take);
      if (!read.ok) return read;
    } else await skim(input, size - first.length);
    await skim(input, padding(size));
  }
  const files: Files = { size: () => null, read: (name) => texts.get(name) ?? null };
  const names = layerNames(files, place, platform);
  if (!names.ok) return names;
  return { ok: true, value: names.value.map((name) => aliases.get(name) ?? name) };
}

async function* contentOf(input: TarBytes, first: Buffer, size: number) {
  if (first.length > 0) yield first;
  for (let left = size - first.length; left > 0; ) {
    const piece = await input.some(left);
    if (piece === null) throw new Unreadable("failed");
    left -= piece.length;
    yield piece;
  }
}

async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** Bytes of a layer that are fetched at once, and so held in memory. */
const partSize = 16_000_000;

/** Bytes of a packed layer: who asks for one of an image waits for all of it. */
const maxLayer = 16_000_000_000;

/** @param image as that registry was found to have it: its layers go by the digests of their bytes */
export function registryLayers(
  registry: Pick<Registry, "part">,
  reference: string,
  { origin }: BaseImage,
): LayerSource {
  const layers = origin?.layers ?? [];
  return {
    async each(isWanted, take) {
      const wanted = new Map(layers.map(({ digest, bytes }) => [digest, bytes ?? 0]));
      for (const [name, size] of wanted) {
        if (!isWanted(name)) continue;
        if (size > maxLayer) return failure("EFBIG", `${name} is too large to be fetched`, name);
        let failed: Extract<Result<never>, { ok: false }> | null = null;
        const parts = async function* () {
          for (let from = 0; from < size; ) {
            const asked = { from, bytes: Math.min(partSize, size - from), of: size };
            const part = await registry.part(reference, name, asked);
            if (!part.ok) {
              failed = part;
              return;
            }
            from += part.value.length;
            yield Buffer.from(part.value);
          }
        };
        try {
          const read = await taken(name, parts(), take);
          if (failed === null && !read.ok) return read;
        } catch (thrown) {
          // What is broken off reads like a damaged one.
          if (failed === null) throw thrown;
        }
        if (failed !== null) return failed;
      }
      return { ok: true, value: layers.map(({ digest }) => digest) };
    },
  };
}
