/**
 * The pipes of a language server, whatever stands at their other end: one that stops reading is not
 * read from either, one that is gone or does not keep to the protocol ends the server.
 */
import {
  type Message,
  type MessageReader,
  type MessageWriter,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { writtenAnswers } from "./convert/writtenAnswer.js";
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

/** Stops reading from a client that does not read. */
class PatientWriter extends StreamMessageWriter {
  readonly #input: NodeJS.ReadStream;
  #unread = 0;

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream) {
    super(output, { charset: "utf-8", contentTypeEncoder: writtenAnswers });
    this.#input = input;
  }

  override async write(message: Message): Promise<void> {
    if (++this.#unread === mostUnread) this.#input.pause();
    try {
      await super.write(message);
    } finally {
      if (--this.#unread === mostUnread - 1) this.#input.resume();
    }
  }
}
