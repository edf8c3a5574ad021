/**
 * The pipes of a language server, whatever stands at their other end: one that stops reading is not
 * read from either, one that is gone or does not keep to the protocol ends the server.
 */
import {
  AbstractMessageWriter,
  type Message,
  type MessageReader,
  type MessageWriter,
  StreamMessageReader,
} from "vscode-languageserver/node";
import { messagePieces } from "./convert/writtenAnswer.js";
import { frameCheck } from "./frameCheck.js";

/** So many messages may wait for the client to read them before nothing more is taken from it. */
const mostUnread = 100;

/** The two ends of this process's stdin and stdout. */
export function openStdio(): { readonly reader: MessageReader; readonly writer: MessageWriter } {
  const { stdin, stdout } = process;
  // Who started it is gone without a word. After a shutdown the client says goodbye by `exit`.
  for (const event of ["end", "close", "error"]) stdin.on(event, () => process.exit(1));
  for (const event of ["close", "error"]) stdout.on(event, () => process.exit(1));
  const check = frameCheck();
  // Before the reader sees it, which waits for the end of what has none.
  stdin.on("data", (bytes: Uint8Array) => {
    const problem = check(bytes);
    if (problem !== null) endFor(problem);
  });
  const reader = new StreamMessageReader(stdin);
  reader.onError(({ message }) => endFor(message));
  return { reader, writer: new PatientWriter(stdin, stdout) };
}

function endFor(problem: string): never {
  process.stderr.write(`stratacast: the client breaks the protocol: ${problem}\n`);
  process.exit(1);
}

/** Writes each message at once, and stops reading from a client that does not read. */
class PatientWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #input: NodeJS.ReadStream;
  readonly #output: NodeJS.WriteStream;
  #unread = 0;

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    super();
    this.#input = input;
    this.#output = output;
  }

  async write(message: Message): Promise<void> {
    if (++this.#unread === mostUnread) this.#input.pause();
    try {
      await this.#written(messagePieces(message));
    } finally {
      if (--this.#unread === mostUnread - 1) this.#input.resume();
    }
  }

  end(): void {
    this.#output.end();
  }

  /** Head and body in one call of the system: a key is answered sooner for it. */
  #written(pieces: readonly Buffer[]): Promise<void> {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const output = this.#output;
    return new Promise((resolve, reject) => {
      output.cork();
      output.write(`Content-Length: ${length}\r\n\r\n`, "latin1");
      for (const [at, piece] of pieces.entries()) {
        if (at < pieces.length - 1) output.write(piece);
        else output.write(piece, (error) => (error == null ? resolve() : reject(error)));
      }
      output.uncork();
    });
  }
}
