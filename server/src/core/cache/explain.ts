/** Why a step will not be cached: the causes in words, first cause first. */
import { compareManifests } from "../context/manifest.js";
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import { alignSteps } from "./align.js";
import {
  added,
  documents,
  namedValues,
  pendingCause,
  recordGone,
  usedNames,
  valueCause,
} from "./causes.js";
import { fileNames, listNames, type PathChange } from "./changedFiles.js";
import { ChangedValues } from "./changedValues.js";
import { facetsOf } from "./definition.js";
import type { KeyedStep, Keys } from "./predict.js";
import type { Cause, Prediction } from "./prediction.js";
import type { Baseline, StepRecord } from "./records.js";

/** The prediction of every step, by step index. */
export function explainPredictions(
  graph: BuildGraph,
  keys: Keys,
  baseline: Baseline,
  digest: Digest,
): readonly Prediction[] {
  return new Explainer(graph, keys, baseline, digest).all();
}

/** Digest of an instruction as typed: what `align` recognizes it by. */
export function stepText(step: Step, digest: Digest): string {
  const bodies = step.instruction.heredocs.map((doc) => doc.content);
  return digest(JSON.stringify([step.keyword, step.instruction.original, bodies])).slice(0, 16);
}

class Explainer {
  readonly #graph: BuildGraph;
  readonly #keys: Keys;
  readonly #baseline: Baseline;
  readonly #digest: Digest;
  readonly #before: ReadonlyMap<number, StepRecord>;
  readonly #values: ChangedValues;
  /** What the lowest step of each recorded stage stood on. */
  readonly #firstInputs = new Map<number | null, string>();
  /** Of which the build before had something. */
  readonly #knownStages: ReadonlySet<number>;
  /** By step index, for steps that are not cached: where it began. */
  readonly #roots = new Map<number, KeyedStep>();

  constructor(graph: BuildGraph, keys: Keys, baseline: Baseline, digest: Digest) {
    this.#graph = graph;
    this.#keys = keys;
    this.#baseline = baseline;
    this.#digest = digest;
    this.#before =
      baseline.build === null
        ? new Map()
        : alignSteps(graph, baseline.build, (step) => stepText(step, digest));
    for (const { stage, inputs } of [...(baseline.build?.steps ?? [])].reverse()) {
      if (inputs[0] !== undefined) this.#firstInputs.set(stage, inputs[0]);
    }
    this.#knownStages = new Set(
      graph.stages
        .filter(({ steps }) => steps.some(({ index }) => this.#before.has(index)))
        .map(({ index }) => index),
    );
    this.#values = new ChangedValues(graph, baseline.build, this.#before, digest);
  }

  all(): readonly Prediction[] {
    return this.#keys.steps.map((keyed) => {
      const root = this.#findRoot(keyed);
      if (root !== null) this.#roots.set(keyed.step.index, root);
      const causes = this.#explain(keyed);
      return { kind: keyed.prediction, causes };
    });
  }

  #explain(keyed: KeyedStep): readonly Cause[] {
    if (keyed.fails) return this.#failure(keyed);
    if (keyed.prediction === null || keyed.prediction === "hit") return [];
    if (keyed.prediction === "unknown") return this.#open(keyed);
    const before = this.#before.get(keyed.step.index);
    if (before === undefined && !this.#isKnownStage(keyed.step)) return [this.#neverBuilt(keyed)];
    const own = before === undefined ? [added(keyed)] : this.#ownChanges(keyed, before);
    const causes = [...own, ...this.#sourceChanges(keyed, before), ...this.#below(keyed)];
    if (causes.length > 0) return causes;
    return [before === undefined ? recordGone(keyed) : this.#elsewhere(keyed, before)];
  }

  #neverBuilt({ step: { line } }: KeyedStep): Cause {
    const message =
      this.#baseline.build === null
        ? "This Dockerfile has not been built before."
        : "The build before did not have this stage, or did not need it.";
    return { code: "never-built", short: "never built", message, line, paths: [] };
  }

  /** False when the build before had nothing of the stage. */
  #isKnownStage({ stage }: Step): boolean {
    return stage !== null && this.#knownStages.has(stage);
  }

  #failure(keyed: KeyedStep): readonly Cause[] {
    const problem = [
      ...keyed.context.flatMap(({ selection }) => selection.problems),
      ...keyed.stageProblems,
    ].find(({ severity }) => severity === "error");
    const { start, end } = keyed.step.instruction.range;
    const wrong = this.#graph.problems.find(
      ({ severity, range }) =>
        severity === "error" && range !== null && range.start >= start && range.end <= end,
    );
    const message =
      problem?.message ?? wrong?.message ?? "The stage that it takes files from cannot be built.";
    return [{ code: "build-fails", short: "fails", message, line: keyed.step.line, paths: [] }];
  }

  /** What changed in the step itself: its words, the variables that it sees, its files. */
  #ownChanges(keyed: KeyedStep, before: StepRecord): readonly Cause[] {
    const causes: Cause[] = [];
    const changed = new Set(
      Object.entries(facetsOf(keyed.definition, this.#digest)).flatMap(([name, value]) =>
        before.facets[name] === value ? [] : [name],
      ),
    );
    const isEdited = stepText(keyed.step, this.#digest) !== before.text;
    const line = keyed.step.line;
    const isElsewhere = changed.delete("places");
    const files = this.#fileChanges(keyed, before, isElsewhere);
    if (documents(keyed.inputs) !== documents(before.inputs)) changed.add("document");
    // Equal files at another place make no other key: the place counts where nothing else is found.
    const isMoved =
      isElsewhere &&
      files.length === 0 &&
      keyed.inputs.slice(1).join() !== before.inputs.slice(1).join();
    if (isMoved) changed.add("places");
    if (isEdited && changed.size > 0) {
      causes.push({
        code: "instruction-changed",
        short: "instruction changed",
        message: "The instruction itself changed.",
        line,
        paths: [],
      });
    }
    causes.push(...files);
    if (changed.size > 0) causes.push(...this.#valueChanges(keyed, before, changed, isEdited));
    return causes;
  }

  /** Where the sources themselves are others than before, files that came or went say nothing. */
  #fileChanges(keyed: KeyedStep, before: StepRecord, isElsewhere: boolean): readonly Cause[] {
    const [context] = keyed.context;
    const recorded = before.manifest === null ? null : this.#baseline.manifest(before.manifest);
    if (context?.manifest === null || context === undefined || recorded === null) return [];
    const changes = compareManifests(recorded, context.manifest);
    const all: PathChange[] = [
      ...changes.contentChanged.map((path) => ({ path, how: "changed" as const })),
      ...(isElsewhere ? [] : changes.added).map((path) => ({ path, how: "added" as const })),
      ...(isElsewhere ? [] : changes.removed).map((path) => ({ path, how: "removed" as const })),
      ...changes.modeChanged.map((path) => ({ path, how: "has another mode" as const })),
    ];
    if (all.length === 0) return [];
    return [
      {
        code: "context-content-changed",
        short: fileNames(all),
        message: `${listNames(all)}.`,
        line: keyed.step.line,
        paths: all.map(({ path }) => path),
      },
    ];
  }

  /** Names the ENV or ARG whose value changed, or the setting of the stage. */
  #valueChanges(
    keyed: KeyedStep,
    before: StepRecord,
    changed: ReadonlySet<string>,
    isEdited: boolean,
  ): readonly Cause[] {
    const { step } = keyed;
    const seesAll = changed.has("environment");
    if (!seesAll && isEdited) return [];
    const names = seesAll ? null : usedNames(step);
    const values = this.#values.before(step, before, names, namedValues);
    const causes = values.map((change) => valueCause(change, step.line));
    // Where the step below rebuilds, that is reason enough.
    if (causes.length === 0 && seesAll && keyed.below?.prediction !== "miss") {
      causes.push(this.#otherEnvironment(step, before));
    }
    if (causes.length > 0 || isEdited) return causes;
    for (const [facet, name] of settings) {
      if (!changed.has(facet)) continue;
      const place = this.#lastSetting(step, facet);
      const line = place?.line ?? null;
      causes.push({
        code: "value-changed",
        short: `${name} changed`,
        message: `The ${name} of the step changed${line === null ? "" : ` (line ${line})`}.`,
        line,
        paths: [],
      });
      break;
    }
    return causes;
  }

  /** No value is another one, and yet the list is: by its order, or by what the base image sets. */
  #otherEnvironment(step: Step, before: StepRecord): Cause {
    const from = this.#lineage(step.stage)[0]?.steps[0];
    return this.#values.isReordered(step, before)
      ? {
          code: "value-changed",
          short: "order of ENV changed",
          message: "The variables are set in another order: a RUN's key has them in their order.",
          line: step.line,
          paths: [],
        }
      : {
          code: "base-changed",
          short: "base image changed",
          message: "The base image sets other variables than before.",
          line: from?.line ?? null,
          paths: [],
        };
  }

  /** The stage and the stages that it continues, the first one first. */
  #lineage(index: number | null): readonly Stage[] {
    const stages: Stage[] = [];
    let stage = index === null ? undefined : this.#graph.stages[index];
    while (stage !== undefined) {
      stages.unshift(stage);
      stage = stage.base.kind === "stage" ? this.#graph.stages[stage.base.index] : undefined;
    }
    return stages;
  }

  #lastSetting(step: Step, facet: string): Step | null {
    const keyword = settingKeywords.get(facet);
    for (const stage of [...this.#lineage(step.stage)].reverse()) {
      const found = stage.steps.findLast(
        (other) => other.index < step.index && other.keyword === keyword,
      );
      if (found !== undefined) return found;
    }
    return null;
  }

  /** Other stages that it takes files from and that change for certain. */
  #sourceChanges(keyed: KeyedStep, before: StepRecord | undefined): readonly Cause[] {
    if (before === undefined) return [];
    const changed = keyed.inputs.slice(1).some((input, i) => before.inputs[i + 1] !== input);
    if (!changed) return [];
    // Files that only a build can tell may come out equal.
    const open = keyed.open.flatMap((input) => (input.kind === "stage" ? [input.stage] : []));
    return keyed.sources.flatMap((source) => {
      if (open.includes(source)) return [];
      const root = this.#rootOf(this.#keys.stages[source]?.last ?? null);
      if (root === null) return [];
      const name = `stage ${this.#graph.stages[source]?.name ?? source}`;
      return [
        {
          code: "stage-files-changed" as const,
          short: `files of ${name} change`,
          message: `The files that it takes from ${name} change, because line ${root.step.line} rebuilds.`,
          line: root.step.line,
          paths: [],
        },
      ];
    });
  }

  /** The step below rebuilds, so everything stacked on it does; or the base is another one. */
  #below(keyed: KeyedStep): readonly Cause[] {
    const root = keyed.below?.prediction === "miss" ? this.#rootOf(keyed.below) : null;
    if (root !== null) {
      return [
        {
          code: "earlier-step",
          short: `line ${root.step.line} rebuilds`,
          message: `It is stacked on line ${root.step.line} (${root.step.keyword}), which rebuilds.`,
          line: root.step.line,
          paths: [],
        },
      ];
    }
    const before = this.#before.get(keyed.step.index);
    if (before === undefined || before.inputs[0] === keyed.inputs[0]) return [];
    const isFirst = keyed.below === null || keyed.below.step.stage !== keyed.step.stage;
    const isOther = isFirst && this.#firstInputs.get(before.stage) !== keyed.inputs[0];
    return isOther ? [this.#baseChange(keyed)] : [];
  }

  #baseChange(keyed: KeyedStep): Cause {
    const stages = this.#lineage(keyed.step.stage);
    const from = (keyed.below === null ? stages[0] : stages.at(-1))?.steps[0];
    return {
      code: "base-changed",
      short: "base image changed",
      message: "The stage starts from another image than before.",
      line: from?.line ?? null,
      paths: [],
    };
  }

  /** Neither it nor anything below it rebuilds by itself, and yet its result is not there. */
  #elsewhere(keyed: KeyedStep, before: StepRecord): Cause {
    const build = this.#baseline.build;
    if (build === null || before.inputs[0] === keyed.inputs[0]) return recordGone(keyed);
    const { line } = keyed.step;
    const stood = build.steps.find(({ key }) => key !== null && key === before.inputs[0]);
    const pairs = [...this.#before].filter(([, record]) => record === stood);
    const now = pairs.map(([index]) => index);
    if (stood === undefined || now.includes(keyed.below?.step.index ?? -1)) {
      return recordGone(keyed);
    }
    if (now.length > 0) {
      const message = "Instructions changed places: it stands on another step than before.";
      return { code: "instruction-moved", short: "order changed", message, line, paths: [] };
    }
    const message = `The ${stood.keyword} that it stood on is gone (line ${stood.line} of that build).`;
    const short = `${stood.keyword} above removed`;
    return { code: "instruction-removed", short, message, line, paths: [] };
  }

  /** The step that a chain of rebuilds began at, at or below `keyed`; null: it is cached. */
  #findRoot(keyed: KeyedStep): KeyedStep | null {
    if (keyed.prediction === null || keyed.prediction === "hit") return null;
    const stage = keyed.open.find((open) => open.kind === "stage");
    if (keyed.prediction === "unknown" && stage !== undefined) {
      return this.#rootOf(this.#keys.stages[stage.stage]?.last ?? null) ?? keyed;
    }
    const below = this.#rootOf(keyed.below);
    if (keyed.prediction === "unknown") return below ?? keyed;
    return keyed.below?.prediction === "miss" ? (below ?? keyed) : keyed;
  }

  #rootOf(keyed: KeyedStep | null): KeyedStep | null {
    return keyed === null ? null : (this.#roots.get(keyed.step.index) ?? null);
  }

  #open(keyed: KeyedStep): readonly Cause[] {
    for (const open of keyed.open) {
      switch (open.kind) {
        case "pending":
          return [pendingCause(keyed)];
        case "remote":
          return [
            {
              code: "remote-unknown",
              short: "depends on a download",
              message: `It turns on what the server answers for ${open.url}: the builder asks at every build.`,
              line: keyed.step.line,
              paths: [],
            },
          ];
        case "stage": {
          const root = this.#rootOf(this.#keys.stages[open.stage]?.last ?? null);
          const name = `stage ${this.#graph.stages[open.stage]?.name ?? open.stage}`;
          const line = root?.step.line ?? null;
          return [
            {
              code: "stage-output-unknown",
              short: line === null ? `depends on ${name}` : `depends on line ${line}`,
              message: `It turns on the files that ${name} produces${line === null ? "" : ` when line ${line} rebuilds`}: if they come out equal, this step stays cached.`,
              line,
              paths: [],
            },
          ];
        }
      }
    }
    const below = keyed.below?.step.line ?? null;
    const line = this.#rootOf(keyed.below)?.step.line ?? below;
    return [
      {
        code: "stage-output-unknown",
        short: line === null ? "depends on an earlier step" : `depends on line ${line}`,
        message: `It stays cached if line ${below ?? "?"} does.`,
        line,
        paths: [],
      },
    ];
  }
}

/** Parts of a definition that another instruction sets, and the word for each. */
const settings: readonly (readonly [facet: string, name: string])[] = [
  ["directory", "working directory"],
  ["user", "user"],
  ["command", "shell"],
  ["options", "platform"],
  ["destination", "working directory"],
];

const settingKeywords = new Map([
  ["directory", "WORKDIR"],
  ["destination", "WORKDIR"],
  ["user", "USER"],
  ["command", "SHELL"],
  ["options", "FROM"],
]);
