/** Builds as the state document has them. */

import { isBuilder } from "../build/builder.js";
import { nameText, readName } from "./inputName.js";
import { isArrayOf, isObject, isString } from "./jsonChecks.js";
import type {
  BuildRecord,
  DefinitionRecord,
  FailureRecord,
  ImageRecord,
  RunRecord,
  StepRecord,
} from "./records.js";

/** The document has the texts of names. */
interface WrittenStep extends Omit<StepRecord, "inputs"> {
  readonly inputs: readonly string[];
}

export interface WrittenBuild extends Omit<BuildRecord, "steps"> {
  readonly steps: readonly WrittenStep[];
}

export function writeBuild(build: BuildRecord): WrittenBuild {
  const steps = build.steps.map((step) => ({ ...step, inputs: step.inputs.map(nameText) }));
  return { ...build, steps };
}

export function readBuild(build: WrittenBuild): BuildRecord {
  const steps = build.steps.map((step) => ({ ...step, inputs: step.inputs.map(readName) }));
  return { ...build, steps };
}

export function isWrittenBuild(value: unknown): value is WrittenBuild {
  return (
    isObject(value) &&
    isString(value["id"]) &&
    typeof value["at"] === "number" &&
    isString(value["dockerfile"]) &&
    isString(value["context"]) &&
    isBuilder(value["builder"]) &&
    (value["target"] === null || isString(value["target"])) &&
    isString(value["platform"]) &&
    isDefinition(value["definition"]) &&
    isArrayOf(value["images"], isImage) &&
    isArrayOf(value["steps"], isStep) &&
    (value["failure"] === null || isFailure(value["failure"])) &&
    (value["result"] === undefined || isOneOf(value["result"], ["done", "failed", "cut"]))
  );
}

function isDefinition(value: unknown): value is DefinitionRecord {
  return isObject(value) && isString(value["id"]) && isString(value["given"]);
}

function isImage(value: unknown): value is ImageRecord {
  return (
    isObject(value) &&
    isString(value["reference"]) &&
    isString(value["platform"]) &&
    typeof value["isKnown"] === "boolean" &&
    (value["digest"] === null || isString(value["digest"]))
  );
}

function isFailure(value: unknown): value is FailureRecord {
  return (
    isObject(value) &&
    typeof value["line"] === "number" &&
    isString(value["keyword"]) &&
    isArrayOf(value["missing"], isMissing)
  );
}

function isMissing(value: unknown): value is FailureRecord["missing"][number] {
  return (
    isObject(value) &&
    (value["folder"] === null || isString(value["folder"])) &&
    isString(value["path"])
  );
}

function isStep(value: unknown): value is WrittenStep {
  return (
    isObject(value) &&
    (value["stage"] === null || typeof value["stage"] === "number") &&
    (value["stageName"] === null || isString(value["stageName"])) &&
    typeof value["line"] === "number" &&
    isString(value["keyword"]) &&
    isString(value["text"]) &&
    (value["key"] === null || isString(value["key"])) &&
    isObject(value["facets"]) &&
    Object.values(value["facets"]).every(isString) &&
    isArrayOf(value["inputs"], isString) &&
    isArrayOf(value["assignments"], isAssignment) &&
    (value["manifest"] === null || isString(value["manifest"])) &&
    (value["run"] === undefined || isRun(value["run"]))
  );
}

const outcomes = ["cached", "ran", "failed", "cancelled", "unfinished", null];

function isRun(value: unknown): value is RunRecord {
  if (!isObject(value) || !isOneOf(value["outcome"], outcomes)) return false;
  const { last } = value;
  return (
    last === null ||
    (isObject(last) &&
      typeof last["at"] === "number" &&
      (last["seconds"] === null || typeof last["seconds"] === "number"))
  );
}

function isOneOf(value: unknown, words: readonly (string | null)[]): boolean {
  return words.some((word) => word === value);
}

function isAssignment(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(isString);
}
