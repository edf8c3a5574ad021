/**
 * Reads the entries of a tar as an ADD unpacks them. What Go's archive/tar does otherwise, or what a
 * forecast cannot hold (sparse files, extended attributes), makes it unknown.
 */
import type { ArchiveEntry } from "../core/context/archive.js";
import type { Reason } from "../core/host.js";
import { blobHash } from "./digest.js";
import type { Slices } from "./slices.js";
import { type NameRoom, takeNames } from "./tarNames.js";
import {
  bytesOf,
  linkTargetOf,
  nameOf,
  nextHeader,
  numberAt,
  ownerOf,
  padding,
  sizeOf,
  skim,
  type TarBytes,
  type TarHeader,
  Unreadable,
} from "./tarStream.js";

export interface TarLimits extends Readonly<NameRoom> {
  /** Of the whole, unpacked. */
  readonly bytes: number;
  readonly entries: number;
}

export type Tar =
  /** It does not start like one. */
  | { readonly kind: "plain" }
  | { readonly kind: "unknown"; readonly reason: Reason }
  | {
      readonly kind: "entries";
      readonly entries: readonly ArchiveEntry[];
      /** What their names take: see `NameRoom`. */
      readonly names: number;
    };

/** @param stream of the unpacked bytes; an error of it makes the archive unknown */
export async function readTar(
  stream: AsyncIterable<Buffer>,
  limits: TarLimits,
  slices: Slices,
): Promise<Tar> {
  const input = bytesOf(stream, limits.bytes, slices);
  const entries: ArchiveEntry[] = [];
  const room = { names: limits.names };
  let isFirst = true;
  try {
    for (;;) {
      const header = await nextHeader(input, isFirst);
      if (header === "plain" || header === "empty") return { kind: "plain" };
      if (header === null) {
        return { kind: "entries", entries, names: limits.names - room.names };
      }
      isFirst = false;
      const entry = await entryOf(header, input);
      if (entry !== null) {
        takeNames(room, entry, entries.at(-1)?.path ?? "");
        entries.push(entry);
      }
      if (entries.length > limits.entries) throw new Unreadable("too-large");
    }
  } catch (thrown) {
    if (thrown instanceof Unreadable) return { kind: "unknown", reason: thrown.reason };
    if (thrown instanceof Error && "code" in thrown) return { kind: "unknown", reason: "failed" };
    throw thrown;
  }
}

const kinds: Readonly<Record<string, ArchiveEntry["kind"]>> = {
  "0": "file",
  "\0": "file",
  "1": "hard-link",
  "2": "symlink",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
};

/** null: the destination itself. */
async function entryOf(header: TarHeader, input: TarBytes): Promise<ArchiveEntry | null> {
  const { block, type, given } = header;
  for (const key of given.keys())
    if (/^(?:GNU\.sparse|SCHILY\.xattr|LIBARCHIVE\.xattr|RHT\.security)\./.test(key))
      throw new Unreadable("unsupported");
  const name = nameOf(header);
  const linkTarget = linkTargetOf(header);
  // Names of other bytes are nothing that a forecast could hold.
  if (`${name}${linkTarget}`.includes("\ufffd")) throw new Unreadable("unsupported");
  const isOldFolder = type === "\0" && name.endsWith("/");
  const kind = isOldFolder ? "directory" : kinds[type];
  if (kind === undefined) throw new Unreadable("unsupported");
  const size = kind === "file" ? sizeOf(header) : 0;
  const isLink = kind === "symlink" || kind === "hard-link";
  const isDevice = kind === "character-device" || kind === "block-device";
  const entry = {
    path: cleaned(name),
    kind,
    // The builder's own file system says it of a link.
    mode: kind === "symlink" ? 0o777 : numberAt(block, 100, 8) & 0o7777,
    uid: ownerOf(header, "uid"),
    gid: ownerOf(header, "gid"),
    size,
    linkTarget: !isLink
      ? null
      : kind === "symlink"
        ? inside(name, linkTarget)
        : cleaned(linkTarget),
    device: isDevice ? `${numberAt(block, 329, 8)}:${numberAt(block, 337, 8)}` : null,
    identity: kind === "file" ? await identityOf(input, size) : null,
  };
  return entry.path === "" ? null : entry;
}

/** The git blob id of the content that follows. */
export async function identityOf(input: TarBytes, size: number): Promise<string> {
  const hash = blobHash(size);
  await skim(input, size, (piece) => hash.update(piece));
  await skim(input, padding(size));
  return hash.hex();
}

/** A path below the destination. Throws where it leads out of it: that fails a build. */
export function cleaned(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "" || name === ".") continue;
    if (name !== "..") names.push(name);
    else if (names.pop() === undefined) throw new Unreadable("failed");
  }
  return names.join("/");
}

/** The text of a link, which may lead nowhere but not out of the destination. */
function inside(name: string, target: string): string {
  const folder = name.replace(/[^/]*\/*$/, "");
  cleaned(`${folder}/${target}`);
  return target;
}
