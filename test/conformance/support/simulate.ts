/**
 * The prediction for a case's folder, made by the product's own parts in one process: what the
 * command line does, without starting a program for each build and without writing its state.
 */

import { readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { buildFlags } from "../../../server/src/cli/buildArguments.js";
import { readBuildFlags, readNamedContexts } from "../../../server/src/cli/buildFlags.js";
import { type FlagValues, readWords } from "../../../server/src/cli/flags.js";
import type { Analysis } from "../../../server/src/core/analysis/analyse.js";
import type { BaselineChoice } from "../../../server/src/core/analysis/baselineChoice.js";
import { Memory } from "../../../server/src/core/analysis/memory.js";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { analyse } from "../../../server/src/core/analysis/snapshot.js";
import {
  type BuilderVersion,
  usualVersion,
} from "../../../server/src/core/build/builderVersion.js";
import type { PlatformBuild } from "../../../server/src/core/build/definition.js";
import { recordBuild } from "../../../server/src/core/cache/record.js";
import { addBuild, type BuildState, emptyState } from "../../../server/src/core/cache/state.js";
import {
  type SimulationJson,
  simulationJson,
} from "../../../server/src/core/documents/simulation.js";
import { stageLine } from "../../../server/src/core/graph/graph.js";
import { lineage } from "../../../server/src/core/graph/layers.js";
import { known, neverCancelled, unknown } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import type { Dockerfile } from "../../../server/src/core/syntax/syntax.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { openMachine } from "../../../server/src/host/machine.js";
import { readTextFile } from "../../../server/src/host/nodeFileSystem.js";
import { settle } from "../../../server/src/host/settle.js";
import { buildOf } from "../../support/definitions.js";
import { anyPlace } from "../../support/shownPlace.js";
import { baseImageOf } from "./baseImageOf.js";
import type { Builder } from "./caseFile.js";
import { type BuildRequest, type CaseFolder, findDockerfile } from "./caseFolder.js";

export interface Simulation {
  readonly json: SimulationJson;
  /** null: there is no Dockerfile. */
  readonly analysis: Analysis | null;
  /**
   * The entries that the final image's history is predicted to have, in order: the instructions of
   * the target's chain of stages without FROM, and for BuildKit without ONBUILD.
   */
  readonly history: readonly {
    readonly line: number;
    readonly keyword: string;
    readonly layer: boolean;
  }[];
  readonly failures: readonly { readonly line: number | null; readonly message: string }[];
}

/** A folder that the image starts with is its base: one layer that a recording counts as any other. */
export function folderLayers({ history }: Simulation): number {
  return history.filter(({ keyword }) => keyword === "FROM").length;
}

/** What a series of builds remembers. */
export interface Session {
  state: BuildState;
  /** False: nobody may be asked for `local/base`. */
  readonly knowsBase: boolean;
  /** null: every answer is made anew. */
  readonly kept: Kept | null;
}

/** What an editor would keep from one build to the next. */
interface Kept {
  readonly memory: Memory;
  dockerfile: Dockerfile | null;
  build: PlatformBuild | null;
}

/** @param remembers as an editor does; what is predicted is the same */
export function newSession(remembers = false, knowsBase = true): Session {
  const kept = { memory: new Memory(), dockerfile: null, build: null };
  return { state: emptyState, knowsBase, kept: remembers ? kept : null };
}

/**
 * Simulates one build of the folder as it is and, like the command line, remembers it.
 * @param builderVersion of the engine that it is held against; absent: nobody has said
 * @param baseline absent: the build that was simulated last
 */
export async function simulateCase(
  session: Session,
  folder: CaseFolder,
  builder: Builder,
  builderVersion: BuilderVersion = usualVersion,
  baseline: BaselineChoice = { kind: "last" },
): Promise<Simulation> {
  const { request } = folder;
  const file = findDockerfile(folder);
  if (file === null) return noDockerfile(builder);
  const context = path.join(folder.path, request.context);
  const { kept } = session;
  const dockerfile = parseDockerfile(readFileSync(file, "utf8"), kept?.dockerfile);
  const base = session.knowsBase ? baseImageOf(request) : null;
  const values = optionValues(request);
  // A case that moves its folder is still one series of builds of one Dockerfile.
  const asked = buildOf({
    context: { kind: "path", folder: context },
    ...(isBelow(file, context) ? {} : { dockerfile: { kind: "file", path: file } as const }),
    contexts: readNamedContexts(values, (inner) => path.join(folder.path, inner)),
    target: request.target,
    args: new Map(Object.entries(request.buildArgs)),
    builder,
    builderVersion,
    flags: readBuildFlags(values),
  });
  // As long as nothing is chosen otherwise an editor has one object.
  const build = isDeepStrictEqual(kept?.build, asked) ? (kept?.build ?? asked) : asked;
  if (kept !== null) Object.assign(kept, { dockerfile, build });
  const { pool } = openMachine({
    mayAskGit: () => false,
    readText: (name) => readTextFile(name.replace(/^Dockerfile(?=\.)/, () => file)),
    readState: async () => session.state,
    suppliers: {
      image: async ({ reference }) =>
        base !== null && reference.includes("local/base") ? known(base) : unknown("missing"),
    },
  });
  const { analysis } = await settle(
    pool,
    (world) =>
      analyse(
        {
          place: onDisk,
          ...build,
          dockerfile,
          world,
          baseline,
          digest: sha256,
        },
        kept?.memory,
      ),
    neverCancelled,
  );
  const { graph, keys } = analysis;
  session.state = addBuild(
    session.state,
    recordBuild({
      graph,
      keys,
      tree: analysis.input.context?.tree ?? null,
      digest: sha256,
      at: 0,
    }),
    sha256,
  );
  const json = simulationJson(analysis, anyPlace);
  const inImage = new Set(lineage(graph, graph.target).map(({ index }) => index));
  const entries = analysis.steps
    .filter(({ place, isBuilt }) => isBuilt && place.stage !== null && inImage.has(place.stage))
    .filter(({ step }) => step.keyword !== "FROM")
    .filter(({ step }) => builder === "classic" || step.keyword !== "ONBUILD")
    .map(({ step, place, effect }) => ({
      line: place.line,
      keyword: step.keyword,
      layer: effect === "layer",
    }));
  // A folder that the image stands on is a layer without words of its own: it comes last.
  const [lowest] = lineage(graph, graph.target);
  if (lowest?.base.kind === "folder") {
    entries.push({ line: stageLine(graph, lowest), keyword: "FROM", layer: true });
  }
  return {
    json,
    analysis,
    history: entries,
    failures: json.findings.filter(({ severity }) => severity === "error"),
  };
}

/** The options of a request as the command line reads them. */
function optionValues({ options }: BuildRequest): FlagValues<typeof buildFlags> {
  return readWords(
    buildFlags,
    options.flatMap((option) => option.split(" ")),
  ).values;
}

function isBelow(file: string, folder: string): boolean {
  return !path.relative(folder, file).startsWith("..");
}

function noDockerfile(builder: Builder): Simulation {
  return {
    json: {
      version: 1,
      ...anyPlace,
      builder,
      builderVersion: "",
      target: null,
      platforms: [],
      baseline: { kind: "last", label: "", at: null },
      standsOn: [],
      steps: [],
      image: { layers: [], config: emptyConfigJson },
      summary: { hit: 0, miss: 0, unknown: 0 },
      findings: [],
    },
    analysis: null,
    history: [],
    failures: [{ line: null, message: "there is no Dockerfile" }],
  };
}

const emptyConfigJson: SimulationJson["image"]["config"] = {
  Env: [],
  Cmd: null,
  Entrypoint: null,
  WorkingDir: "",
  User: "",
  ExposedPorts: {},
  Volumes: {},
  Labels: {},
  Healthcheck: null,
  StopSignal: null,
  Shell: null,
  OnBuild: [],
};
