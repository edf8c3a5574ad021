/** Every instruction known to Docker. */
import { arg } from "./arg.js";
import { cmd, entrypoint, shell } from "./command.js";
import { add, copy } from "./copy.js";
import { env } from "./env.js";
import { expose } from "./expose.js";
import { from } from "./from.js";
import { healthcheck } from "./healthcheck.js";
import type { InstructionKind } from "./kind.js";
import { label } from "./label.js";
import { maintainer } from "./maintainer.js";
import { onbuild } from "./onbuild.js";
import { run } from "./run.js";
import { stopsignal } from "./stopsignal.js";
import { user } from "./user.js";
import { volume } from "./volume.js";
import { workdir } from "./workdir.js";

const kinds: ReadonlyMap<string, InstructionKind> = new Map(
  [
    add,
    arg,
    cmd,
    copy,
    entrypoint,
    env,
    expose,
    from,
    healthcheck,
    label,
    maintainer,
    onbuild,
    run,
    shell,
    stopsignal,
    user,
    volume,
    workdir,
  ].map((kind) => [kind.keyword, kind]),
);

/** The kind of an upper-case keyword; undefined: Docker does not know it. */
export function instructionKind(keyword: string): InstructionKind | undefined {
  return kinds.get(keyword);
}
