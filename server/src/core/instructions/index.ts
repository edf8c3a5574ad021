/**
 * Every instruction known to Docker: the table does not compile before each keyword has its kind.
 */
import type { Keyword } from "../syntax/keyword.js";
import { arg } from "./arg.js";
import { cmd, entrypoint, shell } from "./command.js";
import { add, copy } from "./copy.js";
import { env } from "./env.js";
import { expose } from "./expose.js";
import type { FlagKind } from "./flags.js";
import { from } from "./from.js";
import { healthcheck } from "./healthcheck.js";
import type { InstructionKind, Setting } from "./kind.js";
import { label } from "./label.js";
import { maintainer } from "./maintainer.js";
import { onbuild } from "./onbuild.js";
import { run } from "./run.js";
import { stopsignal } from "./stopsignal.js";
import { user } from "./user.js";
import { volume } from "./volume.js";
import { workdir } from "./workdir.js";

const kinds: Readonly<Record<Keyword, InstructionKind>> = {
  ADD: add,
  ARG: arg,
  CMD: cmd,
  COPY: copy,
  ENTRYPOINT: entrypoint,
  ENV: env,
  EXPOSE: expose,
  FROM: from,
  HEALTHCHECK: healthcheck,
  LABEL: label,
  MAINTAINER: maintainer,
  ONBUILD: onbuild,
  RUN: run,
  SHELL: shell,
  STOPSIGNAL: stopsignal,
  USER: user,
  VOLUME: volume,
  WORKDIR: workdir,
};

const byKeyword: ReadonlyMap<string, InstructionKind> = new Map(Object.entries(kinds));

/** The kind of an upper-case keyword; undefined: Docker does not know it. */
export function instructionKind(keyword: string): InstructionKind | undefined {
  return byKeyword.get(keyword);
}

/** The keyword that sets this for the steps below it. */
export function keywordThatSets(setting: Setting): string {
  for (const [keyword, kind] of byKeyword) if (kind.setting === setting) return keyword;
  return "";
}

/** What is known of a flag; one that is not its instruction's is that of the instruction that has it. */
export function flagKind(keyword: string, name: string): FlagKind | undefined {
  const others = Object.values(kinds).filter(({ opensStage }) => opensStage !== true);
  for (const { flags = {} } of [instructionKind(keyword) ?? {}, ...others])
    if (Object.hasOwn(flags, name)) return flags[name];
  return undefined;
}
