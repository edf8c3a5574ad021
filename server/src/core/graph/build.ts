/**
 * From the syntax tree to the build graph: walks the stages from top to bottom, resolves what each
 * instruction names, and finds what the target needs.
 */

import { type BuilderRules, rulesOf } from "../build/builderRules.js";
import { contextName, type PlatformBuild } from "../build/definition.js";
import { automaticArgs, formatPlatform, parsePlatform } from "../build/platform.js";
import type { Digest } from "../host.js";
import type { BaseImageLookup } from "../image/baseImage.js";
import { readFrom, stageNamesIn } from "../instructions/from.js";
import { instructionKind } from "../instructions/index.js";
import { type Evaluation, inert, noEffect, operates } from "../instructions/kind.js";
import { syntaxProblems } from "../syntax/placed.js";
import type { Dockerfile, Instruction } from "../syntax/syntax.js";
import { type Problem, problemAt } from "../text/range.js";
import { say } from "../text/say.js";
import { appendedLabel, triggersOf } from "./addedInstructions.js";
import { flagProblems } from "./flagProblems.js";
import type { BuildGraph, Found, Stage, StageBase, Step, StepPlace } from "./graph.js";
import type { OpenStage } from "./openStage.js";
import { needsOf, numberSteps, reachableStages } from "./reach.js";
import { ensurePath, globalScope, stageScope, type WalkScope } from "./scopes.js";
import { stageNames } from "./stageNames.js";

export interface GraphHost {
  readonly digest: Digest;
  readonly baseImage: BaseImageLookup;
}

/** Where a step stands in the text. */
type TextPlace = Pick<StepPlace, "line" | "endLine" | "start">;

/** Builds the graph. Never throws; a broken file gives the stages that can be read. */
export function buildGraph(
  dockerfile: Dockerfile,
  build: PlatformBuild,
  host: GraphHost,
): BuildGraph {
  const { definition } = build;
  const globals: Step[] = [];
  const places = new Map<Step, Omit<StepPlace, "index" | "number">>();
  const openStages: OpenStage[] = [];
  const written = stageNamesIn(dockerfile.instructions);
  const targetName = definition.target ?? written.at(-1) ?? "default";
  const rules = rulesOf(definition.builder);
  const automatic = rules.setsAutomaticArgs
    ? automaticArgs(build.platform, build.platform, targetName)
    : new Map<string, string>();
  const global = globalScope(dockerfile, build, automatic, host.digest);
  const names = stageNames(definition.builder, written);

  /** Where an instruction of the file stands; a step that it runs for another may say so. */
  const textPlace = (position: number): TextPlace => {
    const line = dockerfile.lines[position] ?? 0;
    const lineCount = dockerfile.instructions[position]?.lineCount ?? 1;
    return { line, endLine: line + lineCount - 1, start: dockerfile.starts[position] ?? 0 };
  };

  const addStep = (
    stage: OpenStage | null,
    instruction: Instruction,
    evaluation: Evaluation,
    place: TextPlace,
    {
      found = [],
      fails = false,
      assignments = [],
      isTrigger = false,
      isOption = false,
    }: Partial<Pick<Step, "found" | "fails" | "assignments" | "isTrigger" | "isOption">> = {},
  ): void => {
    const step: Step = {
      instruction,
      keyword: instruction.keyword,
      text: oneLine(instruction),
      effect: evaluation.effect,
      shaping: evaluation.shaping,
      operation: evaluation.operation,
      words: evaluation.words,
      isTrigger,
      neverFound: evaluation.neverFound === true,
      isOption,
      found,
      fails,
      assignments,
    };
    const siblings = stage?.steps ?? globals;
    places.set(step, { stage: stage?.index ?? null, nth: siblings.length, ...place });
    siblings.push(step);
  };

  const evaluateIn = (
    stage: OpenStage | null,
    scope: WalkScope,
    instruction: Instruction,
    place: TextPlace,
    isTrigger = false,
  ): void => {
    const kind = instructionKind(instruction.keyword);
    const problems = scope.found.length;
    if (kind === undefined) {
      scope.report(
        "read",
        "unknown-instruction",
        say`Docker knows no instruction ${instruction.keyword}.`,
        instruction.keywordRange,
      );
      const found = scope.found.slice(problems);
      addStep(stage, instruction, noEffect, place, { found, isTrigger });
      return;
    }
    if (stage !== null) ensurePath(scope.config);
    const before = scope.assignmentCount();
    const evaluation = kind.evaluate(instruction, scope);
    const found = scope.found.slice(problems);
    const assignments = scope.assignmentsSince(before);
    const fails = found.length > 0;
    addStep(stage, instruction, evaluation, place, { found, fails, assignments, isTrigger });
  };

  for (const [position, instruction] of dockerfile.instructions.entries()) {
    const current = openStages.at(-1) ?? null;
    const place = textPlace(position);
    const kind = instructionKind(instruction.keyword);
    if (kind?.opensStage === true) {
      openStage(instruction, position);
    } else if (current?.isReplaced === true) {
      addStep(current, instruction, noEffect, place);
    } else if (current !== null) {
      evaluateIn(current, current.scope, instruction, place);
    } else if (kind?.mayPrecedeStages === true) {
      evaluateIn(null, global, instruction, place);
    } else {
      const problems = global.found.length;
      const known = kind !== undefined;
      global.report(
        "read",
        known ? "before-from" : "unknown-instruction",
        known
          ? say`${instruction.keyword} stands before the first FROM: there is no stage yet.`
          : say`Docker knows no instruction ${instruction.keyword}.`,
        instruction.keywordRange,
      );
      addStep(null, instruction, noEffect, place, { found: global.found.slice(problems) });
    }
  }

  function openStage(instruction: Instruction, position: number): void {
    const index = openStages.length;
    const place = textPlace(position);
    const problems = global.found.length;
    const line = readFrom(instruction, global);
    const platform = line.platform === null ? null : parsePlatform(line.platform);
    if (line.platform !== null && platform === null) {
      global.report(
        "read",
        "bad-platform",
        say`"${line.platform}" is not a platform, such as linux/arm64.`,
        instruction.range,
      );
    }
    const basePlatform = formatPlatform(platform ?? build.platform);
    const replacement = line.name === null ? null : namedContext(line.name, basePlatform);
    const isReplaced = replacement !== null;
    const base = replacement ?? baseOf(line.base, index, basePlatform);
    const parent = base.kind === "stage" ? openStages[base.index] : undefined;
    const found: Found[] = [];
    const scope = stageScope({
      global,
      build,
      platform: platform ?? parent?.scope.platform ?? build.platform,
      parent: parent?.scope ?? null,
      base,
      names,
      stageIndex: index,
      digest: host.digest,
      baseImage: host.baseImage,
      found,
      isReplaced,
      replacedName: (at) => (openStages[at]?.isReplaced ? openStages[at].name : null),
    });
    if (!rules.allowsEqualStageNames && line.name !== null) {
      const isTaken = openStages.some(({ name }) => name === line.name);
      if (isTaken) {
        const message = say`Another stage above is named "${line.name}".`;
        global.report("build", "stage-name-taken", message, instruction.range);
      }
    }
    // Nothing is made of such a stage, so that it gets no PATH either: convert.go `dispatchStages`.
    if (isReplaced && !setsPath(base)) scope.config.environment.delete("PATH");
    const stage: OpenStage = {
      ...{ index, name: line.name, instruction, position, base, scope, steps: [] },
      ...{ isReplaced, found },
    };
    openStages.push(stage);
    names.define(line.name, index);
    addStep(
      stage,
      instruction,
      operates(
        "base",
        base.kind === "image"
          ? { kind: "pull", reference: base.reference, platform: line.platform }
          : null,
      ),
      place,
      { found: global.found.slice(problems) },
    );
    if (isReplaced) return;
    for (const { instruction: trigger, holder } of triggersOf(base, parent, instruction)) {
      const start = (holder === null ? undefined : places.get(holder)?.start) ?? place.start;
      evaluateIn(stage, scope, trigger, { ...place, start }, true);
    }
  }

  function namedContext(name: string, platform: string): StageBase | null {
    const source = definition.contexts.get(contextName(name));
    switch (source?.kind) {
      case undefined:
        return null;
      case "path":
        return { kind: "folder", name: contextName(name) };
      case "image": {
        const { reference } = source;
        const image = host.baseImage(reference, platform);
        return { kind: "image", reference, image, isNamed: true };
      }
      case "git":
      case "build":
        return { kind: "elsewhere", name: contextName(name), source };
    }
  }

  function baseOf(reference: string, index: number, platform: string): StageBase {
    if (reference === "") return { kind: "broken" };
    const stage = names.base(reference, index);
    if (stage !== null) return { kind: "stage", index: stage };
    const named = namedContext(reference, platform);
    if (named !== null) return named;
    if (reference === "scratch") return { kind: "scratch" };
    return { kind: "image", reference, image: host.baseImage(reference, platform) };
  }

  const targetIndex =
    definition.target === null ? openStages.length - 1 : (names.target(definition.target) ?? -1);
  addLabels(openStages[targetIndex]);

  /** `--label` is a last LABEL of the target, and a step where each instruction is one. */
  function addLabels(stage: OpenStage | undefined): void {
    const { labels } = definition.flags;
    if (stage === undefined) return;
    for (const [name, value] of [...labels].sort(([a], [b]) => (a < b ? -1 : 1))) {
      stage.scope.config.labels.set(name, value);
      if (!rules.commitsEveryInstruction) continue;
      ensurePath(stage.scope.config);
      const last = stage.steps.at(-1);
      const place =
        (last === undefined ? undefined : places.get(last)) ?? textPlace(stage.position);
      const label = appendedLabel(name, value, last?.instruction ?? stage.instruction);
      addStep(stage, label, inert([name, value]), place, { isOption: true });
    }
  }

  return finish({ dockerfile, build, rules, targetIndex, global, globals, openStages, places });
}

function setsPath(base: StageBase): boolean {
  return (
    base.kind === "image" &&
    base.image?.environment.some((entry) => entry.startsWith("PATH=")) === true
  );
}

/** True for a stage of `FROM scratch` and nothing else. */
function isEmptyImage(stage: OpenStage | undefined): boolean {
  return stage?.base.kind === "scratch" && stage.steps.length === 1;
}

interface WalkedFile {
  readonly dockerfile: Dockerfile;
  readonly build: PlatformBuild;
  readonly rules: BuilderRules;
  readonly targetIndex: number;
  readonly global: WalkScope;
  readonly globals: readonly Step[];
  readonly openStages: readonly OpenStage[];
  readonly places: ReadonlyMap<Step, Omit<StepPlace, "index" | "number">>;
}

function finish(file: WalkedFile): BuildGraph {
  const { definition, platform } = file.build;
  const { rules, targetIndex, globals, openStages } = file;
  const needs = openStages.map((stage) => needsOf(stage));
  const built = reachableStages(rules, targetIndex, needs);
  const { numbers, stageTotals, labels } = numberSteps(rules, globals, openStages, built);
  const steps = [...globals, ...openStages.flatMap((stage) => stage.steps)];
  const places = new Map<Step, StepPlace>();
  for (const [index, step] of steps.entries()) {
    const place = file.places.get(step);
    if (place === undefined) continue;
    places.set(step, { ...place, index, number: numbers.get(step) ?? null });
  }
  const stages = openStages.map(
    (stage): Stage => ({
      index: stage.index,
      name: stage.name,
      label: labels[stage.index] ?? "",
      base: stage.base,
      platform: stage.scope.platform,
      instruction: stage.instruction,
      steps: stage.steps,
      isBuilt: built.has(stage.index),
      isReplaced: stage.isReplaced,
      needs: needs[stage.index] ?? [],
      total: stageTotals[stage.index] ?? 0,
      config: stage.scope.config,
    }),
  );
  const found = [
    ...[...syntaxProblems(file.dockerfile), ...wholeProblems(file)].map(
      (problem): Found => ({ phase: "read", problem }),
    ),
    ...stepProblems(steps, places, built),
  ].sort((a, b) => (a.problem.range?.start ?? 0) - (b.problem.range?.start ?? 0));
  return {
    definition,
    platform,
    rules,
    stages,
    steps,
    globals,
    places,
    target: stages[targetIndex] ?? null,
    isRejected: isRejected(rules, found),
    problems: found.map(({ problem }) => problem),
  };
}

/** Those of stages that are not built fail nothing, unless the file cannot be read for them. */
function stepProblems(
  steps: readonly Step[],
  places: ReadonlyMap<Step, StepPlace>,
  built: ReadonlySet<number>,
): readonly Found[] {
  return steps.flatMap((step) => {
    const place = places.get(step);
    // FROM lines are read with what stands before them, whichever stages are built.
    const isBuilt = place?.stage == null || place.nth === 0 || built.has(place.stage);
    return step.found
      .filter(({ phase }) => isBuilt || phase === "read")
      .map(({ phase, problem }) => ({ phase, problem: problemAt(place?.start ?? 0, problem) }));
  });
}

/** What is wrong with the file or the way that it is built, in no line of it. */
function wholeProblems({
  dockerfile,
  build: { definition },
  rules,
  targetIndex,
  openStages,
}: WalkedFile): readonly Problem[] {
  const make = (code: string, message: string): Problem => ({
    ...{ code, message, severity: "error", range: null },
  });
  const problems = [...flagProblems(definition)];
  if (openStages.length === 0) {
    // Of a file without any instruction the parser has said it.
    if (dockerfile.instructions.length > 0)
      problems.push(make("no-stage", say`The file has no FROM: there is nothing to build.`));
  } else if (targetIndex < 0) {
    problems.push(make("no-target", say`No stage is named "${definition.target ?? ""}".`));
  }
  if (!rules.makesEmptyImages && isEmptyImage(openStages[targetIndex])) {
    problems.push(
      make(
        "no-image",
        say`Nothing follows FROM scratch: the classic builder makes no image of it.`,
      ),
    );
  }
  return problems;
}

/** True where the builder runs nothing at all. */
function isRejected({ translatesFirst }: BuilderRules, found: readonly Found[]): boolean {
  return found.some(
    ({ phase, problem }) => problem.severity === "error" && (translatesFirst || phase === "read"),
  );
}

/** The logical line for people: the indentation of its continued lines is folded. */
function oneLine(instruction: Instruction): string {
  return instruction.original.trim().replace(/\s{2,}|[\t\r\n]/g, " ");
}
