/**
 * What of a definition only a base image can tell of which nothing is known: a variable that the image may
 * set, its directory, its user. Two definitions of the same open part are the same, whatever that
 * comes to; of others nobody knows.
 */
import type { Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { OpenValues } from "../image/unknowns.js";

/** null: all of it is known. */
export function openPartOf(step: Step, digest: Digest): string | null {
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

/** Between the digest of what is known of a definition and that of its open part. */
const openMark = "+";

/** A definition, by the digests of what is known of it and of its open part. */
export function withOpenPart(known: string, open: string): string {
  return `${known}${openMark}${open}`;
}

/**
 * What is known of a definition, by its digest: with another open part it may be the same one. The open part
 * counts as what an image that sets nothing makes of it.
 */
export function knownPart(definition: string): string {
  return definition.split(openMark, 1)[0] ?? definition;
}

/** True where only a base image can tell a part of it. */
export function hasOpenPart(definition: string): boolean {
  return definition.includes(openMark);
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
