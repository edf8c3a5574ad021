/** Reading an instruction's flags as BuildKit does: frontend/dockerfile/instructions/bflag.go. */
import { type Feature, hasFeature } from "../build/frontend.js";
import type { Flag, Instruction } from "../syntax/syntax.js";
import type { FlagMistake } from "./problem.js";
import type { Reading } from "./reading.js";

/** What is known of one flag of an instruction. */
export interface FlagKind {
  readonly type: "boolean" | "string" | "strings";
  /** What a builder does that does not know the flags that came with BuildKit; absent: this one is older. */
  readonly withoutBuildKit?: "fails" | "ignores";
  /** There where not every frontend has it. */
  readonly feature?: Feature;
  /** What it does to the image and to the cache, in one or two sentences that go on from its name. */
  readonly meaning: (value: string) => string;
}

export interface FlagValues {
  /** False when a flag was wrong: the builder then rejects the instruction. */
  readonly valid: boolean;
  /** The flag itself, for its range; null when it was not given. */
  get(name: string): Flag | null;
  text(name: string): string;
  isTrue(name: string): boolean;
  all(name: string): readonly Flag[];
}

/**
 * Checks the flags against those that the instruction knows and reports the first mistake.
 * `--` ends the flags.
 */
export function readFlags(
  instruction: Instruction,
  known: Readonly<Record<string, FlagKind>>,
  reading: Reading,
): FlagValues {
  const found = new Map<string, Flag[]>();
  const seen = new Set<string>();
  let valid = true;
  for (const flag of instruction.flags) {
    if (flag.text === "--") break;
    const { feature, withoutBuildKit } = known[flag.name] ?? {};
    const mistake = isTooNew(feature, reading)
      ? ({ kind: "unknown", flag: flag.name } as const)
      : checkFlag(flag, known, seen.has(flag.name));
    if (mistake !== null) {
      reading.report("read", { code: "bad-flag", mistake }, flag.range);
      valid = false;
      break;
    }
    seen.add(flag.name);
    if (feature !== undefined && !reading.knows(feature, flag.range)) {
      valid = false;
      break;
    }
    if (withoutBuildKit === "ignores" && !reading.rules.knowsNewFlags) {
      const flagName = flag.name;
      reading.report(
        "build",
        { code: "needs-buildkit", flag: flagName, effect: "ignores" },
        flag.range,
      );
      continue;
    }
    const before = found.get(flag.name);
    if (before === undefined) found.set(flag.name, [flag]);
    else before.push(flag);
  }
  return {
    valid,
    get: (name) => found.get(name)?.[0] ?? null,
    text: (name) => found.get(name)?.[0]?.value ?? "",
    isTrue: (name) => {
      const flag = found.get(name)?.[0];
      return flag !== undefined && (flag.value ?? "true").toLowerCase() !== "false";
    },
    all: (name) => found.get(name) ?? [],
  };
}

/** True for what is no flag to the reader that the classic builder has built in. */
function isTooNew(feature: Feature | undefined, { rules, frontend }: Reading): boolean {
  return feature !== undefined && !rules.takesFrontends && hasFeature(frontend, feature) === "no";
}

/** The value of a flag with its variables expanded; empty: it is not given. */
export function expandFlag(flags: FlagValues, name: string, reading: Reading): string {
  const flag = flags.get(name);
  return flag === null ? "" : reading.expand({ value: flag.value ?? "", range: flag.valueRange });
}

/** The classic builder reads such flags and fails when it comes to the instruction. */
export function refuseNewFlags(
  flags: FlagValues,
  known: Readonly<Record<string, FlagKind>>,
  reading: Reading,
): void {
  if (reading.rules.knowsNewFlags) return;
  const refused = Object.keys(known).find(
    (name) => known[name]?.withoutBuildKit === "fails" && flags.get(name) !== null,
  );
  const flag = refused === undefined ? null : flags.get(refused);
  if (flag === null) return;
  reading.report("build", { code: "needs-buildkit", flag: flag.name, effect: "fails" }, flag.range);
}

function checkFlag(
  { name: flag, value }: Flag,
  known: Readonly<Record<string, FlagKind>>,
  isRepeated: boolean,
): FlagMistake | null {
  const type = Object.hasOwn(known, flag) ? known[flag]?.type : undefined;
  if (type === undefined) return { kind: "unknown", flag };
  if (isRepeated && type !== "strings") return { kind: "repeated", flag };
  if (type !== "boolean") return value === null ? { kind: "no-value", flag } : null;
  if (value === "") return { kind: "empty", flag };
  const isBoolean = value === null || /^(?:true|false)$/i.test(value);
  return isBoolean ? null : { kind: "no-boolean", flag, value };
}
