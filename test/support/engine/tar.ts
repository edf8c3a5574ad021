/** Writes small tar archives (ustar), the same bytes every time. */

export interface TarEntry {
  /** Ends in `/` for a folder. */
  readonly name: string;
  readonly mode?: number;
  readonly data?: Buffer;
  readonly link?: string;
  /** True where `link` names the same file in the archive. */
  readonly isHardLink?: boolean;
  readonly uid?: number;
  readonly gid?: number;
}

/** A whole archive; entries are dated 2024-01-01. */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), tarEnd]);
}

/** Two empty blocks. */
export const tarEnd: Buffer = Buffer.alloc(1024);

export function tarEntry(entry: TarEntry): Buffer {
  const { name, data, link, isHardLink = false } = entry;
  const type = name.endsWith("/") ? "5" : link === undefined ? "0" : isHardLink ? "1" : "2";
  return Buffer.concat([
    ...(Buffer.byteLength(name) > 100
      ? [block("L", { name: gnuLong, data: Buffer.from(name) })]
      : []),
    ...(Buffer.byteLength(link ?? "") > 100
      ? [block("K", { name: gnuLong, data: Buffer.from(link ?? "") })]
      : []),
    block(type, { ...entry, data: data ?? Buffer.alloc(0) }),
  ]);
}

/** What GNU calls the entry whose content is the long name, or the long link, of the next one. */
const gnuLong = "././@LongLink";

function block(type: string, entry: TarEntry & { readonly data: Buffer }): Buffer {
  const { name, mode, data, link, uid = 0, gid = 0 } = entry;
  const header = Buffer.alloc(512);
  const octal = (value: number, at: number, width: number) =>
    header.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at);
  header.write(name, 0, 100);
  octal(mode ?? (type === "5" ? 0o755 : type === "2" ? 0o777 : 0o644), 100, 8);
  octal(uid, 108, 8);
  octal(gid, 116, 8);
  octal(data.length, 124, 12);
  octal(1_704_067_200, 136, 12);
  header.write(type, 156);
  if (link !== undefined) header.write(link, 157, 100);
  header.write("ustar\0" + "00", 257);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return Buffer.concat([header, data, Buffer.alloc((512 - (data.length % 512)) % 512)]);
}

/** The content of one file of an archive, or null when it holds none of that name. */
export function readFromTar(archive: Buffer, name: string): Buffer | null {
  for (let at = 0; at + 512 <= archive.length; ) {
    const header = archive.subarray(at, at + 512);
    const entry = header.subarray(0, 100).toString().replace(/\0.*$/s, "");
    if (entry === "") return null;
    const size = Number.parseInt(header.subarray(124, 136).toString(), 8);
    if (entry === name) return archive.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return null;
}
