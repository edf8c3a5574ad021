/**
 * What the results of a build's steps are called: each key is the digest of a definition and of the
 * names below it, down to the base. Nobody needs them while a line is being typed, so they are made
 * when somebody asks.
 */
import type { Stage, StepRef } from "../graph/graph.js";
import { sourcesOf } from "../graph/sources.js";
import type { Digest } from "../host.js";
import type { Operation, SourceReference } from "../instructions/operation.js";
import { cleanPath } from "../text/paths.js";
import { type InputName, nameText } from "./inputName.js";
import type { OpenName, Vertex } from "./openName.js";
import type { StepOutcome } from "./outcome.js";
import { resultKey } from "./resultKey.js";
import { baseVertex, imageVertex } from "./stepInput.js";

/** The outcomes of a build, as far as they are known. */
export interface NamedBuild {
  readonly stages: readonly Stage[];
  /** Of each stage its steps so far; null: it is not built. */
  readonly outcomes: readonly (readonly StepOutcome[] | null)[];
  readonly platform: Parameters<typeof imageVertex>[1];
  readonly digest: Digest;
}

interface NamedStep {
  /** null: the builder runs nothing for it. */
  readonly key: string | null;
  readonly inputs: readonly InputName[];
}

export class Names {
  readonly #build: NamedBuild;
  readonly #steps = new StageRows<NamedStep>();
  readonly #vertexes = new StageRows<string>();

  /**
   * @param before of another build, which is the same up to a stage
   * @param same that stage
   */
  constructor(build: NamedBuild, before: Names | null = null, same = 0) {
    this.#build = build;
    if (before === null) return;
    this.#steps.take(before.#steps, same);
    this.#vertexes.take(before.#vertexes, same);
  }

  of(step: StepRef): NamedStep {
    this.#steps.fill(this.#build, step, (outcome) => this.#nameOf(outcome));
    return this.#steps.at(step) ?? nameless;
  }

  /** The outcomes of a stage, and so all below it, turned out to be others. */
  forget(stage: number): void {
    this.#steps.forget(stage);
    this.#vertexes.forget(stage);
  }

  resolved(name: OpenName): InputName {
    switch (name.kind) {
      case "result": {
        const { key } = this.of(name.of);
        return key === null ? { kind: "nothing" } : { kind: "step", key };
      }
      case "whole":
        return { kind: "partial", made: nameText(this.resolved(name.of)), over: null };
      case "made": {
        const holders = name.holders.map((holder) => nameText(this.resolved(holder)));
        const made = this.#build.digest(JSON.stringify([name.known, holders]));
        return { kind: "partial", made, over: name.over };
      }
      default:
        return name;
    }
  }

  isSameVertex(one: Vertex, other: Vertex): boolean {
    if (one.kind === "base" || other.kind === "base")
      return one.kind === "base" && other.kind === "base" && one.name === other.name;
    const [a, b] = [this.#outcome(one.of), this.#outcome(other.of)];
    if (a === b) return true;
    // Nearly always they differ here, and nothing has to be named.
    return (
      !areUnlike(a?.step.operation, b?.step.operation) &&
      a?.definition?.digest === b?.definition?.digest &&
      this.#vertexText(one) === this.#vertexText(other)
    );
  }

  /** True where they are told apart by what is below them alone. */
  isLike(one: Vertex, other: Vertex): boolean {
    if (one.kind === "base" || other.kind === "base") return false;
    const [a, b] = [this.#outcome(one.of), this.#outcome(other.of)];
    if (a === b || areUnlike(a?.step.operation, b?.step.operation)) return false;
    return a?.definition?.digest === b?.definition?.digest;
  }

  #outcome({ stage, nth }: StepRef): StepOutcome | undefined {
    return stage === null ? undefined : this.#build.outcomes[stage]?.[nth];
  }

  #nameOf({ definition, names }: StepOutcome): NamedStep {
    if (definition === null) return nameless;
    const inputs = names.map((name) => this.resolved(name));
    return { key: resultKey(definition.digest, inputs, this.#build.digest), inputs };
  }

  #vertexText(vertex: Vertex): string {
    if (vertex.kind === "base") return vertex.name;
    this.#vertexes.fill(this.#build, vertex.of, (outcome, of) => this.#vertexAfter(outcome, of));
    return this.#vertexes.at(vertex.of) ?? "";
  }

  #vertexAfter(outcome: StepOutcome, { stage, nth }: PlacedStep): string {
    const { digest } = this.#build;
    const below = this.#vertexes.at({ stage, nth: nth - 1 }) ?? this.#vertexBelow(stage);
    if (outcome.definition === null) return below;
    const { definition, step } = outcome;
    const from = sourcesOf(step).map((source) => this.#sourceVertex(source));
    // The digest of a definition says nothing of the places that files come from.
    const others = this.of({ stage, nth }).inputs.slice(1).map(nameText);
    return digest(
      JSON.stringify([definition.digest, definition.parts["places"], below, from, others]),
    );
  }

  #vertexBelow(stage: number): string {
    const of = this.#build.stages[stage];
    if (of === undefined) return "";
    if (of.base.kind !== "stage") return baseVertex(of.base, of.platform);
    return this.#vertexes.last(of.base.index) ?? of.base.kind;
  }

  /** null: files that a client sends, or none. */
  #sourceVertex(from: SourceReference): string | null {
    if (from.kind === "image") return imageVertex(from, this.#build.platform);
    const text = from.kind === "stage" ? this.#vertexes.last(from.index) : undefined;
    return text === undefined || isUnnamed(text) ? null : text;
  }
}

/** True where the definitions differ for certain, which costs no digest to say. */
function areUnlike(
  one: Operation | null | undefined,
  other: Operation | null | undefined,
): boolean {
  if (one == null || other == null) return false;
  if (one.kind !== "copy" || other.kind !== "copy") return one.kind !== other.kind;
  return (
    one.items.length !== other.items.length ||
    cleanPath(one.destination) !== cleanPath(other.destination)
  );
}

/** A step of a stage. */
interface PlacedStep extends StepRef {
  readonly stage: number;
}

/** What is made of the steps of each stage, as far as somebody has asked. */
class StageRows<T> {
  readonly #rows: T[][] = [];
  /** So many stages are made to their ends. */
  #done = 0;

  at({ stage, nth }: StepRef): T | undefined {
    return stage === null ? undefined : this.#rows[stage]?.[nth];
  }

  /** Of the last step of a stage. */
  last(stage: number): T | undefined {
    return this.#rows[stage]?.at(-1);
  }

  /** Up to a step. Stages come in their order, since a later one stands on earlier ones: no recursion. */
  fill(
    { outcomes }: NamedBuild,
    { stage: last, nth }: StepRef,
    make: (outcome: StepOutcome, of: PlacedStep) => T,
  ): void {
    if (last === null) return;
    for (let stage = Math.min(this.#done, last); stage <= last; stage++) {
      const row = this.#rows[stage] ?? [];
      this.#rows[stage] = row;
      const steps = outcomes[stage] ?? [];
      const end = stage === last ? Math.min(nth + 1, steps.length) : steps.length;
      for (let at = row.length; at < end; at++) {
        const outcome = steps[at];
        if (outcome !== undefined) row.push(make(outcome, { stage, nth: at }));
      }
    }
    this.#done = Math.max(this.#done, last);
  }

  /** What is made of the stages above one. */
  take(before: StageRows<T>, stage: number): void {
    const end = Math.min(stage, before.#done);
    for (let at = 0; at < end; at++) this.#rows[at] = before.#rows[at] ?? [];
    this.#done = end;
  }

  /** A stage and all below it. */
  forget(stage: number): void {
    this.#rows.length = Math.min(this.#rows.length, stage);
    this.#done = Math.min(this.#done, stage);
  }
}

const nameless: NamedStep = { key: null, inputs: [] };

/** The vertexes of stages that start with nothing that the builder runs once. */
export function isUnnamed(vertex: string): boolean {
  return vertex === "scratch" || vertex === "folder" || vertex === "elsewhere";
}
