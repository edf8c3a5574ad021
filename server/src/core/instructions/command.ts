/** CMD, ENTRYPOINT and SHELL: command lines that the image config keeps. */
import { isNearJsonArray } from "../syntax/nearJsonArray.js";
import type { Instruction, Word } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert, shaping } from "./kind.js";
import type { Reading } from "./reading.js";
import { changed, configured } from "./scope.js";

/** `CMD`: the default command, or the default arguments of ENTRYPOINT. */
export const cmd: InstructionKind = {
  commandPart: "cmd",
  lastOneCounts: true,
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const words = commandLine(instruction, reading);
    const { rules } = reading;
    const isBlank = instruction.args.every((word) => word.value === "");
    const scope = configured(reading.scope, {
      cmd: words.length === 0 && !rules.keepsEmptyCmd ? null : words,
    });
    const isOwn = scope.hasOwnCmd || !(isBlank && rules.dropsBlankCommands);
    return inert(words, changed(scope, { hasOwnCmd: isOwn }));
  },
  explain: ({ words }) => ({
    inside: [
      words.length === 0
        ? say`Clears in the image config what a container runs by default. Nothing runs now; no layer.`
        : say`Notes in the image config that a container runs ${JSON.stringify(words)} by default. Nothing runs now; no layer.`,
    ],
    traps: [],
  }),
  terms: () => ["entrypoint-and-cmd", "exec-form-and-shell-form", "metadata"],
};

/** `ENTRYPOINT`: the program that every container of the image runs. */
export const entrypoint: InstructionKind = {
  commandPart: "entrypoint",
  lastOneCounts: true,
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const isBlank = instruction.args.every((word) => word.value === "");
    const { scope } = reading;
    const words =
      isBlank && (instruction.json || reading.rules.dropsBlankCommands)
        ? null
        : commandLine(instruction, reading);
    // A CMD of the base image or the parent stage was meant for the old entrypoint.
    const cmd = scope.hasOwnCmd ? scope.config.cmd : null;
    return inert(words ?? [], configured(scope, { entrypoint: words, cmd }));
  },
  explain: ({ words }) => ({
    inside: [
      words.length === 0
        ? say`Notes in the image config the program that a container runs; CMD and the arguments of docker run are passed to it.`
        : say`Notes in the image config the program that a container runs, ${JSON.stringify(words)}; CMD and the arguments of docker run are passed to it.`,
      say`Clears a CMD that the base image or the parent stage has set.`,
    ],
    traps: [],
  }),
  terms: () => ["entrypoint-and-cmd", "exec-form-and-shell-form", "metadata"],
};

/** `SHELL`: what runs the shell form of RUN, CMD and ENTRYPOINT. */
export const shell: InstructionKind = {
  setting: "shell",
  reaches: ["shell form"],
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    if (!instruction.json || instruction.args.length === 0) {
      reading.report("read", { code: "not-json" }, instruction.range);
      return shaping([], reading.scope);
    }
    const words = instruction.args.map((word) => word.value);
    return shaping(words, configured(reading.scope, { shell: words }));
  },
  explain: (_evaluation, rules) => ({
    inside: [
      say`Sets the shell for the shell form of RUN, CMD and ENTRYPOINT from here on, and notes it in the image config.`,
    ],
    traps: rules.commitsEveryInstruction
      ? []
      : [say`RUN in exec form (a JSON array) does not use the shell and stays cached.`],
  }),
  terms: () => ["exec-form-and-shell-form", "metadata"],
};

/** Without SHELL, shell forms run with this: BuildKit, dockerfile2llb/defaultshell.go. */
export const defaultShell: readonly string[] = ["/bin/sh", "-c"];

/** Warns of what is meant as an array, and is none. */
export function checkForm(
  takenAs: "command" | "paths",
  command: readonly Word[],
  { keyword, heredocs, json }: Instruction,
  reading: Reading,
): void {
  const [first, last] = [command[0], command.at(-1)];
  if (first === undefined || last === undefined || json || heredocs.length > 0) return;
  if (!first.value.startsWith("[")) return;
  if (!isNearJsonArray(command.map(({ value }) => value).join(" "))) return;
  const range = { start: first.range.start, end: last.range.end };
  reading.report("build", { code: "broken-exec-form", keyword, takenAs }, range);
}

/**
 * The argument vector: exec form as it is, shell form behind the current SHELL. Nothing is
 * expanded here: that is the shell's work.
 */
export function commandLine(instruction: Instruction, reading: Reading): readonly string[] {
  const words = instruction.args.map((word) => word.value);
  if (instruction.json) return words;
  checkForm("command", instruction.args, instruction, reading);
  const shellWords = reading.scope.config.shell ?? defaultShell;
  const text = words.join(" ");
  return text === "" && reading.rules.dropsBlankCommands ? shellWords : shellWords.concat(text);
}
