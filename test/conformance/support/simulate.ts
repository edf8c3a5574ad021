/**
 * The prediction for a case's folder, made by the product's own parts in one process: what the
 * command line does, without starting a program for each build and without writing its state.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  type FlagValues,
  flagOptions,
  readBuildFlags,
  readNamedContexts,
} from "../../../server/src/cli/buildFlags.js";
import { hashProject } from "../../../server/src/cli/project.js";
import { type Analysis, analyse } from "../../../server/src/core/analysis/analyse.js";
import { namedFolders } from "../../../server/src/core/build/definition.js";
import { recordBuild } from "../../../server/src/core/cache/record.js";
import {
  addBuild,
  type BuildState,
  emptyState,
  lastBuild,
  transferOf,
} from "../../../server/src/core/cache/state.js";
import {
  type SimulationJson,
  simulationJson,
} from "../../../server/src/core/documents/simulation.js";
import { stageLine } from "../../../server/src/core/graph/graph.js";
import { lineage } from "../../../server/src/core/graph/layers.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { type OpenContext, openContext } from "../../../server/src/host/project.js";
import { buildOf } from "../../support/definitions.js";
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
}

export function newSession(): Session {
  return { state: emptyState };
}

/** Simulates one build of the folder as it is and, like the command line, remembers it. */
export async function simulateCase(
  session: Session,
  folder: CaseFolder,
  builder: Builder,
): Promise<Simulation> {
  const { request } = folder;
  const file = findDockerfile(folder);
  if (file === null) return noDockerfile(builder);
  const place = { dockerfile: file, context: path.join(folder.path, request.context) };
  const dockerfile = parseDockerfile(readFileSync(file, "utf8"));
  const base = baseImageOf(request);
  const context = openContext({ dockerfile: file, folder: place.context, builder });
  const scanned = await context.reader.scan();
  if (!scanned.ok) throw new Error(scanned.error.message);
  const values = optionValues(request);
  // A case that moves its folder is still one series of builds of one Dockerfile.
  const build = buildOf({
    context: { kind: "path", folder: place.context },
    contexts: readNamedContexts(values, (inner) => path.join(folder.path, inner)),
    target: request.target,
    args: new Map(Object.entries(request.buildArgs)),
    builder,
    flags: readBuildFlags(values),
  });
  const folders = new Map<string, OpenContext>();
  for (const [name, inner] of namedFolders(build.definition)) {
    const opened = openContext({ dockerfile: null, folder: inner, builder, name });
    await opened.reader.scan();
    folders.set(name, opened);
  }
  const baseline = lastBuild(session.state, build.definition, sha256);
  const current = (): Analysis =>
    analyse({
      ...build,
      dockerfile,
      folders: new Map([...folders].map(([name, folder]) => [name, folder.state(null)])),
      context: context.state(transferOf(session.state, build.definition)),
      baseline,
      baseImage: (reference) => (reference.includes("local/base") ? base : null),
      digest: sha256,
    });
  await hashProject({ context, folders }, current);
  const analysis = current();
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
  );
  const json = simulationJson(analysis, place);
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
function optionValues({ options }: BuildRequest): FlagValues {
  return parseArgs({
    args: options.flatMap((option) => option.split(" ")),
    options: { ...flagOptions, ...optionsWithoutEffect },
  }).values;
}

/** The secrets that a build gets, and the engine's own platform, are in no key. */
const optionsWithoutEffect = {
  secret: { type: "string", multiple: true },
  platform: { type: "string" },
} as const;

function noDockerfile(builder: Builder): Simulation {
  return {
    json: {
      version: 1,
      dockerfile: "Dockerfile",
      context: ".",
      builder,
      target: null,
      baseline: { kind: "last", label: "" },
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
