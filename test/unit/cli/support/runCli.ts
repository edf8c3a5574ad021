/** The command line in this process, on real folders. */
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { main } from "../../../../server/src/cli/main.js";

export interface CliRun {
  readonly code: number;
  readonly out: string;
  /** Lines of stderr. */
  readonly err: readonly string[];
  /** What another program wrote to stderr. */
  readonly passed: string;
}

export interface CliPlace {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  readonly width?: number;
  readonly isTerminal?: boolean;
}

/** Where builds are kept that name no other place: not among those of whoever runs the tests. */
const stateHome = path.join(tmpdir(), `stratacast-state-${process.pid}`);
process.on("exit", () => rmSync(stateHome, { recursive: true, force: true }));

export async function runCli(
  words: readonly string[],
  { cwd, env = {}, stdin = "", width = 100, isTerminal = false }: CliPlace,
): Promise<CliRun> {
  let out = "";
  let passed = "";
  const err: string[] = [];
  const code = await main(words, {
    cwd,
    env: { XDG_STATE_HOME: stateHome, LOCALAPPDATA: stateHome, ...env },
    width,
    isTerminal,
    program: "/srv/dist/cli.mjs",
    threadProgram: null,
    readStdin: () => Promise.resolve(Buffer.from(stdin)),
    async *readLines() {
      yield* Buffer.from(stdin).toString().split("\n");
    },
    print: (text) => {
      out += text;
    },
    printBytes: (bytes) => {
      out += Buffer.from(bytes).toString("latin1");
    },
    error: (line) => err.push(line),
    progress: () => undefined,
    passError: (chunk) => {
      passed += Buffer.from(chunk).toString();
    },
    serve: () => Promise.reject(new Error("The tests start the server as a process.")),
  });
  return { code, out, err, passed };
}
