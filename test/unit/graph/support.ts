/** A stage's walk for tests: from a text to what `walkStage` is given. */
import type { Builder } from "../../../server/src/core/build/builder.js";
import { type FileFacts, fileFacts } from "../../../server/src/core/graph/fileFacts.js";
import { globalScope, startScope } from "../../../server/src/core/graph/startScope.js";
import { type StageIn, stepOf } from "../../../server/src/core/graph/walkStage.js";
import type { BaseImage } from "../../../server/src/core/image/baseImage.js";
import { noEffect } from "../../../server/src/core/instructions/kind.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { buildOf } from "../../support/definitions.js";

export interface GivenStage {
  /** Of one stage, its FROM first. */
  readonly text: string;
  readonly builder?: Builder;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly image?: BaseImage;
  /** The triggers of the stage, as lines. */
  readonly triggers?: string;
  readonly digest?: (text: string) => string;
}

export function stageOf(given: GivenStage): StageIn {
  const { builder = "buildkit", buildArgs = {}, image = null, triggers = "" } = given;
  const dockerfile = parseDockerfile(given.text);
  const build = buildOf({ builder, args: new Map(Object.entries(buildArgs)) });
  const host = { digest: given.digest ?? sha256, baseImage: () => image, builtImage: () => null };
  const [from, ...instructions] = dockerfile.instructions;
  if (from === undefined) throw new Error("The text has no FROM.");
  const facts = fileFacts({ dockerfile, froms: [from] }, build, host);
  const globals = globalScope(facts);
  const file: FileFacts = { ...facts, globals: globals.environment };
  return {
    file,
    index: 0,
    from: stepOf(from, noEffect(globals)),
    triggers: parseDockerfile(triggers).instructions,
    instructions,
    scope: startScope(file, { kind: "image", reference: "alpine", image }),
    isReplaced: false,
  };
}

/** An image with nothing in its config. */
export const plainImage: BaseImage = {
  id: "sha256:0",
  layersId: "sha256:1",
  layers: 1,
  environment: ["PATH=/bin"],
  cmd: null,
  entrypoint: null,
  workingDirectory: "",
  user: "",
  exposedPorts: [],
  volumes: [],
  labels: {},
  healthcheck: null,
  stopSignal: null,
  shell: null,
  onBuild: [],
};
