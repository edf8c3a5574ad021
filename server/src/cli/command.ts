/** What a command of the command line is. */
import type { Flags } from "./flags.js";

/** The process, as far as a command sees it. */
export interface CliIo {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** True: stdout goes to a terminal. */
  readonly isTerminal: boolean;
  /** Characters in a line of the terminal, or of what a table may take where there is none. */
  readonly width: number;
  /** Of the command line itself, as a path. */
  readonly program: string;
  /** Of the threads that hash many files, as a path; null: there are none. */
  readonly threadProgram: string | null;
  /** All of stdin. */
  readStdin(): Promise<Uint8Array>;
  /** The lines of stdin, as they come. */
  readLines(): AsyncIterable<string>;
  /** To stdout, as it is. */
  print(text: string): void;
  /** The same of bytes that need be no text; to a terminal only what can do nothing to it. */
  printBytes(bytes: Uint8Array): void;
  /** One line to stderr. */
  error(line: string): void;
  /** How far long work is, in a line that comes and goes; nothing where nobody looks on. */
  progress(line: string): void;
  /** To stderr, as another program writes it. */
  passError(chunk: Uint8Array): void;
  /**
   * Starts the language server on stdin and stdout, which it then holds until the process ends.
   * @param state where it keeps simulated builds
   */
  serve(state: string): Promise<void>;
}

export interface CliCommand {
  readonly name: string;
  /** For the list of commands. */
  readonly summary: string;
  /** What stands behind its name, as `[options] [CONTEXT]`; one for each way to call it. */
  readonly forms: readonly string[];
  /** A paragraph for its help, which fills the lines. */
  readonly about: string;
  readonly flags: Flags;
  /** What a shell offers where no flag and no value of one stands. */
  readonly offers: readonly string[] | "files" | "folders";
  /** Whole calls, at most 78 characters each. */
  readonly examples: readonly string[];
  /** Gives the exit code. Throws `UsageError` for bad use or unreadable input. */
  run(words: readonly string[], io: CliIo): Promise<number>;
}
