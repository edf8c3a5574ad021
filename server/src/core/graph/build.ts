/**
 * From the syntax tree to the build graph: walks the stages from top to bottom, resolves what each
 * instruction names, and finds what the target needs.
 */

import { type BuildDefinition, contextName, type PlatformBuild } from "../build/definition.js";
import { automaticArgs, formatPlatform, parsePlatform } from "../build/platform.js";
import type { Digest } from "../host.js";
import type { BaseImageLookup } from "../image/baseImage.js";
import { readFrom, stageNamesIn } from "../instructions/from.js";
import { instructionKind } from "../instructions/index.js";
import { type Evaluation, inert, noEffect, operates } from "../instructions/kind.js";
import type { Dockerfile, Instruction } from "../syntax/syntax.js";
import type { Problem } from "../text/range.js";
import { say } from "../text/say.js";
import { appendedLabel, triggersOf } from "./addedInstructions.js";
import { flagProblems } from "./flagProblems.js";
import type { Assignment, BuildGraph, Stage, StageBase, Step } from "./graph.js";
import type { OpenStage } from "./openStage.js";
import { needsOf, numberSteps, reachableStages } from "./reach.js";
import { ensurePath, type Found, globalScope, stageScope, type WalkScope } from "./scopes.js";
import { classicStages, stageNames } from "./stageNames.js";

export interface GraphHost {
  readonly digest: Digest;
  readonly baseImage: BaseImageLookup;
}

/** Builds the graph. Never throws; a broken file gives the stages that can be read. */
export function buildGraph(
  dockerfile: Dockerfile,
  build: PlatformBuild,
  host: GraphHost,
): BuildGraph {
  const { definition } = build;
  const steps: Step[] = [];
  const openStages: OpenStage[] = [];
  const written = stageNamesIn(dockerfile.instructions);
  const targetName = definition.target ?? written.at(-1) ?? "default";
  const automatic =
    definition.builder === "buildkit"
      ? automaticArgs(build.platform, build.platform, targetName)
      : new Map<string, string>();
  const global = globalScope(dockerfile, build, automatic, host.digest);
  const names = definition.builder === "buildkit" ? stageNames(written) : classicStages();

  const addStep = (
    stage: OpenStage | null,
    instruction: Instruction,
    evaluation: Evaluation,
    assignments: readonly Assignment[],
    isTrigger: boolean,
    { fails = false, isOption = false } = {},
  ): void => {
    const step: Step = {
      index: steps.length,
      stage: stage?.index ?? null,
      instruction,
      line: instruction.line,
      endLine: instruction.endLine,
      keyword: instruction.keyword,
      text: oneLine(instruction),
      effect: evaluation.effect,
      shaping: evaluation.shaping,
      operation: evaluation.operation,
      words: evaluation.words,
      isTrigger,
      neverFound: evaluation.neverFound === true,
      isOption,
      fails,
      assignments,
      number: null,
    };
    steps.push(step);
    stage?.steps.push(step);
  };

  const evaluateIn = (
    stage: OpenStage | null,
    scope: WalkScope,
    instruction: Instruction,
    isTrigger = false,
  ): void => {
    const kind = instructionKind(instruction.keyword);
    if (kind === undefined) {
      scope.report(
        "read",
        "unknown-instruction",
        say`Docker knows no instruction ${instruction.keyword}.`,
        instruction.keywordRange,
      );
      addStep(stage, instruction, noEffect, [], isTrigger);
      return;
    }
    if (stage !== null) ensurePath(scope.config);
    const before = scope.assignmentCount();
    const problems = scope.found.length;
    const evaluation = kind.evaluate(instruction, scope);
    const fails = scope.found.length > problems;
    addStep(stage, instruction, evaluation, scope.assignmentsSince(before), isTrigger, { fails });
  };

  for (const instruction of dockerfile.instructions) {
    const current = openStages.at(-1) ?? null;
    const kind = instructionKind(instruction.keyword);
    if (kind?.opensStage === true) {
      openStage(instruction);
    } else if (current?.isReplaced === true) {
      addStep(current, instruction, noEffect, [], false);
    } else if (current !== null) {
      evaluateIn(current, current.scope, instruction);
    } else if (kind?.mayPrecedeStages === true) {
      evaluateIn(null, global, instruction);
    } else {
      const known = kind !== undefined;
      global.report(
        "read",
        known ? "before-from" : "unknown-instruction",
        known
          ? say`${instruction.keyword} stands before the first FROM: there is no stage yet.`
          : say`Docker knows no instruction ${instruction.keyword}.`,
        instruction.keywordRange,
      );
      addStep(null, instruction, noEffect, [], false);
    }
  }

  function openStage(instruction: Instruction): void {
    const index = openStages.length;
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
    if (definition.builder === "classic" && line.name !== null) {
      const isTaken = openStages.some(({ name }) => name === line.name);
      if (isTaken) {
        const message = say`Another stage above is named "${line.name}".`;
        global.report("build", "stage-name-taken", message, instruction.range);
      }
    }
    // Nothing is made of such a stage, so that it gets no PATH either: convert.go `dispatchStages`.
    if (isReplaced && !setsPath(base)) scope.config.environment.delete("PATH");
    const stage: OpenStage = {
      ...{ index, name: line.name, instruction, base, scope, steps: [] },
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
      [],
      false,
    );
    if (isReplaced) return;
    for (const trigger of triggersOf(base, parent, instruction.range)) {
      evaluateIn(
        stage,
        scope,
        { ...trigger, line: instruction.line, endLine: instruction.endLine },
        true,
      );
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

  /** `--label` is a last LABEL of the target; only to the classic builder it is a step. */
  function addLabels(stage: OpenStage | undefined): void {
    const { labels } = definition.flags;
    if (stage === undefined) return;
    for (const [name, value] of [...labels].sort(([a], [b]) => (a < b ? -1 : 1))) {
      stage.scope.config.labels.set(name, value);
      if (definition.builder === "buildkit") continue;
      ensurePath(stage.scope.config);
      const place = stage.steps.at(-1)?.instruction ?? stage.instruction;
      const label = appendedLabel(name, value, place);
      addStep(stage, label, inert([name, value]), [], false, { isOption: true });
    }
  }

  return finish(dockerfile, build, targetIndex, global, openStages, steps);
}

/**
 * BuildKit translates the whole file before it runs anything; the classic builder only reads it and
 * meets what is wrong with an instruction when it comes to it.
 */
function isRejected(
  { builder }: BuildDefinition,
  problems: readonly Problem[],
  global: WalkScope,
  stages: readonly OpenStage[],
): boolean {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (builder === "buildkit") return errors.length > 0;
  const later = new Set(
    [global, ...stages].flatMap(({ found }) =>
      found.filter(({ phase }) => phase === "build").map(({ problem }) => problem),
    ),
  );
  return errors.some((problem) => !later.has(problem));
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

function finish(
  dockerfile: Dockerfile,
  { definition, platform }: PlatformBuild,
  targetIndex: number,
  global: WalkScope,
  openStages: readonly OpenStage[],
  allSteps: readonly Step[],
): BuildGraph {
  const problems: Problem[] = [...dockerfile.problems, ...flagProblems(definition)];
  if (openStages.length === 0) {
    // Of a file without any instruction the parser has said it.
    if (dockerfile.instructions.length > 0)
      problems.push({
        code: "no-stage",
        message: say`The file has no FROM: there is nothing to build.`,
        severity: "error",
        range: null,
      });
  } else if (targetIndex < 0) {
    problems.push({
      code: "no-target",
      message: say`No stage is named "${definition.target ?? ""}".`,
      severity: "error",
      range: null,
    });
  }
  if (definition.builder === "classic" && isEmptyImage(openStages[targetIndex])) {
    problems.push({
      code: "no-image",
      message: say`Nothing follows FROM scratch: the classic builder makes no image of it.`,
      severity: "error",
      range: null,
    });
  }
  const needs = openStages.map((stage) => needsOf(stage));
  const built = reachableStages(definition.builder, targetIndex, needs);
  const { numbers, stageTotals, labels } = numberSteps(definition.builder, openStages, allSteps, {
    built,
    targetIndex,
  });
  const steps = allSteps.map((step) => ({ ...step, number: numbers.get(step.index) ?? null }));
  const stages = openStages.map(
    (stage): Stage => ({
      index: stage.index,
      name: stage.name,
      label: labels[stage.index] ?? "",
      base: stage.base,
      platform: stage.scope.platform,
      instruction: stage.instruction,
      range: {
        start: stage.instruction.range.start,
        end: stage.steps.at(-1)?.instruction.range.end ?? stage.instruction.range.end,
      },
      steps: stage.steps.map((step) => steps[step.index] ?? step),
      isBuilt: built.has(stage.index),
      isReplaced: stage.isReplaced,
      needs: needs[stage.index] ?? [],
      total: stageTotals[stage.index] ?? 0,
      config: stage.scope.config,
    }),
  );
  for (const { problem } of global.found) problems.push(problem);
  for (const { index, found } of openStages) {
    for (const { phase, problem } of found) {
      if (phase === "read" || built.has(index)) problems.push(problem);
    }
  }
  return {
    definition,
    platform,
    stages,
    steps,
    target: stages[targetIndex] ?? null,
    isRejected: isRejected(definition, problems, global, openStages),
    problems: problems.sort((a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0)),
  };
}

/** The logical line for people: the indentation of its continued lines is folded. */
function oneLine(instruction: Instruction): string {
  return instruction.original.trim().replace(/\s{2,}|[\t\r\n]/g, " ");
}
