/** Test programs that torture something on the machine, with as much of it as they can be asked for. */
import { spawnSync } from "node:child_process";
import { inCache } from "../support/repository.js";
import type { Outcome, Part } from "./part.js";

interface Program {
  readonly name: string;
  /** Below the folder of the built tests. */
  readonly file: string;
  readonly what: string;
  /** What the environment asks it for. */
  readonly asks?: (isShort: boolean) => Readonly<Record<string, string>>;
  /** True for one that needs the bundled server, and half a minute. */
  readonly isLong?: true;
}

const programs: readonly Program[] = [
  {
    name: "state",
    file: "unit/cache/stateProcesses",
    what: "processes that write one record of simulated builds at once, are killed or suspended; a full disk",
    asks: (isShort) => ({
      STRATACAST_WRITERS: isShort ? "30" : "200",
      STRATACAST_KILLS: isShort ? "20" : "1000",
    }),
    isLong: true,
  },
  {
    name: "server",
    file: "protocol/transport",
    what: "broken frames, clients that stop reading or die, storms of changes and cancelled builds",
    asks: () => ({ STRATACAST_CHANGES: "50000" }),
    isLong: true,
  },
  {
    name: "server",
    file: "protocol/manyDockerfiles",
    what: "Dockerfiles that are open at once, compared with a commit: each is answered, by four git processes at a time",
    asks: () => ({ STRATACAST_DOCKERFILES: "500" }),
    isLong: true,
  },
  {
    name: "git",
    file: "unit/host/gitCanaries",
    what: "repositories that name a program in each place where git is known to start one",
  },
  {
    name: "files",
    file: "unit/host/hostileFiles",
    what: "pipes, devices, endless files, links out, names of bytes, deep folders",
  },
  {
    name: "definitions",
    file: "unit/host/hostileDefinitions",
    what: "Compose, Bake, devcontainer and workflow files that nest or double",
  },
];

export const programParts: readonly Part[] = programs.map(
  ({ name, file, what, asks, isLong }): Part => ({
    name,
    run({ isShort, print }) {
      if (isShort && isLong === true) return Promise.resolve([]);
      const asked = asks?.(isShort) ?? {};
      const { stdout, status } = spawnSync(
        process.execPath,
        ["--enable-source-maps", "--test-reporter=tap", inCache("build", `${file}.test.mjs`)],
        { encoding: "utf8", env: { ...process.env, ...asked }, maxBuffer: 100_000_000 },
      );
      const count = (kind: string): number =>
        Number(new RegExp(`^# ${kind} (\\d+)$`, "m").exec(stdout)?.[1] ?? 0);
      // What takes too long is cancelled.
      const failed = count("fail") + count("cancelled");
      const isGood = status === 0 && count("pass") > 0;
      if (!isGood) print(stdout.slice(-5_000));
      const settings = Object.entries(asked).map((pair) => pair.join("="));
      const outcome: Outcome = {
        what,
        howMany: [`${count("pass") + failed} tests`, ...settings].join(", "),
        result: isGood ? "all hold" : `${failed} failed`,
        isGood,
      };
      return Promise.resolve([outcome]);
    },
  }),
);
