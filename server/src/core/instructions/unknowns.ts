/**
 * What only the base image can tell where nothing is known of it, as far as the lines of the file
 * tell it: for the words alone. A key has what the builder would put in the place of an image that
 * sets nothing.
 */
import { OrderedMap } from "../image/orderedMap.js";
import type { Unknowns } from "../image/unknowns.js";
import { say } from "../text/say.js";
import { joinPaths } from "./paths.js";

export type { Unknowns };

/** The mark of what an image sets itself: a line that sets it so leaves it as it is. */
const own = (name: string): string => `$${name}`;

/** Of a stage that has just started from it. A builder sets PATH where the image does not. */
export const ofUnknownImage: Unknowns = {
  directory: "",
  user: "",
  variables: OrderedMap.of([["PATH", own("PATH")]]),
  values: null,
};

/** With a variable set by a line. @param written as typed; null: its value is known */
export function withVariable(
  unknowns: Unknowns | null,
  name: string,
  written: string | null,
): Unknowns | null {
  if (unknowns === null) return null;
  const { variables } = unknowns;
  const isKnownAlready = written === null && !variables.has(name);
  const next = isKnownAlready ? variables : variables.with(name, written);
  if (next === variables) return unknowns;
  return { ...unknowns, variables: next, values: { name, written, before: unknowns.values } };
}

/** With a directory: see `Unknowns.directory`. */
export function withDirectory(
  unknowns: Unknowns | null,
  directory: string | null,
): Unknowns | null {
  return unknowns === null || unknowns.directory === directory
    ? unknowns
    : { ...unknowns, directory };
}

/** With a user: see `Unknowns.user`. */
export function withUser(unknowns: Unknowns | null, user: string | null): Unknowns | null {
  return unknowns === null || unknowns.user === user ? unknowns : { ...unknowns, user };
}

/**
 * A path of an instruction as far as it can be told; null: it is known. See `Unknowns.directory`.
 * @param directory the current one, where it is known
 * @param written as it is typed, with what is known of its variables put in
 * @param isKnown false: only the image can tell a variable in it
 */
export function openPath(
  unknowns: Unknowns | null,
  directory: string,
  { written, isKnown }: Written,
): string | null {
  if (unknowns === null || (isKnown && (written.startsWith("/") || unknowns.directory === null)))
    return null;
  // Whether it counts from the directory, its first variable decides.
  if (written.startsWith("/") || written.startsWith("$")) return written;
  const slash = /[^/.]\/$/.test(written) ? "/" : "";
  const joined = joinPaths(unknowns.directory ?? directory, written);
  return joined === "." ? "" : joined.replace(/\/$/, "") + slash;
}

/** A word as it is known. */
export interface Written {
  /** Expanded, or as it is typed where only the image can tell a variable in it. */
  readonly written: string;
  readonly isKnown: boolean;
}

/** An image's environment as far as it is known: see `Unknowns.variables`. */
export function knownEnvironment(
  unknowns: Unknowns | null,
  environment: OrderedMap<string>,
): OrderedMap<string> {
  return unknowns === null ? environment : OrderedMap.of(knownVariables(unknowns, environment));
}

/** The same, one after the other. */
export function* knownVariables(
  unknowns: Unknowns | null,
  environment: OrderedMap<string>,
): Generator<readonly [name: string, value: string]> {
  for (const [name, set] of environment) {
    const value = unknowns?.variables.get(name) ?? set;
    if (unknowns === null || value !== own(name)) yield [name, value];
  }
}

/** The words of an open path: see `openPath`. */
export function openPathWords(path: string): string {
  if (path === "") return say`the base image's directory`;
  return /^[/$]/.test(path) ? path : say`${path} in the base image's directory`;
}
