/** The options of `docker build` that a simulation takes besides the usual ones, checked. */
import type { BuildFlags } from "../core/build/buildFlags.js";
import { type ContextSource, contextName } from "../core/build/definition.js";
import { parseSize } from "../core/instructions/mount.js";
import { UsageError } from "./usageError.js";

export const flagUsage = `  --no-cache         every step runs again
  --label K=V        a label of the image; K alone has no value
  --network N        the network of RUN: default, none, host; classic: any
  --add-host H:IP    a host name that RUN can look up
  --shm-size SIZE    the shared memory of RUN, such as 64m
  --build-context N=C
                     files or image that N stands for: a folder, or
                     docker-image://REF`;

export const flagOptions = {
  "no-cache": { type: "boolean" },
  label: { type: "string", multiple: true },
  network: { type: "string" },
  "add-host": { type: "string", multiple: true },
  "shm-size": { type: "string" },
  "build-context": { type: "string", multiple: true },
} as const;

export interface FlagValues {
  readonly "no-cache"?: boolean | undefined;
  readonly label?: readonly string[] | undefined;
  readonly network?: string | undefined;
  readonly "add-host"?: readonly string[] | undefined;
  readonly "shm-size"?: string | undefined;
  readonly "build-context"?: readonly string[] | undefined;
}

/** Errors: `UsageError` for what docker refuses as well. */
export function readBuildFlags(values: FlagValues): BuildFlags {
  return {
    noCache: values["no-cache"] ?? false,
    labels: new Map((values.label ?? []).map(readLabel)),
    hosts: (values["add-host"] ?? []).map(readHost),
    network: values.network ?? "",
    sharedMemory: readSize(values["shm-size"] ?? "0"),
  };
}

/**
 * The named contexts of `--build-context`. Errors: `UsageError`, also for what can be built and not
 * be simulated.
 * @param resolve the absolute path of a folder
 */
export function readNamedContexts(
  values: FlagValues,
  resolve: (folder: string) => string,
): ReadonlyMap<string, ContextSource> {
  return new Map(
    (values["build-context"] ?? []).map((word) => {
      const [, name = "", value = ""] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
      const fail = (problem: string) => new UsageError(`--build-context "${word}": ${problem}`);
      if (name === "") throw fail("a name and what it stands for, as in files=../shared");
      if (!/^[a-z0-9]+(?:[._/:-]+[a-z0-9]+)*$/.test(name)) {
        throw fail(`"${name}" can name no image`);
      }
      if (/^(?:https?|git|ssh|oci-layout):\/\/|^git@|^target:/.test(value)) {
        throw fail("a folder or docker-image://REF, nothing else can be simulated");
      }
      const image = /^docker-image:\/\/(.+)$/.exec(value)?.[1];
      const source: ContextSource =
        image === undefined
          ? { kind: "path", folder: resolve(value) }
          : { kind: "image", reference: image };
      return [contextName(name), source];
    }),
  );
}

function readLabel(word: string): readonly [string, string] {
  const at = word.indexOf("=");
  const name = at < 0 ? word : word.slice(0, at);
  if (name.trim() === "") throw new UsageError(`--label "${word}": the name is missing`);
  return [name, at < 0 ? "" : word.slice(at + 1)];
}

/** The name of `name:address` or `name=address`: an address may have colons of its own. */
function readHost(word: string): string {
  const found = /^([^=]+)=./.exec(word) ?? /^([^:]+):./.exec(word);
  if (found?.[1] !== undefined) return found[1];
  throw new UsageError(`--add-host "${word}": a name and an address, as in db:10.0.0.1`);
}

function readSize(word: string): number {
  const size = parseSize(word);
  if (size === null) throw new UsageError(`--shm-size "${word}": a size such as 64m or 1g`);
  return size;
}
