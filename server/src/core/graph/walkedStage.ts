/** From a FROM and what stands below it to a walked stage. */
import { contextName, type DefinitionId } from "../build/definition.js";
import { formatPlatform, type Platform, parsePlatform } from "../build/platform.js";
import { type FromLine, readFrom } from "../instructions/from.js";
import { operates } from "../instructions/kind.js";
import { foundWrong, type Reading, startReading } from "../instructions/reading.js";
import { changed, type Scope } from "../instructions/scope.js";
import { mostInherited } from "../syntax/limits.js";
import type { Instruction } from "../syntax/syntax.js";
import { keptList } from "../text/keptList.js";
import { isSameList } from "../text/sameList.js";
import { handedTriggers, imageTriggers, triggerHolders } from "./addedInstructions.js";
import { type FileFacts, stageFacts } from "./fileFacts.js";
import { hold } from "./fileReads.js";
import type { StageBase, Step } from "./graph.js";
import { failedBuild } from "./images.js";
import { needsOf } from "./sources.js";
import { baseStage, isNameTaken } from "./stageNames.js";
import { continuedScope, replacedScope, startScope } from "./startScope.js";
import { type StageWalk, stepOf, walkStage } from "./walkStage.js";

/** The lines of one stage. */
export interface StageLines {
  readonly from: Instruction;
  readonly instructions: readonly Instruction[];
}

/** A stage before what the target needs, numbers and labels are laid over it. */
export interface WalkedStage extends StageWalk {
  readonly index: number;
  readonly name: string | null;
  readonly instruction: Instruction;
  readonly base: StageBase;
  readonly platform: Platform;
  /** See `Stage.isReplaced`. */
  readonly isReplaced: boolean;
  /**
   * The places in the parent stage of the steps whose triggers run here; empty: they are a base
   * image's, or none.
   */
  readonly holders: readonly number[];
  /** How many triggers run in this stage and those above it. */
  readonly inherited: number;
  readonly opening: Opening;
  readonly needs: readonly number[];
  /** How many of the last steps the command line adds. */
  readonly options: number;
  /** By its platform, or by what Microsoft's images of Windows are called. */
  readonly isForWindows: boolean;
}

/** The stages of a text before an edit, and what they were walked with. */
export interface OldStages {
  readonly file: FileFacts;
  readonly globals: Scope;
  readonly stages: readonly WalkedStage[];
  /** Of each of them. */
  readonly lines: readonly StageLines[];
}

/**
 * Finds what a stage starts from, and walks it.
 * @param globals what the lines before the first FROM leave
 * @param above the stages above it
 * @param old null: there are none, or they were walked with other facts
 */
export function walkLines(
  lines: StageLines,
  file: FileFacts,
  globals: Scope,
  above: readonly WalkedStage[],
  old: OldStages | null,
): WalkedStage {
  return (
    standingStage(lines, file, globals, above, old) ?? walkAnew(lines, file, globals, above, old)
  );
}

/**
 * The stage as it was, where nothing that it turns on is otherwise; null: something may be. In a file
 * of a thousand stages this is asked a thousand times a key.
 */
function standingStage(
  lines: StageLines,
  file: FileFacts,
  globals: Scope,
  above: readonly WalkedStage[],
  old: OldStages | null,
): WalkedStage | null {
  const index = above.length;
  const stage = old?.stages[index];
  if (old === null || stage === undefined || old.lines[index] !== lines) return null;
  const isInSameFile =
    old.globals === globals && old.file.names === file.names && old.file.globals === file.globals;
  if (!isInSameFile) return null;
  const [last, oldLast] = [above[index - 1], old.stages[index - 1]];
  const isBelowSame =
    last === oldLast ||
    (last?.inherited === oldLast?.inherited && last?.scope.expanded === oldLast?.scope.expanded);
  const { base } = stage;
  const isOnSame = base.kind !== "stage" || above[base.index] === old.stages[base.index];
  if (!isBelowSame || !isOnSame || !isBaseSame(file, stage.opening)) return null;
  const { imageReaders } = stage.marks;
  if (imageReaders.length === 0) return stage;
  const facts = stageFacts(file, index);
  return imageReaders.every((at) => hold(stage.walked[at]?.reads ?? [], facts)) ? stage : null;
}

function walkAnew(
  { from, instructions }: StageLines,
  file: FileFacts,
  globals: Scope,
  above: readonly WalkedStage[],
  old: OldStages | null,
): WalkedStage {
  const index = above.length;
  const other = old?.stages[index] ?? null;
  const isNamedAlike =
    old !== null && old.file.names === file.names && old.file.globals === file.globals;
  const { expanded } = (above.at(-1) ?? { scope: globals }).scope;
  const start = changed(globals, { expanded });
  const opening =
    (other !== null && old !== null && sameOpening(from, file, start, old, other)) ||
    openStage(from, index, file, start);
  const { base, isReplaced } = opening;
  const parent = base.kind === "stage" ? (above[base.index] ?? null) : null;
  const all = parent === null ? noHolders : triggerHolders(parent.steps);
  const ofImage = parent === null && !isReplaced ? imageTriggers(base, from) : [];
  const named = parent === null ? ofImage : handedTriggers(parent.steps);
  const before = above.at(-1)?.inherited ?? 0;
  const areTaken = before + named.length <= mostInherited;
  const [triggers, holders] = areTaken ? [named, all] : [[], noHolders];
  const inherited = before + triggers.length;
  const scope = changed(startOf(file, opening, parent), {
    expanded: expanded + opening.expanded,
  });
  const walk = walkStage(
    {
      file,
      index,
      from: areTaken ? opening.step : withoutTriggers(opening.step),
      triggers,
      instructions,
      scope,
      isReplaced,
    },
    other?.isReplaced === isReplaced ? { walk: other, isNamedAlike } : null,
  );
  const platform = opening.platform ?? parent?.platform ?? file.platform;
  if (other !== null && walk === other) {
    const isSame =
      opening === other.opening &&
      platform === other.platform &&
      inherited === other.inherited &&
      isSameList(holders, other.holders);
    if (isSame) return other;
  }
  const takers = walk.marks.takers.flatMap((at) => walk.walked[at]?.step ?? []);
  return {
    steps: walk.steps,
    walked: walk.walked,
    instructions: walk.instructions,
    scope: walk.scope,
    triggers: walk.triggers,
    marks: walk.marks,
    opening,
    holders,
    inherited,
    platform,
    isReplaced,
    index,
    name: opening.name,
    instruction: from,
    base,
    needs: needsOf(base, takers),
    options: 0,
    isForWindows: platform.os === "windows" || isWindowsImage(base),
  };
}

/** A FROM, with a word on what it leaves out. */
function withoutTriggers(from: Step): Step {
  const problem = { code: "too-many-triggers", in: "file", limit: mostInherited } as const;
  const found = foundWrong("read", problem, from.instruction.keywordRange);
  return { ...from, found: keptList([...from.found, found]) };
}

const noHolders: readonly number[] = [];

function isWindowsImage(base: StageBase): boolean {
  return base.kind === "image" && windowsImage.test(base.reference);
}

const windowsImage =
  /(?:^|[/:-])(?:nanoserver|windowsservercore|servercore)(?:[-:@]|$)|(?:^|\/)windows(?:[/:@]|$)/;

/** What a FROM says. */
interface Opening {
  readonly step: Step;
  /** Lower case; null: the stage has no name. */
  readonly name: string | null;
  /** null: it names none. */
  readonly platform: Platform | null;
  readonly base: StageBase;
  readonly isReplaced: boolean;
  /** See `Scope`: what its own words took. */
  readonly expanded: number;
}

function openStage(from: Instruction, index: number, file: FileFacts, globals: Scope): Opening {
  const reading = startReading({ ...stageFacts(file, index), globalArg: null }, globals);
  const line = readFrom(from, reading);
  const { name } = line;
  const platform = line.platform === null ? null : parsePlatform(line.platform);
  if (line.platform !== null && platform === null) {
    const problem = { code: "bad-platform", platform: line.platform } as const;
    reading.report(reading.inTranslation, problem, from.range);
  }
  if (!file.rules.allowsEqualStageNames && name !== null && isNameTaken(file.names, name, index)) {
    reading.report("build", { code: "stage-name-taken", name }, from.range);
  }
  const basePlatform = formatPlatform(platform ?? file.platform);
  const replacement = name === null ? null : namedContext(file, name, basePlatform);
  // What fails when its turn has come starts nothing.
  const base: StageBase = reading.found.some(({ phase }) => phase === "build")
    ? { kind: "broken" }
    : (replacement ?? baseOf(file, line, index, { platform: basePlatform, reading }));
  if (base.kind === "image" && base.image === null && base.isNamed !== true)
    reading.reportSimilar(base.reference, line.baseWord?.range ?? from.range);
  const failed = failedBuild(base);
  if (failed !== null)
    reading.report("build", { code: "base-build-fails", name: failed.name }, from.range);
  const operation =
    base.kind === "image"
      ? ({ kind: "pull", reference: base.reference, platform: line.platform } as const)
      : null;
  const step = stepOf(from, operates("base", operation, globals), { found: reading.found });
  return {
    step,
    name,
    platform,
    base,
    isReplaced: replacement !== null,
    expanded: reading.expanded,
  };
}

/** What the FROM said before, where it says the same again; null: it may not. */
function sameOpening(
  from: Instruction,
  file: FileFacts,
  globals: Scope,
  old: OldStages,
  { instruction, opening }: WalkedStage,
): Opening | null {
  if (instruction !== from || old.globals !== globals || old.file.names !== file.names) return null;
  return isBaseSame(file, opening) ? opening : null;
}

/** True where as much is known as before of the image that a FROM starts with. */
function isBaseSame(file: FileFacts, { base, platform }: Opening): boolean {
  const linked = linkedId(base);
  if (base.kind !== "image" && linked === null) return true;
  const on = formatPlatform(platform ?? file.platform);
  if (linked !== null)
    return file.builtImage(linked, on) === (base.kind === "image" ? base.image : null);
  return base.kind !== "image" || file.baseImage(base.reference, on) === base.image;
}

/** The build that a named context puts in the place of a base; null: none. */
function linkedId(base: StageBase): DefinitionId | null {
  if (base.kind === "image") return base.linked ?? null;
  return base.kind === "elsewhere" && base.source.kind === "build" ? base.source.id : null;
}

function baseOf(
  file: FileFacts,
  { base: reference, baseWord }: FromLine,
  index: number,
  { platform, reading }: { readonly platform: string; readonly reading: Reading },
): StageBase {
  if (reference === "") return { kind: "broken" };
  const stage = baseStage(file.names, reference, index);
  if (stage !== null) return { kind: "stage", index: stage };
  const named = namedContext(file, reference, platform);
  if (named !== null) return named;
  if (reference === "scratch") return { kind: "scratch" };
  if (baseWord !== null && reading.isNoReference(reference, baseWord)) return { kind: "broken" };
  return { kind: "image", reference, image: file.baseImage(reference, platform) };
}

/** What a `--build-context` puts in the place of a stage or an image; null: none has the name. */
function namedContext(file: FileFacts, name: string, platform: string): StageBase | null {
  const source = file.contexts.get(contextName(name));
  switch (source?.kind) {
    case undefined:
      return null;
    case "path":
      return { kind: "folder", name: contextName(name) };
    case "image": {
      const { reference } = source;
      const image = file.baseImage(reference, platform);
      return { kind: "image", reference, image, isNamed: true };
    }
    case "git":
      return { kind: "elsewhere", name: contextName(name), source };
    case "build": {
      const image = file.builtImage(source.id, platform);
      return image === null
        ? { kind: "elsewhere", name: contextName(name), source }
        : {
            kind: "image",
            reference: contextName(name),
            image,
            isNamed: true,
            linked: source.id,
          };
    }
  }
}

function startOf(
  file: FileFacts,
  { base, isReplaced }: Opening,
  parent: WalkedStage | null,
): Scope {
  if (parent !== null) return continuedScope(file, parent.scope);
  return isReplaced ? replacedScope(file, base) : startScope(file, base);
}
