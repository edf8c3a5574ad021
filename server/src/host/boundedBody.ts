/** The body of an answer over HTTP. */
import type { IncomingMessage } from "node:http";

/** Rejects where it breaks off. @returns null: it is longer than so many bytes, and the connection is cut */
export async function boundedBody(
  response: IncomingMessage,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response) {
    const bytes = part as Uint8Array; // no encoding is set
    length += bytes.length;
    if (length > maxBytes) return null;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}
