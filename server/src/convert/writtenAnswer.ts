/** Answers whose JSON is kept, and how a stream takes them. */
import type { Message } from "vscode-languageserver/node";

/** An answer that knows its JSON. Whoever writes it in the usual way writes the same. */
export interface WrittenAnswer {
  /** In UTF-8. */
  readonly bytes: Buffer;
  toJSON(): unknown;
}

/** The JSON of a message in UTF-8, piece by piece: of an answer that is written already its bytes are one. */
export function messagePieces(message: Message): readonly Buffer[] {
  const { id, bytes } = writtenResult(message);
  if (bytes === null) return [Buffer.from(JSON.stringify(message), "utf8")];
  const start = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
  return [Buffer.from(start, "utf8"), bytes, end];
}

const end = Buffer.from("}", "utf8");

/** `bytes` null: the message is no answer that is written already. */
function writtenResult(message: Message & { id?: unknown; result?: unknown }) {
  const { id, result } = message;
  const isWritten =
    typeof result === "object" &&
    result !== null &&
    "bytes" in result &&
    Buffer.isBuffer(result.bytes);
  return { id, bytes: isWritten && Buffer.isBuffer(result.bytes) ? result.bytes : null };
}
