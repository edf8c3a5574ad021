/**
 * What `docker run` does with the image of a Dockerfile: the steps that Docker takes, with the final
 * values. Source of the rules: the Dockerfile reference, "Understand how CMD and ENTRYPOINT
 * interact", and the image config that a real engine keeps. Nothing is run.
 */

import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageSteps } from "../analysis/view.js";
import { isBaseKnown, knownConfig, type Stage } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import type { Healthcheck } from "../image/config.js";
import { instructionKind } from "../instructions/index.js";
import { openPathWords } from "../instructions/unknowns.js";
import { listedAll } from "../text/lists.js";
import { say, sayDecimal } from "../text/say.js";
import { failsBuild } from "../words/problems.js";
import { targetWords } from "../words/stageWords.js";
import { type RunOptions, type RunOrigin, type RunTrap, runTraps } from "./runTraps.js";
import { isInit, isOneCommand, shellScript } from "./shellText.js";

export interface RunStep {
  readonly title: string;
  readonly details: readonly string[];
}

export interface RunValue {
  readonly name: string;
  /** null: nothing sets it, or only the base image can tell. */
  readonly value: string | null;
  /** A sentence about where it comes from, or what it does not do. */
  readonly note: string;
}

export interface RunPlan {
  readonly version: 1;
  /** The command line that is explained. */
  readonly command: string;
  /** What the container's first process is; null: the base image decides, or there is none. */
  readonly argv: readonly string[] | null;
  /** False: the base image is not known here, so what it sets is not in the values. */
  readonly baseIsKnown: boolean;
  readonly steps: readonly RunStep[];
  readonly values: readonly RunValue[];
  readonly traps: readonly RunTrap[];
}

/** null: the Dockerfile has no stage, so there is no image. */
export function runPlan(analysis: Analysis, options: RunOptions): RunPlan | null {
  const { target } = analysis.graph;
  if (target === null) return null;
  const origin = originOf(analysis, target);
  const { config } = target;
  const cmd = options.args.length > 0 ? options.args : (config.cmd ?? []);
  const words = [...(config.entrypoint ?? []), ...cmd];
  const mayInherit = !origin.baseIsKnown && config.entrypoint === null;
  const argv = words.length === 0 || (mayInherit && config.cmd === null) ? null : words;
  const command = [
    "docker run",
    ...(options.remove ? ["--rm"] : []),
    quote(imageName(options)),
    ...options.args.map(quote),
  ].join(" ");
  if (target.isForWindows) return planForWindows(command);
  return {
    version: 1,
    command,
    argv,
    baseIsKnown: origin.baseIsKnown,
    steps: stepsOf(analysis, target, argv, options, origin),
    values: valuesOf(target, argv, origin),
    traps: runTraps({ target, options, ...origin }),
  };
}

/** How Windows starts a container is not known here: nothing is said as Linux does it. */
function planForWindows(command: string): RunPlan {
  const title = say`Start a container of Windows`;
  const details = [say`What runs in it, and with which values, is not told.`];
  const nothing = { argv: null, baseIsKnown: false, values: [], traps: [] };
  return { version: 1, command, ...nothing, steps: [{ title, details }] };
}

function originOf(analysis: Analysis, target: Stage): RunOrigin {
  const stages = lineage(analysis.graph, target);
  const steps = stages.flatMap((stage) => stageSteps(analysis, stage));
  const last = (part: "entrypoint" | "cmd") =>
    steps.findLast(({ step }) => instructionKind(step.keyword)?.commandPart === part) ?? null;
  const root = stages[0] ?? null;
  const entrypoint = last("entrypoint");
  const cmd = last("cmd");
  return {
    baseIsKnown: root === null || isBaseKnown(root.base),
    entrypoint,
    // An ENTRYPOINT of a later stage has cleared it: the config says so.
    cmd: target.config.cmd === null ? null : cmd,
    steps,
    root,
  };
}

/** What stands for the image in what a person may type. */
function imageName({ image }: RunOptions): string {
  return image ?? "IMAGE";
}

/** How the image comes to be. */
function buildSentence({ graph, problems }: Analysis, image: string): string {
  if (problems.some(failsBuild))
    return say`It is not there as long as the build fails: nothing is made of this Dockerfile as it stands.`;
  const named = targetWords(graph);
  return named === null
    ? say`A build with -t ${image} puts it there.`
    : say`A build of ${named} with -t ${image} puts it there.`;
}

function stepsOf(
  analysis: Analysis,
  target: Stage,
  argv: readonly string[] | null,
  options: RunOptions,
  { baseIsKnown }: RunOrigin,
): readonly RunStep[] {
  const { config } = target;
  const { remove } = options;
  const image = imageName(options);
  const volumes = [...config.volumes];
  return [
    {
      title: say`Look for the image ${image} on this machine`,
      details: [buildSentence(analysis, image)],
    },
    {
      title: say`Pull it if it is not there`,
      details: [say`Only layers that the machine lacks are downloaded; shared ones are kept once.`],
    },
    {
      title: say`Create a container`,
      details: [
        say`The image's layers stay read-only; a new writable layer lies on top of them. Every change of the container goes there: a changed file is copied up first.`,
        ...(volumes.length > 0
          ? [
              volumes.length === 1
                ? say`A new volume is made for ${volumes[0] ?? ""}: what is written there is not in the writable layer.`
                : say`New volumes are made for ${listedAll(volumes)}: what is written there is not in the writable layer.`,
            ]
          : []),
      ],
    },
    {
      title: say`Run ENTRYPOINT with CMD in it`,
      details: [
        processSentence(target, argv, baseIsKnown),
        ...shellSentence(argv),
        signalSentence(config.stopSignal, baseIsKnown, argv),
      ],
    },
    {
      title: say`Show its output`,
      details: [
        say`Standard output and error appear in the terminal and in docker logs; -d leaves them to docker logs, -it gives the process a terminal.`,
      ],
    },
    {
      title: remove ? say`Remove the container when it ends` : say`Keep the container when it ends`,
      details: [
        !remove
          ? say`Without --rm the stopped container and its writable layer stay until docker rm. The image stays as it is.`
          : volumes.length > 0
            ? say`--rm removes the container with its writable layer and its new volumes. The image stays.`
            : say`--rm removes the container with its writable layer. The image stays.`,
      ],
    },
  ];
}

function processSentence(
  target: Stage,
  argv: readonly string[] | null,
  baseIsKnown: boolean,
): string {
  if (argv === null) {
    return baseIsKnown
      ? say`The image sets no command: docker run fails with “no command specified” unless one is given.`
      : say`This Dockerfile sets no command of its own: the base image's runs, if it has one.`;
  }
  const words = JSON.stringify(argv);
  const user = userWords(target, baseIsKnown);
  const directory = directoryWords(target);
  const mayHaveEntrypoint = !baseIsKnown && target.config.entrypoint === null;
  return mayHaveEntrypoint
    ? say`Runs ${words} (behind the base image's ENTRYPOINT, if it has one) as process 1, as ${user}, in ${directory}.`
    : say`Runs ${words} as process 1, as ${user}, in ${directory}.`;
}

/** What becomes of a shell that is process 1. */
function shellSentence(argv: readonly string[] | null): readonly string[] {
  const run = shellScript(argv ?? []);
  return run === null || !isOneCommand(run.script)
    ? []
    : [
        say`The shell has one command and replaces itself by it, as nearly every shell does: that command is process 1. exec in front of it makes sure.`,
      ];
}

function signalSentence(
  set: string | null,
  baseIsKnown: boolean,
  argv: readonly string[] | null,
): string {
  const usual = "SIGTERM";
  const signal =
    set ?? (baseIsKnown ? usual : say`the base image's signal (${usual} unless it says otherwise)`);
  const run = shellScript(argv ?? []);
  const [program = ""] =
    run !== null && isOneCommand(run.script) ? run.script.trim().split(/\s/) : (argv ?? []);
  return isInit(program)
    ? say`docker stop sends ${signal} to process 1, and kills the container after ten seconds. ${program} is an init: it passes the signal on to what it has started.`
    : say`docker stop sends ${signal} to process 1, and kills the container after ten seconds. A process 1 that does not handle the signal ignores it; docker run --init puts a small init in front.`;
}

function userWords(target: Stage, baseIsKnown: boolean): string {
  const config = knownConfig(target);
  if (config.user !== "") return say`user ${config.user}`;
  return baseIsKnown ? "root" : say`the base image's user (root unless it says otherwise)`;
}

function directoryWords({ config, unknowns }: Stage): string {
  const open = unknowns?.directory ?? null;
  return open === null ? config.workingDirectory || "/" : openPathWords(open);
}

function valuesOf(
  target: Stage,
  argv: readonly string[] | null,
  { baseIsKnown, cmd, entrypoint }: RunOrigin,
): readonly RunValue[] {
  const inherited = baseIsKnown ? "" : say`The base image may set one.`;
  const ofVariable = say`Only the base image can tell a variable in it.`;
  const config = knownConfig(target);
  const environment = [...config.environment].map(([name, value]) => `${name}=${value}`);
  const isOpen = (target.unknowns?.directory ?? null) !== null;
  const listOf = (words: readonly string[]) => (words.length === 0 ? null : words.join(", "));
  return [
    {
      name: say`Command`,
      value: argv === null ? null : JSON.stringify(argv),
      note: [
        ...(entrypoint === null ? [] : [say`ENTRYPOINT of line ${entrypoint.place.line}.`]),
        ...(cmd === null ? [] : [say`CMD of line ${cmd.place.line}.`]),
        ...(argv === null || (entrypoint === null && !baseIsKnown)
          ? [inheritedCommand(baseIsKnown)]
          : []),
        ...(hasOpenShell(target, [entrypoint, cmd])
          ? [say`The shell is the usual one unless the base image sets another.`]
          : []),
      ].join(" "),
    },
    {
      name: say`User`,
      value: config.user || (baseIsKnown ? "root" : null),
      note:
        config.user === "" ? inherited : target.unknowns?.user ? ofVariable : userNote(config.user),
    },
    {
      name: say`Directory`,
      value: config.workingDirectory || (isOpen ? null : "/"),
      note: !isOpen
        ? ""
        : config.workingDirectory === ""
          ? inherited
          : config.workingDirectory.startsWith("$")
            ? ofVariable
            : say`It counts from the base image's directory.`,
    },
    {
      name: say`Environment`,
      value: listOf(environment),
      note: baseIsKnown ? "" : say`The base image's variables come in front of these.`,
    },
    {
      name: say`Ports`,
      value: listOf([...config.exposedPorts]),
      note:
        config.exposedPorts.size === 0
          ? inherited
          : say`Only noted: nothing is reachable from outside without -p or -P.`,
    },
    {
      name: say`Volumes`,
      value: listOf([...config.volumes]),
      note:
        config.volumes.size === 0
          ? inherited
          : say`Each container gets new, nameless ones unless -v or --mount names some.`,
    },
    {
      name: say`Health check`,
      value: config.healthcheck === null ? null : healthWords(config.healthcheck),
      note: config.healthcheck === null ? inherited : "",
    },
    {
      name: say`Stop signal`,
      value: config.stopSignal ?? (baseIsKnown ? "SIGTERM" : null),
      note: config.stopSignal === null ? inherited || say`The default.` : "",
    },
  ];
}

/** True where a command in shell form has the usual shell, and only the base image can tell whether that is its own. */
function hasOpenShell(
  { config, unknowns }: Stage,
  parts: readonly (StepAnalysis | null)[],
): boolean {
  if (unknowns === null || config.shell !== null) return false;
  return parts.some((part) => part !== null && !part.step.instruction.json);
}

function inheritedCommand(baseIsKnown: boolean): string {
  return baseIsKnown ? say`Nothing sets one.` : say`The base image may set an ENTRYPOINT.`;
}

function userNote(user: string): string {
  const [name = ""] = user.split(":");
  return /^\d+$/.test(name)
    ? say`A number: it needs no entry in /etc/passwd.`
    : say`Looked up in the image's /etc/passwd when the container starts; docker run fails where it is missing.`;
}

/** `CMD-SHELL curl …, every 30s, 3s at most, 3 failures in a row make it unhealthy`. */
function healthWords({ Test, Interval, Timeout, StartPeriod, Retries }: Healthcheck): string {
  const [kind = "", ...words] = Test;
  if (kind === "NONE") return say`none (a check of the base image is switched off)`;
  const test = kind === "CMD-SHELL" ? words.join(" ") : JSON.stringify(words);
  return [
    test,
    say`every ${seconds(Interval ?? 30e9)}`,
    say`${seconds(Timeout ?? 30e9)} at most`,
    ...(StartPeriod === undefined
      ? []
      : [say`failures in the first ${seconds(StartPeriod)} do not count`]),
    Retries === 1
      ? say`unhealthy after one failure`
      : say`unhealthy after ${Retries ?? 3} failures in a row`,
  ].join(", ");
}

function seconds(nanoseconds: number): string {
  const [amount, unit] = nanoseconds >= 1e9 ? [nanoseconds / 1e9, "s"] : [nanoseconds / 1e6, "ms"];
  return `${sayDecimal(String(amount))} ${unit}`;
}

/** As one types it in a shell. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
