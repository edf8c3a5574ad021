/**
 * GitHub workflows and composite actions: the steps that build an image, for each combination of their
 * matrix; workflows of the same repository are followed with what they are given.
 */
import type { DefinitionProblem } from "../build/foundBuild.js";
import { readAssignment } from "../text/assignment.js";
import { bakeActionBuilds, isBakeAction } from "./bakeAction.js";
import { mayBuild } from "./buildCommand.js";
import { commandBuild } from "./commandBuilds.js";
import { dockerfileIn, readContextSource, readMainContext } from "./contextSource.js";
import { at, type DataFile, type DataNode, entriesOf, itemsOf, textOf } from "./data.js";
import { environment, evaluated, lines, listed, namesIn, type Values } from "./expressions.js";
import { matrixCombinations } from "./matrix.js";
import {
  buildKey,
  folderContext,
  placeIn,
  plainBuild,
  type ReadBuild,
  type ReaderFiles,
  type ReadFile,
} from "./reader.js";
import { commandsIn } from "./shellCommands.js";

/** So deep may workflows call workflows. */
const maxDepth = 5;
/** Of a file so many builds are taken. */
const maxBuilds = 200;

export function readWorkflow(file: DataFile, files: ReaderFiles): ReadFile {
  const builds: ReadBuild[] = [];
  const problems: DefinitionProblem[] = [];
  const inputs = declaredInputs(file.root);
  const isAction = at(file.root, "runs") !== null;
  if (isAction) {
    stepsOf(at(file.root, "runs", "steps"), { file, files, job: "", values: inputs }, builds);
  } else workflowBuilds(file, inputs, 0);
  return { builds: distinct(builds).slice(0, maxBuilds), problems };

  function workflowBuilds(workflow: DataFile, given: Values, depth: number): void {
    const values = new Map([...given, ...environment(workflow.root, given)]);
    for (const [job, { value }] of entriesOf(at(workflow.root, "jobs"))) {
      for (const combination of matrixCombinations(at(value, "strategy"), values)) {
        const known = new Map([...values, ...combination]);
        for (const [name, text] of environment(value, known)) known.set(name, text);
        const called = textOf(at(value, "uses"));
        if (called?.startsWith("./") === true) followed(called, value, known, depth);
        const directory =
          textOf(at(value, "defaults", "run", "working-directory")) ??
          textOf(at(workflow.root, "defaults", "run", "working-directory"));
        const makers = new Map([...madeVariables(workflow.root), ...madeVariables(value)]);
        const place = { file: workflow, files, job, values: known, directory, makers };
        stepsOf(at(value, "steps"), place, builds);
        if (builds.length > maxBuilds) return;
      }
    }
  }

  function followed(called: string, job: DataNode, known: Values, depth: number): void {
    const path = files.paths.resolve(files.root, called);
    if (!files.paths.isInside(files.root, path)) {
      problems.push({ code: "definition-outside", path: called });
      return;
    }
    if (depth >= maxDepth) {
      problems.push({ code: "definition-circle", path: called });
      return;
    }
    const other = files.data(path);
    if (other === null) return;
    const given = new Map(declaredInputs(other.root));
    for (const [name, { value }] of entriesOf(at(job, "with"))) {
      const text = evaluated(textOf(value) ?? "", known);
      if (text === null) given.delete(`inputs.${name}`);
      else given.set(`inputs.${name}`, text);
    }
    workflowBuilds(other, given, depth + 1);
  }
}

/** Inputs with a default, as `inputs.…`. */
function declaredInputs(root: DataNode): Values {
  const values = new Map<string, string>();
  for (const inputs of [
    at(root, "inputs"),
    at(root, "on", "workflow_call", "inputs"),
    at(root, "on", "workflow_dispatch", "inputs"),
  ])
    for (const [name, { value }] of entriesOf(inputs)) {
      const text = textOf(at(value, "default"));
      if (text !== null) values.set(`inputs.${name}`, text);
      else if (textOf(at(value, "required")) !== "true") values.set(`inputs.${name}`, "");
    }
  return values;
}

interface StepPlace {
  readonly file: DataFile;
  readonly files: ReaderFiles;
  /** Empty: of a composite action. */
  readonly job: string;
  readonly values: Values;
  readonly directory?: string | null;
  /** Variables that an earlier step or job gives their values, by their names: that step. */
  readonly makers?: ReadonlyMap<string, string>;
}

function stepsOf(steps: DataNode | null, place: StepPlace, into: ReadBuild[]): void {
  /** Where a checkout has put the repository. */
  let checkout = "";
  const makers = new Map(place.makers);
  for (const [index, step] of itemsOf(steps).entries()) {
    const uses = textOf(at(step, "uses")) ?? "";
    const repository = textOf(at(step, "with", "repository"));
    if (/^actions\/checkout@/.test(uses) && repository === null)
      checkout = textOf(at(step, "with", "path")) ?? checkout;
    const label = textOf(at(step, "id")) ?? textOf(at(step, "name")) ?? String(index + 1);
    const name = place.job === "" ? label : `${place.job}/${label}`;
    const known = new Map([
      ...place.values,
      ["github.workspace", place.files.root] as const,
      ...environment(step, place.values),
    ]);
    for (const [variable, maker] of madeVariables(step)) makers.set(variable, maker);
    const own = { ...place, values: known, makers: new Map(makers) };
    if (/^[^/]+\/build-push-action@/.test(uses)) into.push(actionBuild(step, name, checkout, own));
    if (isBakeAction(uses)) into.push(...bakeActionBuilds(step, name, own));
    const run = at(step, "run");
    if (run === null) continue;
    into.push(...runBuilds(step, run, name, own));
    for (const variable of exportedIn(textOf(run) ?? "")) {
      if (known.has(`env.${variable}`)) continue;
      makers.set(variable, `steps.${textOf(at(step, "id")) ?? label}`);
    }
  }
}

/** The step or job that makes a value which an expression names; undefined: none does. */
function makerOf(text: string): string | undefined {
  const made = namesIn(text).find((name) => /^(?:steps|needs)\./.test(name));
  return made?.split(".").slice(0, 2).join(".");
}

/** Variables of an `env:` whose values come from an earlier step or job. */
function madeVariables(node: DataNode | null): readonly (readonly [string, string])[] {
  return entriesOf(at(node, "env")).flatMap(([name, { value }]) => {
    const maker = makerOf(textOf(value) ?? "");
    return maker === undefined ? [] : [[name, maker] as const];
  });
}

/** Variables that a script hands to later steps: `echo "NAME=…" >> "$GITHUB_ENV"`. */
function exportedIn(script: string): readonly string[] {
  return [...script.matchAll(/["' ](\w+)=[^\n]*>>\s*["']?\$\{?GITHUB_ENV\b/g)].flatMap(
    ([, name]) => name ?? [],
  );
}

/** `build-push-action` of any owner. Source: docker/build-push-action, action.yml and src/context.ts. */
function actionBuild(
  step: DataNode,
  name: string,
  checkout: string,
  { file, files, values }: StepPlace,
): ReadBuild {
  const problems: DefinitionProblem[] = [];
  const { paths, root } = files;
  const given = (key: string): string | null => {
    const text = textOf(at(step, "with", key));
    if (text === null || text.trim() === "") return null;
    const value = evaluated(text, values);
    const maker = makerOf(text);
    if (value === null)
      problems.push({
        code: "not-evaluated",
        of: key,
        text: text.trim(),
        ...(maker === undefined ? {} : { step: maker }),
      });
    return value?.trim() || null;
  };
  const inCheckout = (written: string): string => {
    const clean = written.replace(/^\.\//, "");
    const isInside = checkout !== "" && (clean === checkout || clean.startsWith(`${checkout}/`));
    return paths.resolve(root, isInside ? `.${clean.slice(checkout.length)}` : written);
  };
  const context = given("context");
  const dockerfile = given("file");
  const target = given("target");
  const isOpen = problems.length > 0;
  const source =
    context === null || /^\{\{defaultContext\}\}/.test(context)
      ? folderContext(paths.resolve(root, context?.replace(/^\{\{defaultContext\}\}:?/, "") || "."))
      : readMainContext(context, inCheckout);
  const folder = source.kind === "path" ? source.folder : root;
  const assignments = (key: string) =>
    lines(textOf(at(step, "with", key))).map((text) => {
      const { name, value } = readAssignment(text);
      return { name, value: value === null ? null : evaluated(value, values) };
    });
  const args = assignments("build-args");
  return plainBuild({
    kind: "workflow",
    name,
    key: buildKey("workflow", file.path, name),
    // Without a context the Dockerfile counts from the repository's root too.
    dockerfile: dockerfileIn(source, dockerfile, (written) =>
      dockerfile === null ? paths.resolve(folder, written) : inCheckout(written),
    ),
    context:
      isOpen && context === null && textOf(at(step, "with", "context")) !== null ? null : source,
    contexts: new Map(
      assignments("build-contexts").flatMap(({ name: named, value }) =>
        value === null
          ? []
          : [
              [
                named,
                readContextSource(value, inCheckout, (other) => `workflow:${other}`),
              ] as const,
            ],
      ),
    ),
    target,
    args: new Map(args.flatMap(({ name: arg, value }) => (value === null ? [] : [[arg, value]]))),
    fromEnvironment: new Set(args.flatMap(({ name: arg, value }) => (value === null ? [arg] : []))),
    platforms: listed(textOf(at(step, "with", "platforms")), values),
    tags: listed(textOf(at(step, "with", "tags")), values),
    cacheFrom: lines(textOf(at(step, "with", "cache-from"))),
    noCache: textOf(at(step, "with", "no-cache")) === "true",
    foundAt: placeIn(file, step, name),
    canBeDefault: !isOpen,
    problems,
  });
}

function runBuilds(
  step: DataNode,
  run: DataNode,
  name: string,
  { file, files, values, directory = null, makers = new Map() }: StepPlace,
): readonly ReadBuild[] {
  const text = textOf(run);
  if (text === null || !mayBuild(text)) return [];
  // Expressions that only a run can tell stay, and are a word that is not known.
  const script = text.replace(/\$\{\{[\s\S]*?\}\}/g, (written) => {
    const value = evaluated(written, values);
    return value ?? `$(${namesIn(written)[0] ?? "unknown"})`;
  });
  const variables = new Map(
    [...values].flatMap(([key, value]) => (key.startsWith("env.") ? [[key.slice(4), value]] : [])),
  );
  const written = textOf(at(step, "working-directory")) ?? directory;
  const folder = written === null ? "." : evaluated(written, values);
  const folders = folder === null ? [files.root] : [files.paths.resolve(files.root, folder)];
  const place = { kind: "workflow", file, folders, files, name } as const;
  return commandsIn(script, variables, mayBuild).flatMap((command) => {
    const build = commandBuild(command, place);
    if (build === null) return [];
    const key = buildKey("workflow", file.path, name);
    const problems = build.problems.map((problem) => withMaker(problem, makers));
    return [{ ...build, key, problems, foundAt: placeIn(file, run, name) }];
  });
}

function madeBy(_all: string, name: string): string {
  return `\${{ ${name} }}`;
}

/** With the step that makes what is not known: of an expression, or of a variable with its value. */
function withMaker(
  problem: DefinitionProblem,
  makers: ReadonlyMap<string, string>,
): DefinitionProblem {
  if (problem.code !== "not-evaluated") return problem;
  const text = problem.text.replace(/\$\(((?:steps|needs)\.[\w.-]+)\)/g, madeBy);
  const [, variable = ""] = /\$\{?(\w+)/.exec(text) ?? [];
  const step = makerOf(text) ?? makers.get(variable);
  return { ...problem, text, ...(step === undefined ? {} : { step }) };
}

/** Of combinations that differ in nothing that is built one is kept; others are numbered. */
function distinct(builds: readonly ReadBuild[]): readonly ReadBuild[] {
  const seen = new Map<string, number>();
  const texts = new Set<string>();
  return builds.flatMap((build) => {
    const text = JSON.stringify(build, (_, value: unknown) =>
      value instanceof Map || value instanceof Set ? [...value] : value,
    );
    if (texts.has(text)) return [];
    texts.add(text);
    const count = (seen.get(build.key) ?? 0) + 1;
    seen.set(build.key, count);
    return [
      count === 1
        ? build
        : { ...build, key: `${build.key}:${count}`, name: `${build.name} ${count}` },
    ];
  });
}
