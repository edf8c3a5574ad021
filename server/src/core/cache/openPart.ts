/**
 * What of a definition only a base image can tell of which nothing is known: a variable that the image may
 * set, its directory, its user. Two definitions of the same open part are the same, whatever that
 * comes to. Of others it counts whether all differs that is known of both: the digest of each aspect of a
 * step on such an image stands in its definition, or a mark where the image decides it.
 */
import type { Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { OpenValues } from "../image/unknowns.js";
import type { RunOperation } from "../instructions/operation.js";
import { addTo, addToSet } from "../text/grouped.js";
import type { Parts } from "./exact/op.js";

/** A definition on an image of which nothing is known, by the digests of what is known and of what is not. */
export function withOpenPart(
  known: string,
  step: Step,
  parts: () => Parts,
  digest: Digest,
): string {
  const open = openPartOf(step, digest);
  const aspects = aspectsOf(step, parts(), digest);
  return [known, open === null ? "" : digest(open), aspects.join(" ")].join(between);
}

const between = "+";

/** null: all of it is known. */
function openPartOf(step: Step, digest: Digest): string | null {
  const { operation, openPath, openVariables } = step;
  const written = openVariables.length === 0 ? null : wordsOf(step);
  const parts = [openPath, written];
  if (operation?.kind === "makeDirectory") parts.push(operation.openOwner ?? null);
  if (operation?.kind === "run")
    parts.push(
      operation.openUser ?? null,
      operation.openShell === true ? "shell" : null,
      nameOf(operation.openValues ?? null, digest),
    );
  return parts.some((part) => part !== null) ? JSON.stringify(parts) : null;
}

/** As they are typed. */
function wordsOf({ instruction: { flags, args, heredocs } }: Step): string {
  const texts = [...flags, ...args].map(({ value }) => value);
  return JSON.stringify([...texts, ...heredocs.map(({ content }) => content)]);
}

const names = new WeakMap<OpenValues, string>();

/** Of thousands of lines above each makes one digest, once. */
function nameOf(values: OpenValues | null, digest: Digest): string | null {
  const open: OpenValues[] = [];
  let at = values;
  for (; at !== null && !names.has(at); at = at.before) open.push(at);
  let name = at === null ? null : (names.get(at) ?? null);
  for (const one of open.reverse()) {
    name = digest(JSON.stringify([name, one.name, one.written]));
    names.set(one, name);
  }
  return name;
}

/** In the place of an aspect that the image decides. */
const anything = "*";
/** The same of a directory that is none where it comes to the root. */
const perhapsNothing = "?";

/** Of steps of one kind as many, in the same order. */
function aspectsOf(step: Step, parts: Parts, digest: Digest): readonly string[] {
  const { operation, openVariables } = step;
  const of = (text: string, isOpen: boolean): string =>
    isOpen ? anything : digest(text).slice(0, 10);
  if (operation?.kind === "run") return runAspects(step, operation, parts, of);
  const isOpen = openAspects(step);
  const named = Object.entries(parts).map(([name, text]) => of(text, isOpen.has(name)));
  const kind = operation?.kind ?? step.keyword;
  // What is not told apart by its parts is told by its words.
  const isOther = openVariables.length > 0 && isOpen.size === 0;
  const all = isOther ? named.map(() => anything) : named;
  return mayBeNothing(step) ? [kind, ...all.map(() => perhapsNothing)] : [kind, ...all];
}

/** The names of the parts, as `Parts` has them, of which an image decides. */
function openAspects({ operation, openPath }: Step): ReadonlySet<string> {
  const open: string[] = [];
  if (operation?.kind === "makeDirectory") {
    if (openPath !== null) open.push("directory");
    if (operation.openOwner !== undefined) open.push("user");
  }
  if (operation?.kind === "copy") {
    if (openPath !== null) open.push("destination");
    if (operation.openOwner !== undefined) open.push("owner");
    const isOpen = operation.items.some((item) =>
      item.kind === "paths" ? item.openText !== undefined : item.kind === "inline" && item.isOpen,
    );
    if (isOpen) open.push("sources");
  }
  return new Set(open);
}

/** The shell apart from the command: an image sets the one. */
function runAspects(
  { openPath, openVariables }: Step,
  { argv, user, openUser, openShell, environment, openValues }: RunOperation,
  { command: _command, environment: variables = "", directory, user: by, ...others }: Parts,
  of: (text: string, isOpen: boolean) => string,
): readonly string[] {
  // The classic builder has neither in a key.
  const directoryAspect = directory === undefined ? [] : [of(directory, openPath !== null)];
  const isOwn = openUser !== undefined || user === "";
  const userAspect = by === undefined ? [] : [of(by, isOwn)];
  return [
    "run",
    of(argv.at(-1) ?? "", false),
    of(JSON.stringify(argv.slice(0, -1)), openShell === true),
    ...directoryAspect,
    ...userAspect,
    of(JSON.stringify(others), openVariables.length > 0),
    // One that is set to what the image has is one line more or less.
    `${environment.size}${openValues === undefined ? closedValues : openedValues}${variables}`,
  ];
}

const closedValues = "=";
const openedValues = "~";

/** True for a directory that is the root where the image's variables are blank: then the builder runs nothing. */
export function mayBeNothing({ operation, openVariables, instruction }: Step): boolean {
  if (operation?.kind !== "makeDirectory" || openVariables.length === 0) return false;
  const literal = (instruction.args[0]?.value ?? "").replace(/\$(?:\{[^}]*\}|\w+)/g, "");
  return /^["'/.]*$/.test(literal);
}

/** What is known of two definitions, and what the image decides. */
interface Read {
  readonly definition: string;
  readonly aspects: readonly string[];
  /** The places of those that an image decides. */
  readonly open: readonly boolean[];
}

function read(definition: string): Read | null {
  const [, , text] = definition.split(between, 3);
  if (text === undefined) return null;
  const aspects = text.split(" ");
  const open = aspects.map((one) => one === anything || one === perhapsNothing);
  return { definition, aspects, open };
}

/** Which definitions may be one and the same, though they are written otherwise: see `openPart.ts`. */
export class AlikeDefinitions {
  /** Those of steps that may turn out to be none. */
  readonly perhapsNothing: ReadonlySet<string>;
  /** By which aspects an image decides. */
  readonly #byOpen = new Map<string, Read[]>();
  readonly #byKnown = new Map<string, Map<string, Set<string>>>();

  constructor(definitions: Iterable<string>) {
    const nothing = new Set<string>();
    for (const definition of definitions) {
      const one = read(definition);
      if (one === null) continue;
      addTo(this.#byOpen, maskOf(one), one);
      if (one.aspects.includes(perhapsNothing)) nothing.add(definition);
    }
    this.perhapsNothing = nothing;
  }

  /** Sets of them; itself may be in one. */
  to(definition: string): readonly ReadonlySet<string>[] {
    if (this.#byOpen.size === 0) return [];
    const own = read(definition);
    if (own === null) return [];
    const found: ReadonlySet<string>[] = [];
    for (const [mask, group] of this.#byOpen) {
      const [first] = group;
      if (first?.aspects.length !== own.aspects.length) continue;
      const isOpen = own.open.map((one, at) => one || first.open[at] === true);
      const areBoth = hasOpenValues(own) === hasOpenValues(first);
      // Nothing of either is the image's: then they are one where they are written as one.
      if (areBoth && !isOpen.includes(true) && !hasOpenValues(own)) continue;
      const name = `${mask} ${isOpen.map(Number).join("")} ${areBoth}`;
      let byKnown = this.#byKnown.get(name);
      if (byKnown === undefined) {
        byKnown = groupedBy(group, (one) => knownOf(one, isOpen, areBoth));
        this.#byKnown.set(name, byKnown);
      }
      const alike = byKnown.get(knownOf(own, isOpen, areBoth));
      if (alike !== undefined && !(alike.size === 1 && alike.has(definition))) found.push(alike);
    }
    return found;
  }
}

function groupedBy(group: readonly Read[], keyOf: (one: Read) => string): Map<string, Set<string>> {
  const groups = new Map<string, Set<string>>();
  for (const one of group) addToSet(groups, keyOf(one), one.definition);
  return groups;
}

function maskOf(one: Read): string {
  return `${one.open.map(Number).join("")}${hasOpenValues(one) ? openedValues : closedValues}`;
}

/** True for a RUN that sees a variable which was made from one of the image's. */
function hasOpenValues({ aspects }: Read): boolean {
  return aspects.at(-1)?.includes(openedValues) === true;
}

/** Of variables of which one side has a share of the image's only the number is known. */
function knownOf({ aspects }: Read, isOpen: readonly boolean[], areBoth: boolean): string {
  const known = aspects.map((one, at) => (isOpen[at] === true ? anything : one));
  if (!areBoth) known.push((known.pop() ?? "").replace(/[=~].*/, ""));
  return known.join(" ");
}
