/** What the text of a context names, as `docker build` and Bake spell it. */
import type { ContextSource, DockerfileSource } from "../build/definition.js";

/**
 * The main context: a folder or an address. Images and the targets of other builds are for named ones: as
 * the main one their words are the path of a folder. Source: docker/buildx, build/build.go `loadInputs`.
 *
 * @param resolve the absolute path of a folder as it is written
 */
export function readMainContext(text: string, resolve: (folder: string) => string): ContextSource {
  if (/^(?:https?|git|ssh):\/\/|^git@|^github\.com\//.test(text)) return { kind: "git", url: text };
  return { kind: "path", folder: resolve(text) };
}

/**
 * A named context.
 *
 * @param resolve the absolute path of a folder as it is written
 * @param linked the id of another definition as it is written
 */
export function readContextSource(
  text: string,
  resolve: (folder: string) => string,
  linked: (name: string) => Extract<ContextSource, { kind: "build" }>["id"],
): ContextSource {
  const image = /^docker-image:\/\/(.+)$/.exec(text)?.[1];
  if (image !== undefined) return { kind: "image", reference: image };
  const target = /^target:(.+)$/.exec(text)?.[1];
  if (target !== undefined) return { kind: "build", id: linked(target), by: "linked" };
  // What is behind any other address is the builder's to find out, as a repository is.
  if (/^[a-z][a-z0-9+.-]+:\/\/|^git@|^github\.com\//.test(text)) return { kind: "git", url: text };
  return { kind: "path", folder: resolve(text) };
}

/**
 * Where the Dockerfile of a build is: the builder fetches it with a context that is not on this machine,
 * unless its path is absolute. Source: docker/buildx, build/opt.go.
 * @param written null: no name is given
 */
export function dockerfileIn(
  context: ContextSource | null,
  written: string | null,
  resolve: (path: string) => string,
): DockerfileSource {
  const path = written ?? "Dockerfile";
  return context?.kind === "git" && !/^(?:[\\/]|[A-Za-z]:[\\/])/.test(path)
    ? { kind: "remote", path }
    : { kind: "file", path: resolve(path) };
}
