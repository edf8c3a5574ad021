/**
 * What stands above an instruction in its stage: all that it can see and change there. A value: an
 * instruction hands on another one, or the very same object when it changes nothing.
 */
import { defaultPath, type ImageConfig } from "../image/config.js";
import type { OrderedMap } from "../image/orderedMap.js";
import type { OrderedEnvironment } from "./environment.js";
import { type Unknowns, withVariable } from "./unknowns.js";

export interface Scope {
  /** What RUN gets: ENV and ARG, the last assignment last. */
  readonly environment: OrderedEnvironment;
  /**
   * True where the last of it are the variables of the config, in the config's order, as far as that
   * is known: a stage that continues this one then need not set them again.
   */
  readonly endsAsSet: boolean;
  /** The last value of each ARG of this stage that got one; a parent stage's are included where the builder does. */
  readonly declaredArgs: OrderedMap<string>;
  readonly config: ImageConfig;
  /** The current directory as the key of a RUN has it: as typed. */
  readonly directory: string;
  /** True once this stage has its own CMD: ENTRYPOINT then leaves it alone. */
  readonly hasOwnCmd: boolean;
  /** null: the base image is known, or there is none. */
  readonly unknowns: Unknowns | null;
  /** Characters that long expansions of the file took so far: see `mostExpanded`. */
  readonly expanded: number;
}

/** The scope with these changes: the same object where they are none. */
export function changed(
  scope: Scope,
  {
    environment = scope.environment,
    endsAsSet = scope.endsAsSet,
    declaredArgs = scope.declaredArgs,
    config = scope.config,
    directory = scope.directory,
    hasOwnCmd = scope.hasOwnCmd,
    unknowns = scope.unknowns,
    expanded = scope.expanded,
  }: Partial<Scope>,
): Scope {
  const isSame =
    environment === scope.environment &&
    endsAsSet === scope.endsAsSet &&
    declaredArgs === scope.declaredArgs &&
    config === scope.config &&
    directory === scope.directory &&
    hasOwnCmd === scope.hasOwnCmd &&
    unknowns === scope.unknowns &&
    expanded === scope.expanded;
  return isSame
    ? scope
    : { environment, endsAsSet, declaredArgs, config, directory, hasOwnCmd, unknowns, expanded };
}

/** The scope with these changes of its image config: the same object where they are none. */
export function configured(scope: Scope, changes: Partial<ImageConfig>): Scope {
  return changed(scope, { config: updated(scope.config, changes, isSameValue) });
}

/** Both builders add a PATH; the classic one with the first image that it commits. */
export function withPath(scope: Scope): Scope {
  const { environment } = scope.config;
  if (environment.has("PATH")) return scope;
  return configured(scope, { environment: environment.with("PATH", defaultPath) });
}

function updated<T extends object>(
  value: T,
  changes: Partial<T>,
  isSame: (one: unknown, other: unknown) => boolean,
): T {
  const names = Object.keys(changes) as (keyof T)[]; // of nothing else
  return names.every((name) => isSame(value[name], changes[name]))
    ? value
    : { ...value, ...changes };
}

/** Command lines and checks are made anew by each instruction: equal ones are the same. */
function isSameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other)) return false;
  if (Array.isArray(one) && Array.isArray(other) && one.length !== other.length) return false;
  return JSON.stringify(one) === JSON.stringify(other);
}

/** False for the maps of a config, which are the same object where they are equal. */
function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/** The scope with a variable that an ENV or ARG sets. */
export function assigned(scope: Scope, { name, value, written = null }: Assigned): Scope {
  const unknowns = withVariable(scope.unknowns, name, written);
  const environment = scope.environment.with(name, value);
  // A name that was there moves, and keeps its place in the config.
  const isNew = scope.environment.get(name) === undefined;
  const endsAsSet = scope.endsAsSet && (isNew || environment === scope.environment);
  return changed(scope, { environment, endsAsSet, unknowns });
}

interface Assigned {
  readonly name: string;
  readonly value: string;
  readonly written?: string | null;
}

/** True where only the base image can tell what a variable is set to here. */
export function isOpenVariable({ unknowns, environment }: Scope, name: string): boolean {
  if (unknowns === null) return false;
  const written = unknowns.variables.get(name);
  return written === undefined ? environment.get(name) === undefined : written !== null;
}
