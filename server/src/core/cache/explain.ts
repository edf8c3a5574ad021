/** Why a step will not be cached: the causes in words, first cause first. */
import { compareManifests } from "../context/manifest.js";
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import { variableReferences } from "../syntax/expand.js";
import { alignSteps } from "./align.js";
import { fileNames, listNames, type PathChange } from "./changedFiles.js";
import type { KeyedStep, Keys } from "./predict.js";
import type { Cause, Prediction } from "./prediction.js";
import type { Baseline, BuildRecord, StepRecord } from "./records.js";

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

/** Digest of a variable's value as the store keeps it. */
export function valueDigest(value: string, digest: Digest): string {
  return digest(`value:${value}`).slice(0, 16);
}

class Explainer {
  readonly #graph: BuildGraph;
  readonly #keys: Keys;
  readonly #baseline: Baseline;
  readonly #digest: Digest;
  readonly #before: ReadonlyMap<number, StepRecord>;
  readonly #causes = new Map<number, readonly Cause[]>();

  constructor(graph: BuildGraph, keys: Keys, baseline: Baseline, digest: Digest) {
    this.#graph = graph;
    this.#keys = keys;
    this.#baseline = baseline;
    this.#digest = digest;
    this.#before =
      baseline.build === null
        ? new Map()
        : alignSteps(graph, baseline.build, (step) => stepText(step, digest));
  }

  all(): readonly Prediction[] {
    return this.#keys.steps.map((keyed) => {
      const causes = this.#explain(keyed);
      this.#causes.set(keyed.step.index, causes);
      return { kind: keyed.prediction, causes };
    });
  }

  #explain(keyed: KeyedStep): readonly Cause[] {
    if (keyed.fails) return this.#failure(keyed);
    if (keyed.prediction === null || keyed.prediction === "hit") return [];
    if (keyed.prediction === "unknown") return this.#open(keyed);
    const before = this.#before.get(keyed.step.index);
    const own = before === undefined ? this.#newStep(keyed) : this.#ownChanges(keyed, before);
    // Where nothing was built, what lies below says nothing more.
    if (own[0]?.code === "never-built") return own;
    const causes = [...own, ...this.#sourceChanges(keyed, before), ...this.#below(keyed)];
    if (causes.length > 0) return causes;
    return [
      {
        code: "record-gone",
        short: "no earlier result",
        message: "No result of this step is among the earlier builds any more.",
        line: keyed.step.line,
        paths: [],
      },
    ];
  }

  #failure(keyed: KeyedStep): readonly Cause[] {
    const problem = keyed.context
      .flatMap(({ selection }) => selection.problems)
      .find(({ severity }) => severity === "error");
    const message = problem?.message ?? "The files that it takes cannot be found.";
    return [{ code: "build-fails", short: "fails", message, line: keyed.step.line, paths: [] }];
  }

  #newStep(keyed: KeyedStep): readonly Cause[] {
    const { line } = keyed.step;
    if (this.#baseline.build === null) {
      const message = "This Dockerfile has not been built before.";
      return [{ code: "never-built", short: "never built", message, line, paths: [] }];
    }
    const message = "The instruction is new: the build before did not have it.";
    return [{ code: "instruction-added", short: "new instruction", message, line, paths: [] }];
  }

  /** What changed in the step itself: its words, the variables that it sees, its files. */
  #ownChanges(keyed: KeyedStep, before: StepRecord): readonly Cause[] {
    const causes: Cause[] = [];
    const changed = new Set(
      Object.entries(keyed.definition?.facets ?? {}).flatMap(([name, value]) =>
        before.facets[name] === value ? [] : [name],
      ),
    );
    const isEdited = stepText(keyed.step, this.#digest) !== before.text;
    const line = keyed.step.line;
    const isElsewhere = changed.delete("places");
    const files = this.#fileChanges(keyed, before, isElsewhere);
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
    const values = this.#changedValues(step, before);
    const used = new Set(variableReferences(step.text, "\\").map(({ name }) => name));
    const causes: Cause[] = [];
    for (const [name, at] of values) {
      const isSeen = changed.has("environment") || (!isEdited && used.has(name));
      if (!isSeen) continue;
      causes.push({
        code: "value-changed",
        short: `${name} changed`,
        message: `The value of ${name} changed${at.line === step.line ? "" : ` (line ${at.line})`}.`,
        line: at.line,
        paths: [],
      });
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

  /** Variables that are set above the step now or were then, with other values or in another order. */
  #changedValues(step: Step, before: StepRecord): ReadonlyMap<string, { readonly line: number }> {
    const now = new Map<string, { value: string; line: number }>();
    for (const stage of this.#lineage(step.stage)) {
      for (const other of stage.steps) {
        if (other.index >= step.index) break;
        for (const { name, value } of other.assignments) {
          now.set(name, { value: valueDigest(value, this.#digest), line: other.line });
        }
      }
    }
    const then = new Map<string, string>();
    for (const stage of this.#recordedLineage(before.stage)) {
      for (const other of stage) {
        if (other === before) break;
        for (const [name, value] of other.assignments) then.set(name, value);
      }
    }
    const changed = new Map<string, { readonly line: number }>();
    for (const [name, { value, line }] of now) {
      if (then.get(name) !== value) changed.set(name, { line });
    }
    for (const name of then.keys()) {
      if (!now.has(name)) changed.set(name, { line: step.line });
    }
    if (changed.size === 0) {
      for (const [name, { line }] of [...now].slice(-1)) changed.set(name, { line });
    }
    return changed;
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

  #recordedLineage(index: number | null): readonly (readonly StepRecord[])[] {
    const build = this.#baseline.build;
    if (build === null) return [];
    const ownSteps = build.steps.filter((step) => step.stage === index);
    return [ownSteps];
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
    return keyed.sources.flatMap((source) => {
      const root = this.#rootOf(this.#keys.stages[source]?.last ?? null);
      if (root === null) return [];
      const name = this.#graph.stages[source]?.name ?? `stage ${source}`;
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
    const root = this.#rootOf(keyed.below);
    if (root !== null) {
      return [
        {
          code: "earlier-step",
          short: `line ${root.step.line} rebuilds`,
          message: `Line ${root.step.line} (${root.step.keyword}) rebuilds, and everything that is stacked on it with it.`,
          line: root.step.line,
          paths: [],
        },
      ];
    }
    const before = this.#before.get(keyed.step.index);
    const build = this.#baseline.build;
    if (before === undefined || build === null || before.inputs[0] === keyed.inputs[0]) return [];
    const isFirst = keyed.below === null || keyed.below.step.stage !== keyed.step.stage;
    const first = build.steps.find((step) => step.stage === before.stage && step.inputs.length > 0);
    if (isFirst && first?.inputs[0] !== keyed.inputs[0]) return [this.#baseChange(keyed)];
    return [this.#move(keyed, before, build)];
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

  /** Nothing below it rebuilds, and yet it stood on another step. */
  #move({ step }: KeyedStep, before: StepRecord, build: BuildRecord): Cause {
    const stood = build.steps.find(({ key }) => key !== null && key === before.inputs[0]);
    const isThere = stood === undefined || [...this.#before.values()].includes(stood);
    const { line } = step;
    if (isThere) {
      const message = "Instructions changed places: it stands on another step than before.";
      return { code: "instruction-moved", short: "order changed", message, line, paths: [] };
    }
    const message = `The ${stood.keyword} that it stood on is gone (line ${stood.line} of that build).`;
    const short = `${stood.keyword} above removed`;
    return { code: "instruction-removed", short, message, line, paths: [] };
  }

  /** The lowest step of a chain that rebuilds, at or below `keyed`; null: the chain is cached. */
  #rootOf(keyed: KeyedStep | null): KeyedStep | null {
    if (keyed === null || keyed.prediction === "hit" || keyed.prediction === null) return null;
    const causes = this.#causes.get(keyed.step.index) ?? [];
    const earlier = causes.find(
      ({ code }) => code === "earlier-step" || code === "stage-output-unknown",
    );
    if (earlier === undefined || earlier.line === null) return keyed;
    return (
      this.#keys.steps.find(({ step, key }) => key !== null && step.line === earlier.line) ?? keyed
    );
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
          const name = this.#graph.stages[open.stage]?.name ?? `stage ${open.stage}`;
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
    const root = this.#rootOf(keyed.below);
    const line = root?.step.line ?? keyed.below?.step.line ?? null;
    return [
      {
        code: "stage-output-unknown",
        short: line === null ? "depends on an earlier step" : `depends on line ${line}`,
        message: `It stays cached if line ${line ?? "?"} does.`,
        line,
        paths: [],
      },
    ];
  }
}

function pendingCause(keyed: KeyedStep): Cause {
  return {
    code: "files-pending",
    short: "reading files",
    message: "The files that it takes are being read.",
    line: keyed.step.line,
    paths: [],
  };
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
