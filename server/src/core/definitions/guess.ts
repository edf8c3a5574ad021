/**
 * Which folder a Dockerfile is built in where nothing says so: of its own folder and those above it
 * the one in which the fewest of the files are missing that it names.
 */
import type { Read } from "../analysis/read.js";
import type { Known } from "../host.js";
import { parentPath } from "../text/paths.js";
import type { NamedSources } from "./namedSources.js";

export type Guess =
  | { readonly kind: "guessed"; readonly folder: string }
  /** Nothing of what it takes has a name: any folder would be as wrong as another. */
  | { readonly kind: "open" }
  /** What the guess turns on is not known yet. */
  | { readonly kind: "pending" };

/**
 * @param folders absolute, the Dockerfile's own first, then one above the other; at least one
 */
export function guessFolder(
  sources: NamedSources,
  folders: readonly [string, ...string[]],
  read: Read,
): Guess {
  const [own] = folders;
  const { literals, globs, mentioned, takesAll, takesUnnamed } = sources;
  if (takesUnnamed && literals.length === 0 && globs.length === 0 && !takesAll)
    return { kind: "open" };
  const asked = askedPaths(sources);
  if (folders.length === 1 || asked.length === 0) return { kind: "guessed", folder: own };
  const answers = folders.map((folder) => read({ kind: "present", folder, paths: asked }));
  if (answers.some(({ kind }) => kind === "pending")) return { kind: "pending" };
  const present = answers.map(presentIn);
  const nearestWith = (paths: readonly string[]): string | undefined =>
    folders.find((_, at) => paths.some((path) => present[at]?.has(path)));
  const best = (paths: readonly string[]): { readonly folder: string; readonly count: number } => {
    const counts = present.map((there) => paths.filter((path) => there.has(path)).length);
    const count = Math.max(...counts);
    return { folder: folders[counts.indexOf(count)] ?? own, count };
  };
  if (literals.length > 0) {
    const found = best(literals);
    if (found.count > 0) return { kind: "guessed", folder: found.folder };
    return { kind: "guessed", folder: best(parentsOf(literals)).folder };
  }
  const folder =
    nearestWith(globs) ??
    (takesAll ? (nearestWith(mentioned) ?? nearestWith(manifests)) : undefined) ??
    own;
  return { kind: "guessed", folder };
}

/** What tells a project's folder from one that holds nothing but Dockerfiles. */
const manifests = (
  "package.json go.mod Cargo.toml pyproject.toml requirements.txt setup.py Pipfile pom.xml build.gradle " +
  "build.gradle.kts Gemfile composer.json mix.exs CMakeLists.txt Makefile deno.json *.sln *.csproj " +
  "Package.swift pubspec.yaml build.sbt stack.yaml index.html .dockerignore"
).split(" ");

function askedPaths({ literals, globs, mentioned, takesAll }: NamedSources): readonly string[] {
  if (literals.length > 0) return [...new Set([...literals, ...parentsOf(literals)])];
  return takesAll ? [...globs, ...mentioned, ...manifests] : globs;
}

/** The folders that the paths are in, each once. */
function parentsOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.map(parentPath))].filter((path) => path !== "");
}

function presentIn(answer: Known<ReadonlySet<string>>): ReadonlySet<string> {
  return answer.kind === "known" ? answer.value : new Set();
}
