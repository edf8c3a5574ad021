/**
 * A registry on the loopback for what a real one cannot be made to do: it answers as the OCI
 * distribution-spec says, or as a test wants it to.
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface AskedRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  /** `bytes=0-9`; empty: all of them. */
  readonly range: string;
  readonly body: string;
}

/** Answers instead of the registry; false: it does not want to. */
export type Instead = (request: AskedRequest, response: ServerResponse) => boolean;

export interface TestRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** All that was asked, in its order. */
  readonly asked: AskedRequest[];
  instead: Instead;
  /** Keeps bytes; gives their digest. */
  blob(bytes: string | Buffer): string;
  /** Keeps a manifest under its digest, and under a tag; gives the digest. */
  manifest(value: object, tag?: string): string;
  /** Keeps an image with this config; gives the digest of its manifest. */
  image(config: object, tag?: string, platform?: string): string;
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

export async function startRegistry(t: {
  readonly after: (close: () => void) => void;
}): Promise<TestRegistry> {
  const blobs = new Map<string, string | Buffer>();
  const tags = new Map<string, string>();
  const registry: TestRegistry = {
    host: "",
    asked: [],
    instead: () => false,
    blob(bytes) {
      const digest = digestOf(bytes);
      blobs.set(digest, bytes);
      return digest;
    },
    manifest(value, tag) {
      const type = "manifests" in value ? indexType : manifestType;
      const digest = registry.blob(JSON.stringify({ schemaVersion: 2, mediaType: type, ...value }));
      if (tag !== undefined) tags.set(tag, digest);
      return digest;
    },
    image(config, tag, platform = "linux/amd64") {
      const [os, architecture, variant] = platform.split("/");
      const layer = digestOf(JSON.stringify(config));
      const text = JSON.stringify({
        ...{ os, architecture, variant, created: "2026-08-06T10:00:00Z", config },
        rootfs: { type: "layers", diff_ids: [layer] },
        history: [{ created_by: "ADD rootfs.tar /" }, { created_by: "CMD sh", empty_layer: true }],
      });
      const described = { digest: registry.blob(text), size: text.length };
      return registry.manifest({ config: described, layers: [{ digest: layer, size: 1234 }] }, tag);
    },
  };
  const honest = ({ method, path, range }: AskedRequest, response: ServerResponse): void => {
    const [, kind = "", name = ""] = /^\/v2\/.+\/(manifests|blobs)\/([^/?]+)$/.exec(path) ?? [];
    const digest = tags.get(name) ?? name;
    const bytes = blobs.get(digest);
    if (kind === "" || bytes === undefined) {
      response.writeHead(404).end();
      return;
    }
    const part = kind === "blobs" ? partOf(Buffer.from(bytes), range) : null;
    if (part !== null) {
      response.writeHead(206, { "Content-Range": part.range }).end(part.bytes);
      return;
    }
    const type = bytes.includes('"manifests"') ? indexType : manifestType;
    response.writeHead(200, {
      "Content-Type": kind === "blobs" ? "application/octet-stream" : type,
      "Content-Length": Buffer.byteLength(bytes),
      "Docker-Content-Digest": digest,
    });
    response.end(method === "HEAD" ? undefined : bytes);
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const asked = {
        method: request.method ?? "",
        path: request.url ?? "",
        authorization: request.headers.authorization ?? "",
        range: request.headers.range ?? "",
        body,
      };
      registry.asked.push(asked);
      if (!registry.instead(asked, response)) honest(asked, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // of a server that listens on a port
  return Object.assign(registry, { host: `127.0.0.1:${port}` });
}

/** null: all of it is asked for. */
function partOf(bytes: Buffer, range: string) {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  if (first === undefined || last === undefined) return null;
  const part = bytes.subarray(Number(first), Number(last) + 1);
  const end = Number(first) + part.length - 1;
  return { bytes: part, range: `bytes ${first}-${end}/${bytes.length}` };
}

export function digestOf(bytes: string | Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const part of request) body += String(part);
  return body;
}
