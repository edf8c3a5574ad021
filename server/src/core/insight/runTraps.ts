/** Where the container of an image behaves otherwise than its Dockerfile looks. */
import type { StepAnalysis } from "../analysis/analyse.js";
import type { Stage } from "../graph/graph.js";
import { instructionKind } from "../instructions/index.js";
import { isNearJsonArray } from "../syntax/nearJsonArray.js";
import { say } from "../text/say.js";
import { brokenFormWords } from "../words/instructionProblems.js";
import { isInit, isOneCommand, shellCommands, shellScript, takesArguments } from "./shellText.js";

export interface RunOptions {
  /** `--rm`: the container is removed when it ends. */
  readonly remove: boolean;
  /** What stands behind the image's name: it takes the place of CMD. */
  readonly args: readonly string[];
  /** The name that the build gives the image; null: none that is known. */
  readonly image: string | null;
}

export interface RunTrap {
  readonly code: string;
  readonly message: string;
  /** The line that it is about, from 1; null: the image as a whole. */
  readonly line: number | null;
}

export interface RunOrigin {
  readonly baseIsKnown: boolean;
  /** The image's own CMD and ENTRYPOINT instructions that count; null: it has none. */
  readonly cmd: StepAnalysis | null;
  readonly entrypoint: StepAnalysis | null;
  /** Every CMD, ENTRYPOINT, HEALTHCHECK and FROM of the image's stages, in order. */
  readonly steps: readonly StepAnalysis[];
  readonly root: Stage | null;
}

interface TrapInput extends RunOrigin {
  readonly target: Stage;
  readonly options: RunOptions;
}

/** In the order of the lines. Each code is stable. */
export function runTraps(input: TrapInput): readonly RunTrap[] {
  const found = [
    ...shellEntrypoint(input),
    ...shellProcess(input),
    ...commandAsArguments(input),
    ...execForm(input),
    ...overridden(input),
    ...noShell(input),
    ...nothingToRun(input),
  ];
  return found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

function shellEntrypoint({ entrypoint, target, options }: TrapInput): readonly RunTrap[] {
  const run = entrypoint === null ? null : scriptOf(entrypoint);
  if (entrypoint === null || run === null || takesArguments(run.script)) return [];
  const isGiven = options.args.length > 0 || (target.config.cmd?.length ?? 0) > 0;
  if (!isShellForm(entrypoint)) {
    if (!isGiven) return [];
    return [
      {
        code: "shell-entrypoint-ignores-cmd",
        message: say`ENTRYPOINT runs ${run.shell} -c: CMD and the arguments of docker run become arguments of the shell, which its command does not see. Name the program itself, or use "$@" in the command.`,
        line: entrypoint.place.line,
      },
    ];
  }
  return [
    {
      code: "shell-entrypoint-ignores-cmd",
      message: isGiven
        ? say`ENTRYPOINT in shell form ignores CMD and the arguments of docker run: they become arguments of the shell, which its command does not see. Use the exec form, a JSON array.`
        : say`ENTRYPOINT in shell form ignores any CMD and the arguments of docker run: they become arguments of the shell, which its command does not see. Use the exec form, a JSON array.`,
      line: entrypoint.place.line,
    },
  ];
}

/**
 * A shell replaces itself by its only command, and by what `exec` begins. While it has others to run
 * it is process 1 itself.
 */
function shellProcess({ entrypoint, cmd, options }: TrapInput): readonly RunTrap[] {
  const first = entrypoint ?? (options.args.length > 0 ? null : cmd);
  const run = first === null ? null : scriptOf(first);
  if (first === null || run === null || isOneCommand(run.script)) return [];
  if (/^exec\s/.test(shellCommands(run.script).at(-1) ?? "exec ")) return [];
  return [
    {
      code: "shell-is-process-1",
      message: say`${first.step.keyword} makes the shell process 1 while it has several commands to run: it does not pass signals on, so docker stop may wait ten seconds and kill the program. Begin the last command with exec.`,
      line: first.place.line,
    },
  ];
}

function commandAsArguments({ entrypoint, cmd, options }: TrapInput): readonly RunTrap[] {
  if (entrypoint === null || cmd === null || options.args.length > 0) return [];
  if (isShellForm(entrypoint) || !isShellForm(cmd) || isEmpty(cmd) || isEmpty(entrypoint))
    return [];
  // An init runs its arguments, those of a shell as well.
  if (isInit(entrypoint.step.words[0] ?? "")) return [];
  return [
    {
      code: "shell-cmd-for-entrypoint",
      message: say`CMD in shell form hands the words of the shell (/bin/sh -c …) to ENTRYPOINT as its arguments. Use the exec form for both.`,
      line: cmd.place.line,
    },
  ];
}

/** No shell reads an exec form: nothing in it is split, expanded or joined. */
function execForm({ entrypoint, cmd, steps }: TrapInput): readonly RunTrap[] {
  return [entrypoint, cmd].flatMap((analysed) => {
    if (analysed === null) return [];
    const { instruction, keyword } = analysed.step;
    const { line } = analysed.place;
    const words = instruction.args.map(({ value }) => value);
    const [program = ""] = words;
    const traps: RunTrap[] = [];
    if (!instruction.json) {
      if (isNearJsonArray(words.join(" "))) {
        traps.push({
          code: "broken-exec-form",
          message: brokenFormWords({ keyword, takenAs: "command" }),
          line,
        });
      }
      return traps;
    }
    const variable = words.find((word) => /\$(?:\w|\{)/.test(word));
    if (variable !== undefined && shellScript(words) === null && !hasShell(words)) {
      traps.push({
        code: "exec-form-expands-nothing",
        message: say`${keyword} in exec form runs no shell: ${variable} reaches the program as it is written.`,
        line,
      });
    }
    // A CMD behind an ENTRYPOINT is no program but arguments, which may hold blanks.
    const isProgram = isEntrypoint(analysed) || !steps.some(isEntrypoint);
    if (isProgram && words.length === 1 && /\S\s+-?\S/.test(program)) {
      traps.push({
        code: "exec-form-splits-nothing",
        message: say`${keyword} in exec form splits nothing: a program named "${program}" is looked for. Give each word a string of its own.`,
        line,
      });
    }
    return traps;
  });
}

/** Of several in one stage only the last one counts. */
function overridden({ steps, target }: TrapInput): readonly RunTrap[] {
  const own = steps.filter(
    ({ step, place }) =>
      instructionKind(step.keyword)?.lastOneCounts === true &&
      place.stage === target.index &&
      !step.isTrigger,
  );
  return own.flatMap(({ step, place }): readonly RunTrap[] => {
    const last = own.findLast((other) => other.step.keyword === step.keyword);
    if (last === undefined || last.step === step) return [];
    const message = say`${step.keyword} of line ${place.line} has no effect: the one of line ${last.place.line} takes its place.`;
    return [{ code: "overridden", message, line: place.line }];
  });
}

/** From scratch there is no shell unless something copies one: it can only be warned of. */
function noShell({ root, entrypoint, cmd, options }: TrapInput): readonly RunTrap[] {
  if (root?.base.kind !== "scratch") return [];
  const first = entrypoint ?? (options.args.length > 0 ? null : cmd);
  const run = first === null ? null : scriptOf(first);
  if (first === null || run === null) return [];
  return [
    {
      code: "no-shell",
      message: isShellForm(first)
        ? say`${first.step.keyword} in shell form needs ${run.shell}, and an image from scratch has none unless it is copied in.`
        : say`${first.step.keyword} runs ${run.shell}, and an image from scratch has none unless it is copied in.`,
      line: first.place.line,
    },
  ];
}

function nothingToRun({ target, baseIsKnown, options }: TrapInput): readonly RunTrap[] {
  const { cmd, entrypoint } = target.config;
  const isSet = (words: readonly string[] | null) => words !== null && words.length > 0;
  if (!baseIsKnown || isSet(cmd) || isSet(entrypoint) || options.args.length > 0) return [];
  return [
    {
      code: "no-command",
      message: say`The image has neither CMD nor ENTRYPOINT: docker run needs a command behind its name.`,
      line: null,
    },
  ];
}

/** The script that it runs in a shell; null: it runs none. Its words are the process's arguments. */
function scriptOf({ step }: StepAnalysis): ReturnType<typeof shellScript> {
  const { words } = step;
  const [shell, ...others] = words;
  const script = others.at(-1);
  // The shell of a SHELL may be any program.
  if (!step.instruction.json)
    return shell === undefined || script === undefined ? null : { shell, script };
  return shellScript(words);
}

/** True where a shell is among the words, as behind an init. */
function hasShell(words: readonly string[]): boolean {
  return words.some((_word, at) => shellScript(words.slice(at)) !== null);
}

function isShellForm({ step }: StepAnalysis): boolean {
  return !step.instruction.json;
}

function isEmpty({ step }: StepAnalysis): boolean {
  return step.instruction.args.every(({ value }) => value === "");
}

function isEntrypoint({ step }: StepAnalysis): boolean {
  return instructionKind(step.keyword)?.commandPart === "entrypoint";
}
