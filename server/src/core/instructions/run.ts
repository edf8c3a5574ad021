import { chompHeredoc, readHeredocWord } from "../syntax/heredocs.js";
import type { Heredoc, Instruction } from "../syntax/syntax.js";
import { isProxyArg } from "./arg.js";
import { commandLine, defaultShell } from "./command.js";
import { readFlags, refuseInClassic } from "./flags.js";
import { type Builder, type InstructionKind, operates, type Surroundings } from "./kind.js";
import { readMount } from "./mount.js";
import type { Mount, RunOperation } from "./operation.js";
import type { StageScope } from "./scope.js";

/** `RUN`: a command in a container; what it changes becomes a layer. */
export const run: InstructionKind = {
  keyword: "RUN",
  evaluate(instruction, scope) {
    const flags = readFlags(
      instruction,
      { mount: "strings", network: "string", security: "string", device: "strings" },
      scope,
    );
    refuseInClassic(flags, ["mount", "network", "security", "device"], scope);
    if (scope.builder === "classic" && instruction.args.every(({ value }) => value === "")) {
      scope.report("build", "missing-argument", "RUN needs a command.", instruction.keywordRange);
    }
    const network = flags.text("network") || "default";
    if (!["default", "none", "host"].includes(network)) {
      scope.report(
        "read",
        "bad-flag",
        `"${network}" is not a network mode: default, none or host.`,
        flags.get("network")?.valueRange ?? instruction.range,
      );
    }
    const security = flags.text("security") || "sandbox";
    if (!["sandbox", "insecure"].includes(security)) {
      scope.report(
        "read",
        "bad-flag",
        `"${security}" is not a security mode: sandbox or insecure.`,
        flags.get("security")?.valueRange ?? instruction.range,
      );
    }
    const mounts: Mount[] = [];
    for (const flag of flags.all("mount")) {
      const mount = readMount(flag, scope);
      if (mount !== null) mounts.push(mount);
    }
    const { argv, script } = commandOf(instruction, scope);
    const operation: RunOperation = {
      kind: "run",
      argv,
      shellForm: !instruction.json,
      environment: scope.environment.digest(),
      directory: scope.directory,
      user: scope.config.user,
      network,
      security,
      mounts,
      script,
      classicArgs: scope.builder === "classic" ? classicArgs(scope) : [],
    };
    return operates("layer", operation);
  },
  explain(evaluation, builder, around) {
    const operation = evaluation.operation?.kind === "run" ? evaluation.operation : null;
    return {
      inside: inside(operation, builder, around),
      traps: [
        "What the command fetches (package indexes, downloads, git clones) and the time of day: the step stays cached although they change.",
        ...(operation?.mounts.some((mount) => mount.type === "secret")
          ? ["The content of a secret: rotating it rebuilds nothing."]
          : []),
        ...(operation?.mounts.some((mount) => mount.type === "cache")
          ? ["What is in a cache mount."]
          : []),
      ],
    };
  },
};

function inside(
  operation: RunOperation | null,
  builder: Builder,
  around: Surroundings,
): readonly string[] {
  const who = operation?.user ? ` as user ${operation.user}` : "";
  const where = operation?.directory || "/";
  if (builder === "classic") {
    return [
      `Starts a temporary container from the image so far and runs the command in it, in ${where}${who}.`,
      "Commits what the command changed as an intermediate image and removes the container.",
      "If nothing changed, the image gets no layer.",
    ];
  }
  return [
    `Runs the command on a snapshot of the layers below, in ${where}${who}.`,
    ...(operation?.mounts ?? []).map((mount) => describeMount(mount, around)),
    "Keeps what changed as one layer, even if nothing changed. Deleting a file of a lower layer frees nothing.",
  ];
}

function describeMount(mount: Mount, around: Surroundings): string {
  switch (mount.type) {
    case "cache":
      return `Mounts the cache ${mount.id || mount.target} at ${mount.target}: it outlives the build and is in no layer.`;
    case "bind":
      return `Mounts ${mount.source || "everything"}${mountOrigin(mount, around)} at ${mount.target} for this step only; nothing written there is kept.`;
    case "tmpfs":
      return `Mounts an empty file system in memory at ${mount.target} for this step only.`;
    case "secret":
      return `Gives the command the secret ${mount.id || mount.target}; it is in no layer.`;
    case "ssh":
      return "Lets the command use the SSH agent of the build.";
  }
}

function mountOrigin({ from }: Mount, around: Surroundings): string {
  if (from === null || from.kind === "scratch") return "";
  if (from.kind === "context") return " of the build context";
  return from.kind === "stage" ? ` of ${around.stage(from.index)}` : ` of ${from.reference}`;
}

interface RunCommand {
  readonly argv: readonly string[];
  readonly script: RunOperation["script"];
}

/**
 * The process that runs. A heredoc alone is the script of the shell, or, when it starts with `#!`,
 * a file that is run; a heredoc in a longer command is put back and left to the shell. The classic
 * builder knows no heredocs. Source: BuildKit, dockerfile2llb `dispatchRun`.
 */
function commandOf(instruction: Instruction, scope: StageScope): RunCommand {
  const [heredoc] = instruction.heredocs;
  const typed = commandLine(instruction, scope);
  if (heredoc === undefined || instruction.json || scope.builder === "classic") {
    return { argv: typed, script: null };
  }
  const shell = scope.config.shell ?? defaultShell;
  const text = instruction.args.map((word) => word.value).join(" ");
  if (readHeredocWord(text) === null) {
    const bodies = instruction.heredocs.map((doc) => `\n${doc.content}${doc.name}`).join("");
    return { argv: [...shell, text + bodies], script: null };
  }
  const content = heredocText(heredoc);
  if (!content.startsWith("#!")) return { argv: [...shell, content], script: null };
  return { argv: [`/dev/pipes/${heredoc.name}`], script: { name: heredoc.name, content } };
}

/** The body as a process reads it: `<<-` drops leading tabs. */
export function heredocText(heredoc: Heredoc): string {
  return heredoc.chomp ? chompHeredoc(heredoc.content) : heredoc.content;
}

/**
 * The classic builder puts the arguments that have a value in front of the command, sorted, behind
 * their number; proxy arguments that are passed make the prefix appear, but are not in it unless
 * they are declared. Source: moby, builder/dockerfile/dispatchers.go `prependEnvOnCmd`.
 */
function classicArgs(scope: StageScope): readonly string[] {
  const values = new Map<string, string>();
  for (const { name, value } of scope.declaredArgs) {
    if (value !== null && !scope.config.environment.has(name)) values.set(name, value);
  }
  const isPrefixed = values.size > 0 || [...scope.buildArgs.keys()].some(isProxyArg);
  if (!isPrefixed) return [];
  return [`|${values.size}`, ...[...values].map(([name, value]) => `${name}=${value}`).sort()];
}
