/** Writes small images as files: the blobs of an OCI layout, and the archive of one. */
import { createHash } from "node:crypto";
import { tarArchive } from "./engine/tar.js";

export interface MadeLayer {
  /** Of the history. */
  readonly command: string;
  /** Bytes. Without `bytes` what is in them is no archive: nobody unpacks it. */
  readonly size?: number;
  /** The layer itself, packed or not. */
  readonly bytes?: Buffer;
}

const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** The files of an image in the form of an OCI layout; `CMD x` stands last in its history. */
export function imageLayout(
  config: object,
  layers: readonly MadeLayer[],
): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>([
    ["oci-layout", Buffer.from('{"imageLayoutVersion":"1.0.0"}')],
  ]);
  const keep = (bytes: Buffer) => {
    const digest = digestOf(bytes);
    files.set(`blobs/sha256/${digest.slice(7)}`, bytes);
    return { digest, size: bytes.length };
  };
  const kept = layers.map(({ command, size = 0, bytes }) => ({
    mediaType: "application/vnd.oci.image.layer.v1.tar",
    ...keep(bytes ?? Buffer.from(command.padEnd(size, " ").slice(0, size))),
  }));
  const configText = JSON.stringify({
    ...{ architecture: "amd64", os: "linux", config },
    rootfs: { type: "layers", diff_ids: kept.map(({ digest }) => digest) },
    history: [
      ...layers.map(({ command }) => ({ created_by: command, created: "2026-08-06T10:00:00Z" })),
      { created_by: "CMD x", empty_layer: true },
    ],
  });
  const manifest = keep(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        config: keep(Buffer.from(configText)),
        layers: kept,
      }),
    ),
  );
  files.set("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [manifest] })));
  return files;
}

/** Files by their names as a tar. */
export function archiveOf(files: ReadonlyMap<string, string | Buffer>): Buffer {
  return tarArchive([...files].map(([name, data]) => ({ name, data: Buffer.from(data) })));
}
