/** The other side of test/support/benchProbe.main.ts. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, truncateSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { inCache } from "../../support/repository.js";
import type { Bench } from "./figure.js";
import { profileSummary } from "./profile.js";

export type ProbeQuestion =
  | { readonly kind: "watchTurns" }
  | { readonly kind: "longestTurn" }
  | { readonly kind: "profile" }
  | { readonly kind: "profiled"; readonly file: string };

/** Which paths below the folder were opened, looked at, listed; each once, from the folder. */
export interface FilesTouched {
  readonly read: readonly string[];
  readonly stat: readonly string[];
  readonly list: readonly string[];
}

export interface FileLog {
  /** For `node`, before the program. */
  readonly nodeArgs: readonly string[];
  /** Since the last call. */
  take(): FilesTouched;
}

/** Words for `node` that let the probe in without anything to note. */
export const probeArgs: readonly string[] = ["--import", probeAddress({})];

/** @param folder what is touched below it is noted */
export function fileLog(bench: Bench, folder: string): FileLog {
  const log = path.join(bench.folder, `touched-${performance.now()}`);
  return {
    nodeArgs: ["--import", probeAddress({ log, folder })],
    take() {
      const lines = existsSync(log) ? readFileSync(log, "utf8").split("\n") : [];
      // The program goes on writing at its end.
      if (lines.length > 0) truncateSync(log);
      const of = (kind: string): readonly string[] => [
        ...new Set(
          lines.flatMap((line) => (line.startsWith(`${kind} `) ? line.slice(kind.length + 1) : [])),
        ),
      ];
      return { read: of("read"), stat: of("stat"), list: of("list") };
    },
  };
}

/** Does some work, and gives the longest turn of the program's event loop meanwhile. Milliseconds. */
export async function watchTurns<T>(
  child: ChildProcess,
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly longest: number }> {
  await ask(child, { kind: "watchTurns" });
  const value = await work();
  return { value, longest: (await ask(child, { kind: "longestTurn" })).longest };
}

/** Prints where the program's time goes during `work`, if the bench is to tell. */
export async function profiled<T>(
  bench: Bench,
  child: ChildProcess,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  if (!bench.isProfiling) return work();
  await ask(child, { kind: "profile" });
  const value = await work();
  const file = path.join(bench.folder, `${performance.now()}.cpuprofile`);
  await ask(child, { kind: "profiled", file });
  bench.print(profileSummary(name, file));
  return value;
}

async function ask(child: ChildProcess, question: ProbeQuestion): Promise<{ longest: number }> {
  const answer = once(child, "message");
  child.send(question);
  const [told] = (await answer) as [{ longest: number }]; // what the probe sends
  return told;
}

function probeAddress(words: Readonly<Record<string, string>>): string {
  const address = pathToFileURL(inCache("build", "benchProbe.mjs"));
  for (const [name, value] of Object.entries(words)) address.searchParams.set(name, value);
  return address.href;
}
