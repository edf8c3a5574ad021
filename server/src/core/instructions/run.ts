import type { BuilderRules } from "../build/builderRules.js";
import { chompHeredoc, readHeredocWord } from "../syntax/heredocs.js";
import type { Heredoc, Instruction } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { isProxyArg } from "./arg.js";
import type { ClassicArgs } from "./classicArgs.js";
import { commandLine, defaultShell } from "./command.js";
import { type FlagKind, readFlags, refuseNewFlags } from "./flags.js";
import { type InstructionKind, operates, type Surroundings } from "./kind.js";
import { mountMeaning, readMount } from "./mount.js";
import type { Mount, RunOperation, SourceReference } from "./operation.js";
import type { Reading } from "./reading.js";
import type { Scope } from "./scope.js";
import { openPathWords } from "./unknowns.js";

/** The classic builder names the first of them: it knows none. */
const flags: Readonly<Record<string, FlagKind>> = {
  mount: {
    type: "strings",
    withoutBuildKit: "fails",
    feature: "mount",
    meaning: mountMeaning,
  },
  network: {
    type: "string",
    withoutBuildKit: "fails",
    feature: "network",
    meaning: () =>
      say`sets the network of the command: default, none or host. It is in the key; default means that the command line decides.`,
  },
  security: {
    type: "string",
    withoutBuildKit: "fails",
    feature: "security",
    meaning: () =>
      say`runs the command in a sandbox, or insecure: with privileges. It is in the key.`,
  },
  device: {
    type: "strings",
    withoutBuildKit: "fails",
    feature: "device",
    meaning: () => say`gives the command a device of the builder.`,
  },
};

/** `RUN`: a command in a container; what it changes becomes a layer. */
export const run: InstructionKind = {
  isNumbered: true,
  expandedBy: "shell",
  flags,
  evaluate(instruction, reading) {
    const { scope } = reading;
    const given = readFlags(instruction, flags, reading);
    refuseNewFlags(given, flags, reading);
    if (hasNoCommand(instruction, reading)) {
      const { keyword, keywordRange } = instruction;
      reading.report(
        "build",
        { code: "missing-argument", keyword, needs: "command" },
        keywordRange,
      );
    }
    const network = given.text("network") || "default";
    if (!["default", "none", "host"].includes(network)) {
      const range = given.get("network")?.valueRange ?? instruction.range;
      const mistake = { kind: "no-mode", of: "network", value: network } as const;
      reading.report("read", { code: "bad-flag", mistake }, range);
    }
    const security = given.text("security") || "sandbox";
    if (!["sandbox", "insecure"].includes(security)) {
      const range = given.get("security")?.valueRange ?? instruction.range;
      const mistake = { kind: "no-mode", of: "security", value: security } as const;
      reading.report("read", { code: "bad-flag", mistake }, range);
    }
    const mounts: Mount[] = [];
    for (const flag of given.all("mount")) {
      const mount = readMount(flag, reading);
      if (mount !== null) mounts.push(mount);
    }
    const { argv, script } = commandOf(instruction, reading);
    checkHeredocs(instruction, reading);
    const operation: RunOperation = {
      kind: "run",
      argv,
      shellForm: !instruction.json,
      environment: scope.environment,
      directory: scope.directory,
      user: scope.config.user,
      ...openIn(scope),
      ...(instruction.json || scope.unknowns === null || scope.config.shell !== null
        ? {}
        : { openShell: true }),
      network,
      security,
      mounts,
      script,
      classicArgs: reading.rules.putsArgsBeforeRun ? classicArgs(reading) : null,
    };
    return { ...operates("layer", operation, scope), openPath: scope.unknowns?.directory ?? null };
  },
  explain(evaluation, rules, around) {
    const operation = evaluation.operation?.kind === "run" ? evaluation.operation : null;
    return {
      inside: inside(operation, evaluation.openPath ?? null, rules, around),
      traps: [
        say`What the command fetches (package indexes, downloads, git clones) and the time of day: the step stays cached although they change.`,
        ...(operation?.mounts.some((mount) => mount.type === "secret")
          ? [say`The content of a secret: rotating it rebuilds nothing.`]
          : []),
        ...(operation?.mounts.some((mount) => mount.type === "cache")
          ? [say`What is in a cache mount.`]
          : []),
      ],
    };
  },
  terms: (_evaluation, rules) =>
    rules.commitsEveryInstruction
      ? ["container", "intermediate-image", "layer", "build-cache"]
      : ["layer", "build-cache", "cache-key"],
};

function openIn({ unknowns }: Scope): Pick<RunOperation, "openUser" | "openValues"> {
  const { user = null, values = null } = unknowns ?? {};
  return {
    ...(user === null || user === "" ? {} : { openUser: user }),
    ...(values === null ? {} : { openValues: values }),
  };
}

function inside(
  operation: RunOperation | null,
  open: string | null,
  rules: BuilderRules,
  around: Surroundings,
): readonly string[] {
  const user = operation?.openUser ?? operation?.user ?? "";
  const directory = open === null ? operation?.directory || "/" : openPathWords(open);
  if (rules.commitsEveryInstruction) {
    return [
      user === ""
        ? say`Starts a temporary container from the image so far and runs the command in it, in ${directory}.`
        : say`Starts a temporary container from the image so far and runs the command in it, in ${directory} as user ${user}.`,
      say`Commits what the command changed as an intermediate image and removes the container.`,
      say`If nothing changed, the image gets no layer.`,
    ];
  }
  return [
    user === ""
      ? say`Runs the command on a snapshot of the layers below, in ${directory}.`
      : say`Runs the command on a snapshot of the layers below, in ${directory} as user ${user}.`,
    ...(operation?.mounts ?? []).map((mount) => describeMount(mount, around)),
    say`Keeps what changed as one layer, even if nothing changed. Deleting a file of a lower layer frees nothing.`,
  ];
}

function describeMount(mount: Mount, around: Surroundings): string {
  switch (mount.type) {
    case "cache":
      return mount.id === "" && mount.openTarget !== undefined
        ? say`Mounts a cache at ${targetOf(mount)}: it outlives the build and is in no layer. On a fresh build server it is empty.`
        : say`Mounts the cache ${mount.id || mount.target} at ${targetOf(mount)}: it outlives the build and is in no layer. On a fresh build server it is empty.`;
    case "bind":
      return describeBind(mount, around);
    case "tmpfs":
      return say`Mounts an empty file system in memory at ${targetOf(mount)} for this step only.`;
    case "secret":
      return say`Gives the command the secret ${mount.id || mount.target}; it is in no layer.`;
    case "ssh":
      return say`Lets the command use the SSH agent of the build.`;
  }
}

function targetOf({ target, openTarget }: Mount): string {
  return openTarget === undefined ? target : openPathWords(openTarget);
}

function describeBind(mount: Mount, around: Surroundings): string {
  const { source, openSource, from } = mount;
  const target = targetOf(mount);
  const what = openSource ?? (source || say`everything`);
  if (from === null || from.kind === "scratch")
    return say`Mounts ${what} at ${target} for this step only; nothing written there is kept.`;
  if (from.kind === "context" && from.folder === undefined)
    return say`Mounts ${what} of the build context at ${target} for this step only; nothing written there is kept.`;
  const origin = originOf(from, around);
  return say`Mounts ${what} of ${origin} at ${target} for this step only; nothing written there is kept.`;
}

function originOf(
  from: Exclude<SourceReference, { kind: "scratch" }>,
  around: Surroundings,
): string {
  switch (from.kind) {
    case "stage":
      return around.stage(from.index);
    case "image":
      return from.reference;
    case "context":
      return say`the build context ${from.folder ?? ""}`;
  }
}

/** An empty array is nothing to run for BuildKit too: client/llb/exec.go `Marshal`. */
function hasNoCommand({ args, json }: Instruction, { rules }: Reading): boolean {
  return rules.refusesEmptyRun
    ? args.every(({ value }) => value === "")
    : json && args.length === 0;
}

interface RunCommand {
  readonly argv: readonly string[];
  readonly script: RunOperation["script"];
}

/**
 * The process that runs. A heredoc alone is the script of the shell, or, when it starts with `#!`,
 * a file that the shell runs; a heredoc in a longer command is put back and left to the shell. The classic
 * builder knows no heredocs. Source: BuildKit, dockerfile2llb `dispatchRun`.
 */
function commandOf(instruction: Instruction, reading: Reading): RunCommand {
  const [heredoc] = instruction.heredocs;
  const typed = commandLine(instruction, reading);
  if (heredoc === undefined || instruction.json || !reading.rules.knowsHeredocs) {
    return { argv: typed, script: null };
  }
  const shell = reading.scope.config.shell ?? defaultShell;
  const text = instruction.args.map((word) => word.value).join(" ");
  if (readHeredocWord(text) === null) {
    const bodies = instruction.heredocs.map((doc) => `\n${doc.content}${doc.name}`).join("");
    return { argv: shell.concat(text + bodies), script: null };
  }
  const content = heredocText(heredoc);
  if (!content.startsWith("#!")) return { argv: shell.concat(content), script: null };
  const argv = shell.concat(`/dev/pipes/${heredoc.name}`);
  return { argv, script: { name: heredoc.name, content } };
}

/** Documents that reach the shell otherwise than they stand there, or not at all: said once. */
function checkHeredocs({ heredocs, range }: Instruction, reading: Reading): void {
  const last = heredocs.at(-1);
  const withReturns = heredocs.find(({ content }) => content.includes("\r\n"));
  if (last !== undefined && !reading.rules.knowsHeredocs)
    reading.report("build", { code: "heredoc-dropped", name: last.name }, range);
  else if (withReturns !== undefined)
    reading.report("build", { code: "heredoc-carriage-return", name: withReturns.name }, range);
}

/** The body as a process reads it: `<<-` drops leading tabs. */
export function heredocText(heredoc: Heredoc): string {
  return heredoc.chomp ? chompHeredoc(heredoc.content) : heredoc.content;
}

function classicArgs({ scope, buildArgs }: Reading): ClassicArgs {
  const isProxied = [...buildArgs.keys()].some(isProxyArg);
  return { declared: scope.declaredArgs, environment: scope.config.environment, isProxied };
}
