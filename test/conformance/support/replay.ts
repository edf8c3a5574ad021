/** Replays one recorded case with the product and gives what came of it. */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import type { Case, Operation } from "./caseFile.js";
import { applyOperations, type CaseFolder, dropCaseFolder, newCaseFolder } from "./caseFolder.js";
import { checkClaims } from "./claims.js";
import {
  compareBesideBase,
  compareBuild,
  isAnyUnsure,
  isUnforeseeable,
  keysOfSteps,
  type UnknownStep,
} from "./compare.js";
import { versionOf } from "./engineVersion.js";
import type { BuildRecord, Recording } from "./recording.js";
import { folderLayers, newSession, type Simulation, simulateCase } from "./simulate.js";

export interface Replay {
  readonly builds: number;
  readonly steps: number;
  readonly wrongSteps: number;
  /** The steps that were predicted as unknown. */
  readonly unknown: readonly UnknownStep[];
  readonly facts: number;
  /** Builds for an image store that the product does not know of. */
  readonly leftOut: number;
  readonly wrong: readonly string[];
}

/**
 * @param remembers from one build to the next, as an editor does
 * @param knowsBase false: only its decisions are held against the engine's
 */
export async function replayCase(
  theCase: Case,
  recording: Recording,
  remembers = false,
  knowsBase = true,
): Promise<Replay> {
  const session = newSession(remembers, knowsBase);
  let folder = newCaseFolder();
  const total = { builds: 0, steps: 0, wrongSteps: 0, facts: 0, leftOut: 0 };
  const wrong: string[] = [];
  const unknown: UnknownStep[] = [];
  let before: ReadonlyMap<string, string> | null = null;
  const unsure = new Set<string>();
  const unseen = new Set<string>();
  try {
    const rounds = [{ title: "", operations: theCase.setup }, ...theCase.changes];
    const version = versionOf(recording.engine);
    for (const [index, { title, operations }] of rounds.entries()) {
      folder = applyOperations(folder, operations);
      const recorded = recording.builds[index];
      if (recorded === undefined) throw new Error("the recording has fewer builds than the case");
      if (theCase.store !== "graphdriver") {
        // What such a build leaves behind is not known to the product, so what follows is not compared either.
        total.leftOut += rounds.length - index;
        break;
      }
      const now = fingerprints(folder);
      const simulated = await simulateCase(session, folder, recording.builder, version);
      const compared = (knowsBase ? compareBuild : compareBesideBase)({
        recorded,
        simulated,
        changedPaths:
          before === null
            ? null
            : changedFiles(operations, inFolders(differing(before, now), folder), unseen),
        unsure,
        // The classic builder prints no numbers for triggers, BuildKit 0.13 no stages.
        tellsTriggers: recording.builder === "buildkit" && version.buildKit > 13,
      });
      before = now;
      const claims =
        !knowsBase || simulated.analysis === null || isAnyUnsure(simulated, unsure)
          ? null
          : checkClaims({
              recorded,
              analysis: simulated.analysis,
              folders: folderLayers(simulated),
              isFirst: index === 0,
            });
      total.builds++;
      total.steps += compared.steps;
      total.wrongSteps += compared.wrongSteps;
      total.facts += compared.facts + (claims?.facts ?? 0);
      const where =
        index === 0 ? "first build" : `change ${index}${title === "" ? "" : ` (${title})`}`;
      const found = [...compared.wrong, ...(claims?.wrong ?? [])];
      wrong.push(...found.map((text) => `${where}: ${text}`));
      unknown.push(
        ...compared.unknown.map(({ code, text }) => ({ code, text: `${where}: ${text}` })),
      );
      const { failure } = recorded;
      if (failure === null) {
        for (const key of keysOfSteps(simulated)) if (key !== null) unsure.delete(key);
      } else if (simulated.failures.length === 0 || isUnforeseeable(failure)) {
        // What a foreseen failure may leave is predicted as unknown.
        for (const key of undecided(recorded, simulated)) unsure.add(key);
      }
    }
  } catch (error) {
    wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  } finally {
    dropCaseFolder(folder);
  }
  return { ...total, unknown, wrong };
}

/**
 * The keys of the steps of a failing build that the engine told nothing certain of: those that stand
 * on the failing step, and those beside it, which may or may not come to their end.
 */
function undecided({ steps }: BuildRecord, simulated: Simulation): readonly string[] {
  const ran = new Set(steps.flatMap(([line, , outcome]) => (outcome === "run" ? [line] : [])));
  const keys = keysOfSteps(simulated);
  return simulated.json.steps.flatMap(({ line, prediction }, index) => {
    const key = keys[index];
    return key == null || prediction === null || prediction === "hit" || ran.has(line) ? [] : [key];
  });
}

/** By path below the context: everything of an entry that can count, its time left out. */
function fingerprints({ path: root, request }: CaseFolder): ReadonlyMap<string, string> {
  const context = path.join(root, request.context);
  const found = new Map<string, string>();
  for (const name of readdirSync(context, { recursive: true, encoding: "utf8" })) {
    const file = path.join(context, name);
    const stat = lstatSync(file);
    const content = stat.isSymbolicLink()
      ? readlinkSync(file)
      : stat.isFile()
        ? createHash("sha256").update(readFileSync(file)).digest("hex")
        : "";
    found.set(name.replaceAll(path.sep, "/"), `${stat.mode} ${content}`);
  }
  return found;
}

/**
 * null when more than the bytes and modes of files was changed.
 * @param unseen what earlier changes may have hidden from the engine; those of this one are added
 */
function changedFiles(
  operations: readonly Operation[],
  paths: ReadonlySet<string>,
  unseen: Set<string>,
): ReadonlySet<string> | null {
  for (const operation of operations) {
    const mayHide = operation.kind === "chmod" || ("keepTime" in operation && operation.keepTime);
    if (mayHide) unseen.add(operation.path);
  }
  const isPlain = operations.every((operation) => {
    switch (operation.kind) {
      case "write":
      case "edit":
        return !/(^|[/.])(Dockerfile|dockerignore)/.test(operation.path);
      case "delete":
        return !isIgnoreFile(operation.path);
      case "rename":
      case "chmod":
      case "touch":
      case "mkdir":
        return true;
      default:
        return false;
    }
  });
  // A file that is only touched is sent again, with what was not seen before.
  const touched = operations.flatMap((o) => (o.kind === "touch" ? [o.path] : []));
  return isPlain ? new Set([...paths, ...touched, ...unseen]) : null;
}

/** Without it other files are taken, which did not change. */
function isIgnoreFile(name: string): boolean {
  return name.endsWith(".dockerignore");
}

/** With the paths as they are called in the folders of `--build-context`. */
function inFolders(paths: ReadonlySet<string>, { request }: CaseFolder): ReadonlySet<string> {
  const folders = request.options.flatMap((option) => {
    const folder = /^--build-context [^=]+=([^:]+)$/.exec(option)?.[1];
    return folder === undefined ? [] : [`${folder}/`];
  });
  const inner = [...paths].flatMap((name) =>
    folders.flatMap((folder) => (name.startsWith(folder) ? [name.slice(folder.length)] : [])),
  );
  return new Set([...paths, ...inner]);
}

function differing(
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const names = new Set([...before.keys(), ...now.keys()]);
  return new Set([...names].filter((name) => before.get(name) !== now.get(name)));
}
