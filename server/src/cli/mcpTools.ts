/** The tools of `stratacast mcp`: what each takes, as JSON Schema, and the text that it answers with. */
import { realpathSync } from "node:fs";
import path from "node:path";
import type { Analysis, StepAnalysis } from "../core/analysis/analyse.js";
import {
  type BuildDefinition,
  contextFolder,
  importedCaches,
  namedFolders,
} from "../core/build/definition.js";
import { explain } from "../core/documents/explain.js";
import { explainTable, totalsSentence } from "../core/documents/explainText.js";
import { findingLines } from "../core/documents/findingLines.js";
import { simulationText } from "../core/documents/simulationText.js";
import { hover } from "../core/features/hover.js";
import { startOf } from "../core/graph/graph.js";
import { printable } from "../core/text/surfaces.js";
import { verdict } from "../core/words/predictionWords.js";
import { pathInside } from "../host/paths.js";
import { listOf } from "./buildsOf.js";
import { readCacheFrom, type TypedCache } from "./caches.js";
import type { CliIo } from "./command.js";
import { meantBuild } from "./project.js";
import {
  type Forecast,
  forecast,
  readSimulateArguments,
  type SimulateArguments,
} from "./simulate.js";
import { UsageError } from "./usageError.js";

/** Where tools look: nothing outside of the root. */
export interface ToolPlace {
  /** Absolute, without links. */
  readonly root: string;
  /** Where builds are kept. */
  readonly state: string;
}

interface Parameter {
  readonly type: "string" | "integer" | "object";
  readonly description: string;
  /** Of an object's values. */
  readonly additionalProperties?: { readonly type: "string" };
  readonly minimum?: number;
}

type Parameters = Readonly<Record<string, Parameter>>;
type Given = Readonly<Record<string, unknown>>;

const ofBuild = {
  context: {
    type: "string",
    description: "Folder of the build context, as docker build is given it. Default: .",
  },
  file: {
    type: "string",
    description: "The Dockerfile, from the served folder. Default: Dockerfile of the context",
  },
  build: {
    type: "string",
    description:
      "Id or name of a build that a Compose file, a Bake file or a workflow of the context defines, such as compose:api; in the place of file",
  },
  target: { type: "string", description: "Stage to build up to. Default: the last one" },
  build_args: {
    type: "object",
    description: "Build arguments by name",
    additionalProperties: { type: "string" },
  },
  platform: { type: "string", description: "Platform of the build, such as linux/arm64" },
} as const satisfies Parameters;

const against = {
  type: "string",
  description:
    "What counts as built: auto (the newer of the last simulated and the last recorded build, before there is one HEAD), last, recorded, empty, a git ref such as main, or cache:DIR for a cache that BuildKit exported there. Default: auto",
} as const satisfies Parameter;

interface Tool {
  readonly title: string;
  readonly description: string;
  readonly parameters: Parameters;
  answer(found: Forecast, given: Given): string;
}

const tools: Readonly<Record<string, Tool>> = {
  simulate: {
    title: "Simulate a docker build",
    description:
      "Predicts which steps of a docker build are cached and which rebuild, and why, with layers, sizes and problems by file and line. Nothing is built.",
    parameters: { ...ofBuild, against },
    answer: ({ analysis, called }) => simulationText(analysis, called),
  },
  why: {
    title: "Why does a line rebuild?",
    description:
      "All that is known of one instruction: its prediction and causes, what happens inside, what rebuilds it, what does not, and what rebuilds after it. Without a line: of the first steps that rebuild, may rebuild or fail.",
    parameters: {
      ...ofBuild,
      against,
      line: { type: "integer", minimum: 1, description: "Line of the Dockerfile, from 1" },
    },
    answer: ({ analysis }, { line }) => whyText(analysis, typeof line === "number" ? line : null),
  },
  explain: {
    title: "Explain a Dockerfile",
    description:
      "What each instruction does inside the builder, which layer it makes and with what, as a table in Markdown.",
    parameters: ofBuild,
    answer({ analysis, called }) {
      const explained = explain(analysis, called);
      const rest = [...findingLines(explained.findings), totalsSentence(explained)];
      return `${explainTable(explained)}\n\n${rest.join("\n")}\n`;
    },
  },
};

/** As `tools/list` answers. */
export const toolList: readonly object[] = Object.entries(tools).map(
  ([name, { title, description, parameters }]) => ({
    name,
    title,
    description,
    inputSchema: { type: "object", properties: parameters, additionalProperties: false },
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  }),
);

/** As `tools/call` answers: what went wrong is an answer too, which the agent reads. */
export async function callTool(
  name: string,
  given: unknown,
  place: ToolPlace,
  io: CliIo,
): Promise<object> {
  const notes: string[] = [];
  try {
    const tool = Object.hasOwn(tools, name) ? tools[name] : undefined;
    if (tool === undefined) throw new UsageError(`there is no tool "${name}"`);
    const checked = checkedAgainst(tool.parameters, given);
    const words = wordsOf(checked, place);
    const quiet = { ...io, error: (line: string) => notes.push(line) };
    const args = readSimulateArguments(words, quiet);
    const definitions = await readDefinitions(args, quiet);
    for (const one of definitions) assertInside(one, place.root);
    for (const { place: cache } of [...args.caches, ...importedBy(definitions[0], args, quiet)])
      if (cache.kind === "folder") inside(cache.folder, place.root);
    // Builds that nobody has asked for may lie outside.
    const found = await forecast(args, quiet, false);
    return textResult([...notes.map(printable), tool.answer(found, checked)].join("\n"), false);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return textResult(printable(error.message), true);
  }
}

function textResult(text: string, isError: boolean): object {
  return { content: [{ type: "text", text }], isError };
}

/** Errors: `UsageError`. */
function checkedAgainst(parameters: Parameters, given: unknown): Given {
  if (!isObject(given)) throw new UsageError("arguments: not an object");
  for (const [name, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter === undefined) throw new UsageError(`there is no argument "${name}"`);
    if (!fits(value, parameter)) throw new UsageError(`${name}: not of type ${parameter.type}`);
  }
  return given;
}

function fits(value: unknown, { type }: Parameter): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return Number.isInteger(value) && Number(value) >= 1;
    case "object":
      return isObject(value) && Object.values(value).every((one) => typeof one === "string");
  }
}

function isObject(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same as words of `simulate`. Errors: `UsageError` for what lies outside of the root. */
function wordsOf(given: Given, { root, state }: ToolPlace): readonly string[] {
  const text = (name: string): string | undefined => given[name] as string | undefined; // it was checked
  const flag = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`--${name}=${value}`];
  const file = text("file");
  const context = inside(text("context") ?? ".", root);
  return [
    "--dry-run",
    ...flag("state", state),
    ...flag("against", text("against") ?? "auto"),
    ...flag("file", file === undefined ? undefined : inside(file, root)),
    ...["build", "target", "platform"].flatMap((name) => flag(name, text(name))),
    ...Object.entries(given["build_args"] ?? {}).map(
      ([name, value]) => `--build-arg=${name}=${value}`,
    ),
    "--",
    context,
  ];
}

/**
 * What a forecast reads, the build that is meant first: a file that defines builds may name any folder, and
 * one may stand on all others.
 */
async function readDefinitions(
  args: SimulateArguments,
  io: CliIo,
): Promise<readonly [BuildDefinition, ...BuildDefinition[]]> {
  const { definition, builds } = await meantBuild(args, io, false);
  if (builds === null) return [definition];
  const listed = await listOf(builds, io, { askDocker: args.askDocker });
  return [definition, ...listed.builds.map((one) => one.definition)];
}

/** The caches that the build imports, where these count. Errors: `UsageError`. */
function importedBy(
  definition: BuildDefinition,
  { takesImported }: SimulateArguments,
  { cwd }: CliIo,
): readonly TypedCache[] {
  if (!takesImported) return [];
  return importedCaches(definition).words.map((words) => readCacheFrom(words, cwd));
}

/** Errors: `UsageError` for what lies outside of the root, where links lead included. */
function assertInside(definition: BuildDefinition, root: string): void {
  const { dockerfile } = definition;
  const main = contextFolder(definition);
  const paths = [
    ...(dockerfile.kind === "file" ? [dockerfile.path] : []),
    ...(main === null ? [] : [main]),
    ...namedFolders(definition).values(),
  ];
  for (const one of paths) inside(one, root);
}

/** The absolute path, links followed. Errors: `UsageError`. */
function inside(written: string, root: string): string {
  const named = path.resolve(root, written);
  let real = named;
  try {
    real = realpathSync(named);
  } catch {
    // Reading it says why it cannot be.
  }
  if (pathInside(root, real) === null)
    throw new UsageError(`${written}: outside of the folder that is served`);
  return real;
}

/** So many steps are told of where no line is named. */
const mostTold = 5;

function whyText(analysis: Analysis, line: number | null): string {
  const { steps } = analysis;
  const isNews = ({ prediction, fails, isBuilt }: StepAnalysis): boolean =>
    isBuilt && (fails || prediction.kind === "miss" || prediction.kind === "unknown");
  const told =
    line === null
      ? steps.filter(isNews)
      : steps.filter(({ place }) => place.line <= line && line <= place.endLine);
  if (told.length === 0)
    return line === null ? "No step rebuilds." : `No instruction stands at line ${line}.`;
  const parts = told.slice(0, mostTold).map((analysed) => aboutStep(analysis, analysed));
  const more = told.length - parts.length;
  return [...parts, ...(more > 0 ? [`… and ${more} more: name a line.`] : [])].join("\n\n");
}

function aboutStep(analysis: Analysis, analysed: StepAnalysis): string {
  const { step, place } = analysed;
  const start = startOf(analysis.graph, place) + step.instruction.keywordRange.start;
  const found = hover({ analysis, isResult: false }, start);
  const word = verdict(analysed);
  const line = `Line ${place.line}${word === "" ? "" : `, ${word}`}: ${printable(step.text)}`;
  return `${line}\n\n${found?.markdown ?? ""}`.trimEnd();
}
