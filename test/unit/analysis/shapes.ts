/** Dockerfiles of a wanted length, and somebody who types in one after a build. */
import type { Analysis } from "../../../server/src/core/analysis/analyse.js";
import { Memory } from "../../../server/src/core/analysis/memory.js";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { analyse } from "../../../server/src/core/analysis/snapshot.js";
import type { Digest } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { buildOf } from "../../support/definitions.js";
import { worldOf } from "../../support/worlds.js";
import { built, treeOf } from "./support.js";

/** In these a change of the first lines reaches all below. */
export const changedAbove: Readonly<Record<string, (size: number, change: string) => string>> = {
  "RUN after RUN": (size, change) =>
    `FROM alpine\nRUN echo ${change}\n${"RUN true\n".repeat(size)}`,
  "ENV and RUN in turn": (size, change) =>
    `FROM alpine\nRUN echo ${change}\n${Array.from({ length: size / 2 }, (_, i) => `ENV V${i}=1\nRUN true\n`).join("")}`,
  "COPY and RUN in turn": (size, change) =>
    `FROM alpine\nRUN echo ${change}\n${"COPY f /f\nRUN true\n".repeat(size / 2)}`,
  "stages that take files from the one above": (size, change) =>
    `FROM alpine AS s0\nRUN echo ${change}\n${Array.from(
      { length: size / 3 },
      (_, i) => `FROM alpine AS s${i + 1}\nCOPY --from=s${i} /a /a\nRUN true\n`,
    ).join("")}`,
};

const files = { f: "0" };

/** A text that was built, with the memory of its answers; each text that is typed follows the last. */
export function typedAfterBuild(text: string, digest: Digest = sha256) {
  const build = buildOf({});
  const tree = treeOf({ Dockerfile: text, ...files });
  const state = { ...built({ text, files }), transfers: new Map() };
  const world = worldOf(build, { tree, state });
  const memory = new Memory();
  let dockerfile = parseDockerfile(text);
  const answer = (typed: string): Analysis => {
    dockerfile = parseDockerfile(typed, dockerfile);
    const baseline = { kind: "last" } as const;
    return analyse({ place: onDisk, ...build, dockerfile, world, baseline, digest }, memory)
      .analysis;
  };
  return { memory, answer };
}
