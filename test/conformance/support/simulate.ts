/**
 * The prediction for a case's folder, made by the product's own parts in one process: the core, the
 * reader of build contexts and the state of simulated builds. What the command line does, without
 * starting a program for each build.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type Analysis, analyse } from "../../../server/src/core/analysis/analyse.js";
import { contextView } from "../../../server/src/core/cache/inputs.js";
import { recordBuild } from "../../../server/src/core/cache/record.js";
import {
  addBuild,
  type BuildState,
  emptyState,
  lastBuild,
} from "../../../server/src/core/cache/state.js";
import {
  createIgnoreMatcher,
  readIgnoreFile,
} from "../../../server/src/core/context/ignoreFile.js";
import {
  type SimulationJson,
  simulationJson,
} from "../../../server/src/core/features/simulation.js";
import type { BaseImage } from "../../../server/src/core/image/baseImage.js";
import { lineage } from "../../../server/src/core/image/layers.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { createContextReader } from "../../../server/src/host/contextReader.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { baseImageOf } from "./baseImageOf.js";
import type { Builder } from "./caseFile.js";
import { type CaseFolder, dockerfileOf } from "./caseFolder.js";

export interface Simulation {
  readonly json: SimulationJson;
  /** Of each step of the final image's own chain of stages, in order: does it add a layer? FROM and what leaves no history are left out. */
  readonly history: readonly {
    readonly line: number;
    readonly keyword: string;
    readonly layer: boolean;
  }[];
  readonly failures: readonly { readonly line: number | null; readonly message: string }[];
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
  const dockerfilePath = findDockerfile(folder);
  if (dockerfilePath === null) return noDockerfile(builder);
  const dockerfile = parseDockerfile(readFileSync(dockerfilePath, "utf8"));
  const target = request.target;
  const matcher = createIgnoreMatcher(ignorePatterns(folder, dockerfilePath, builder), builder);
  const base = baseImageOf(request);
  const analyseTree = (view: Parameters<typeof contextView>[0]): Analysis =>
    analyse({
      dockerfile,
      options: {
        builder,
        buildArgs: new Map(Object.entries(request.buildArgs)),
        target,
        platform: { os: "linux", architecture: "amd64", variant: "" },
      },
      context: { view: contextView(view, sha256), tree: view },
      baseline: lastBuild(session.state, { dockerfile: "Dockerfile", builder, target }, sha256),
      baseImage: (reference): BaseImage | null => (reference.includes("local/base") ? base : null),
      digest: sha256,
    });
  const reader = createContextReader({
    root: path.join(folder.path, request.context),
    ignore: matcher,
  });
  const scanned = await reader.scan();
  if (!scanned.ok) throw new Error(scanned.error.message);
  let tree = scanned.value;
  let analysis = analyseTree(tree);
  for (let needed = neededFiles(analysis); needed.length > 0; needed = neededFiles(analysis)) {
    const hashed = await reader.hash(needed);
    if (!hashed.ok) throw new Error(hashed.error.message);
    tree = hashed.value.tree;
    analysis = analyseTree(tree);
  }
  const { graph, keys } = analysis;
  const json = simulationJson(analysis, { dockerfile: "Dockerfile", context: "." });
  session.state = addBuild(
    session.state,
    recordBuild({ graph, keys, digest: sha256, dockerfile: "Dockerfile", context: ".", at: 0 }),
  );
  const inImage = new Set(lineage(graph, graph.target).map(({ index }) => index));
  return {
    json,
    history: analysis.steps
      .filter(({ step }) => step.stage !== null && inImage.has(step.stage))
      .filter(({ step }) => step.keyword !== "FROM")
      .filter(({ step }) => builder === "classic" || step.keyword !== "ONBUILD")
      .map(({ step, effect }) => ({
        line: step.line,
        keyword: step.keyword,
        layer: effect === "layer",
      })),
    failures: [
      ...matcher.problems.map(({ message }) => ({ line: null, message })),
      ...json.findings.filter(({ severity }) => severity === "error"),
    ],
  };
}

function findDockerfile({ path: root, request }: CaseFolder): string | null {
  const named = path.join(root, dockerfileOf(request));
  if (existsSync(named)) return named;
  const lower = path.join(root, request.context, "dockerfile");
  return request.file === null && existsSync(lower) ? lower : null;
}

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

function ignorePatterns({ path: root, request }: CaseFolder, dockerfile: string, builder: Builder) {
  const beside = `${dockerfile}.dockerignore`;
  const ofContext = path.join(root, request.context, ".dockerignore");
  const file = builder === "buildkit" && existsSync(beside) ? beside : ofContext;
  return existsSync(file) ? readIgnoreFile(readFileSync(file, "utf8")) : [];
}

function neededFiles(analysis: Analysis): readonly string[] {
  return analysis.keys.steps.flatMap(({ context }) =>
    context.flatMap(({ content }) => (content.kind === "needed" ? content.paths : [])),
  );
}
