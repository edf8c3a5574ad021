/** A `docker` that notes how it is called and says what it was told to: a script, for canaries. */
import { chmodSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { temporaryFolder, writeIn } from "./temporaryFolder.js";

/** What it answers to each question that is begun with these words. */
export interface DockerAnswers {
  readonly list?: string;
  readonly print?: string;
  /** Of Compose; absent: it is too old to print. */
  readonly build?: string;
  readonly config?: string;
  /** What it says, as it fails, of all else. */
  readonly err?: string;
}

export interface NotedDocker {
  /** Its folder for PATH. */
  readonly bin: string;
  readonly home: string;
  /** The words of each call. */
  calls(): readonly string[];
  /** The variables that it saw at the last. */
  env(): string;
}

/** A `docker` of its own folder with these answers, in the place of the machine's. */
export function notedDocker(t: TestContext, answers: DockerAnswers): NotedDocker {
  const home = temporaryFolder(t);
  const notes = path.join(home, "calls");
  for (const [name, text] of Object.entries(answers)) writeIn(home, name, text);
  writeIn(
    home,
    "bin/docker",
    `#!/bin/sh
echo "$*" >>'${notes}'
/usr/bin/env >'${home}/env'
case "$*" in
  *--list=*) exec /bin/cat '${home}/list';;
  *bake*--print*) exec /bin/cat '${home}/print';;
  *"build --print") [ -f '${home}/build' ] || [ -f '${home}/err' ] || { echo 'unknown flag: --print' >&2; exit 16; }; [ -f '${home}/err' ] || exec /bin/cat '${home}/build';;
  *config*) exec /bin/cat '${home}/config';;
esac
[ -f '${home}/err' ] && /bin/cat '${home}/err' >&2
exit 1
`,
  );
  chmodSync(path.join(home, "bin/docker"), 0o755);
  return {
    bin: path.join(home, "bin"),
    home,
    calls: () => (existsSync(notes) ? readFileSync(notes, "utf8").trim().split("\n") : []),
    env: () => readFileSync(path.join(home, "env"), "utf8"),
  };
}
