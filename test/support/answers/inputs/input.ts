/**
 * What both builds are asked about: a folder with a Dockerfile, and what is done to it from one
 * simulated build to the next. Plain data, so that its digest says whether it is still the same.
 */
import { createHash } from "node:crypto";
import type { Builder, Operation } from "../../../conformance/support/caseFile.js";

export interface Input {
  readonly name: string;
  readonly language: "en" | "de";
  /** Without a place on the disk, as an editor's new file. */
  readonly isUntitled: boolean;
  /** Committed to a git repository of its own before the first build. */
  readonly isTracked: boolean;
  /** Where the target and the build arguments come from: both are the same to a user. */
  readonly chosenBy: "settings" | "person";
  /** Hovers are asked for at these words of a line. */
  readonly hovers: "first and last word" | "every word";
  /** Also what is the same for every Dockerfile: the glossary, what the server can do. */
  readonly withGlossary: boolean;
  /** The first, then one more for each build. */
  readonly rounds: readonly Round[];
  /** Whether each build is asked of the command line too: a process each time, so not for all. */
  readonly onCommandLine: boolean;
  /** More command lines, asked after the last build. */
  readonly commands: readonly (readonly string[])[];
}

export interface Round {
  readonly builder: Builder;
  readonly platform: string;
  readonly lensDetail: string;
  /** Whether what was recorded is dropped first. */
  readonly forgets: boolean;
  readonly operations: readonly Operation[];
}

export const plainRound: Round = {
  builder: "buildkit",
  platform: "linux/amd64",
  lensDetail: "all",
  forgets: false,
  operations: [],
};

export const plainInput: Omit<Input, "name" | "rounds"> = {
  language: "en",
  isUntitled: false,
  isTracked: false,
  chosenBy: "settings",
  hovers: "first and last word",
  withGlossary: false,
  onCommandLine: false,
  commands: [],
};

/** True for about one of `n` names; for the same ones each time, whichever others come and go. */
export function isOneOf(n: number, name: string): boolean {
  return numberOf(name) % n === 0;
}

/** One of the command's forms for each name. */
export function commandFor(name: string): readonly string[] {
  return buildCommands[numberOf(name) % buildCommands.length] ?? [];
}

/** Every command with every format but the one that the builds are asked with. */
export const buildCommands: readonly (readonly string[])[] = [
  ["simulate", "--dry-run", "--format", "text"],
  ["explain", "--format", "text"],
  ["run", "--format", "text"],
  ["simulate", "--dry-run", "--format", "markdown"],
  ["explain", "--format", "markdown"],
  ["run", "--format", "markdown", "--rm"],
  ["simulate", "--dry-run", "--against", "empty"],
  ["explain", "--format", "json"],
  ["run", "--format", "json", "--", "ls", "-l"],
  ["explain", "--format", "html"],
];

function numberOf(name: string): number {
  return createHash("sha256").update(name).digest().readUInt32BE();
}
