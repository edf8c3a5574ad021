/**
 * What the results of a build's steps are called: each key is the digest of a definition and of the
 * names below it, down to the base. Nobody needs them while a line is being typed, so they are made
 * when somebody asks.
 */
import type { Stage, StepRef } from "../graph/graph.js";
import { sourcesOf } from "../graph/sources.js";
import type { Digest } from "../host.js";
import type { SourceReference } from "../instructions/operation.js";
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
  readonly #steps: NamedStep[][] = [];
  readonly #vertexes: string[][] = [];
  /** So many stages are named to their ends, and have their vertexes. */
  #named = 0;
  #joined = 0;

  constructor(build: NamedBuild) {
    this.#build = build;
  }

  of({ stage, nth }: StepRef): NamedStep {
    if (stage === null) return nameless;
    this.#nameUpTo(stage, nth);
    return this.#steps[stage]?.[nth] ?? nameless;
  }

  /** The outcomes of a stage, and so all below it, turned out to be others. */
  forget(stage: number): void {
    this.#steps.length = Math.min(this.#steps.length, stage);
    this.#vertexes.length = Math.min(this.#vertexes.length, stage);
    this.#named = Math.min(this.#named, stage);
    this.#joined = Math.min(this.#joined, stage);
  }

  resolved(name: OpenName): InputName {
    switch (name.kind) {
      case "result": {
        const { key } = this.of(name.of);
        return key === null ? { kind: "nothing" } : { kind: "step", key };
      }
      case "whole":
        return { kind: "partial", made: nameText(this.resolved(name.of)) };
      case "made": {
        const holders = name.holders.map((holder) => nameText(this.resolved(holder)));
        const made = this.#build.digest(JSON.stringify([name.known, holders]));
        return { kind: "partial", made };
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
      a?.definition?.digest === b?.definition?.digest &&
      this.#vertexText(one) === this.#vertexText(other)
    );
  }

  #outcome({ stage, nth }: StepRef): StepOutcome | undefined {
    return stage === null ? undefined : this.#build.outcomes[stage]?.[nth];
  }

  /** Stages in their order, since a later one stands on earlier ones: no recursion. */
  #nameUpTo(last: number, nth: number): void {
    for (let stage = Math.min(this.#named, last); stage <= last; stage++) {
      const named = rowAt(this.#steps, stage);
      const outcomes = this.#build.outcomes[stage] ?? [];
      const end = stage === last ? nth + 1 : outcomes.length;
      for (let at = named.length; at < end; at++) {
        const outcome = outcomes[at];
        if (outcome !== undefined) named.push(this.#nameOf(outcome));
      }
    }
    this.#named = Math.max(this.#named, last);
  }

  #nameOf({ definition, names }: StepOutcome): NamedStep {
    if (definition === null) return nameless;
    const inputs = names.map((name) => this.resolved(name));
    return { key: resultKey(definition.digest, inputs, this.#build.digest), inputs };
  }

  #vertexText(vertex: Vertex): string {
    if (vertex.kind === "base") return vertex.name;
    const { stage: last, nth } = vertex.of;
    if (last === null) return "";
    for (let stage = Math.min(this.#joined, last); stage <= last; stage++) {
      const texts = rowAt(this.#vertexes, stage);
      const end = stage === last ? nth + 1 : (this.#build.outcomes[stage]?.length ?? 0);
      while (texts.length < end) texts.push(this.#vertexAfter(stage, texts.length));
    }
    this.#joined = Math.max(this.#joined, last);
    return this.#vertexes[last]?.[nth] ?? "";
  }

  #vertexAfter(stage: number, nth: number): string {
    const { digest, outcomes } = this.#build;
    const outcome = outcomes[stage]?.[nth];
    const below = this.#vertexes[stage]?.[nth - 1] ?? this.#vertexBelow(stage);
    if (outcome === undefined || outcome.definition === null) return below;
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
    return this.#vertexes[of.base.index]?.at(-1) ?? of.base.kind;
  }

  /** null: files that a client sends, or none. */
  #sourceVertex(from: SourceReference): string | null {
    if (from.kind === "image") return imageVertex(from, this.#build.platform);
    const text = from.kind === "stage" ? this.#vertexes[from.index]?.at(-1) : undefined;
    return text === undefined || isUnnamed(text) ? null : text;
  }
}

function rowAt<T>(rows: T[][], at: number): T[] {
  const row = rows[at] ?? [];
  rows[at] = row;
  return row;
}

const nameless: NamedStep = { key: null, inputs: [] };

/** The vertexes of stages that start with nothing that the builder runs once. */
export function isUnnamed(vertex: string): boolean {
  return vertex === "scratch" || vertex === "folder" || vertex === "elsewhere";
}
