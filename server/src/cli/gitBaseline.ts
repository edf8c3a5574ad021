/**
 * A git commit as the baseline: the build of its Dockerfile on its files, taken to be in the cache.
 * The commit is read from git's objects, never checked out.
 */
import { realpathSync } from "node:fs";
import path from "node:path";
import type { Analysis, ContextState } from "../core/analysis/analyse.js";
import { contextPlace } from "../core/build/definition.js";
import { recordBuild } from "../core/cache/record.js";
import type { Baseline } from "../core/cache/records.js";
import { addBuild, emptyBaseline, emptyState, lastBuild } from "../core/cache/state.js";
import { gitMode, gitNotion } from "../core/context/gitNotion.js";
import { type ListedFile, listedTree } from "../core/context/listedTree.js";
import type { HostError, Result } from "../core/host.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import { sha256 } from "../host/digest.js";
import { type GitEntry, type GitRepository, openGit } from "../host/git.js";
import { pathInside } from "../host/paths.js";
import { contextState, ignoreMatcher, ignorePaths, ignoreProblems } from "../host/project.js";
import { type SimulateArguments, UsageError } from "./arguments.js";
import type { CliIo } from "./command.js";
import { analyseState, type CliProject, hashProject } from "./project.js";

/** Predicts the project against the commit that `args.against` names. Errors: `UsageError`. */
export async function predictAgainstGit(
  project: CliProject,
  args: SimulateArguments,
  io: CliIo,
): Promise<Analysis> {
  const { definition } = project;
  if (definition.dockerfile.kind === "inline") {
    throw new UsageError("a Dockerfile from stdin cannot be compared with a commit");
  }
  const repository = got(await openGit(contextPlace(definition)), `--against ${args.against}: `);
  const commit = got(await repository.commit(args.against), "--against: ");
  const folder = insideOf(repository, contextPlace(definition), "the context");
  const dockerfile = insideOf(repository, definition.dockerfile.path, "the Dockerfile");

  const current = (baseline: Baseline): Analysis =>
    analyseState(project, workingState(project), baseline);
  const none = emptyBaseline(sha256);
  await hashProject(project, () => current(none));

  const text = got(await repository.read(commit, dockerfile), "");
  const label = `${args.against} (${commit.slice(0, 10)})`;
  if (text === null) {
    io.error(`stratacast simulate: ${label} has no ${dockerfile}: nothing to compare with`);
    return current({ ...none, kind: "git", label });
  }
  const state = await stateOf(repository, { commit, folder, dockerfile }, project);
  const before = analyseState(
    { ...project, dockerfile: parseDockerfile(text.toString("utf8")) },
    state,
    none,
  );
  const recorded = recordBuild({
    graph: before.graph,
    keys: before.keys,
    tree: state.tree,
    digest: sha256,
    at: 0,
  });
  return current({
    ...lastBuild(addBuild(emptyState, recorded), definition, sha256),
    kind: "git",
    label,
  });
}

/** The context on disk, as git would keep it. */
function workingState({ context }: CliProject): ContextState {
  const { entryCount, problems } = context.state(null);
  return contextState(gitNotion(context.reader.tree), entryCount, problems);
}

interface CommitPlace {
  readonly commit: string;
  /** Relative to the repository's root, as the Dockerfile. */
  readonly folder: string;
  readonly dockerfile: string;
}

async function stateOf(
  repository: GitRepository,
  { commit, folder, dockerfile }: CommitPlace,
  project: CliProject,
): Promise<ContextState> {
  const { builder } = project.definition;
  const listed = await repository.list(commit, folder);
  // A context that the commit does not have is an empty one.
  const entries = listed.ok ? listed.value : [];
  const changed = got(await repository.changed(commit, folder), "");
  const links = got(
    await repository.blobs(entries.filter(({ kind }) => kind === "symlink").map(({ id }) => id)),
    "",
  );
  const places = { dockerfile: `/${dockerfile}`, folder: `/${folder}`, builder };
  let ignoreText: string | null = null;
  let ignorePath: string | null = null;
  for (const file of ignorePaths(places)) {
    const bytes = got(await repository.read(commit, path.posix.relative("/", slashed(file))), "");
    if (bytes === null) continue;
    ignoreText = bytes.toString("utf8");
    ignorePath = file;
    break;
  }
  const ignore = ignoreMatcher(ignoreText, builder);
  const working = project.context.reader.tree;
  const files = entries.flatMap((entry): readonly ListedFile[] => {
    if (entry.kind === "submodule" || ignore.isIgnored(entry.path)) return [];
    const now = working.lookup(entry.path);
    const identity = now?.kind === "file" ? working.identityOf(now) : null;
    // What git holds to be the same is the same, whatever line ends and filters did to its bytes.
    const isSame = now !== null && identity !== null && !changed.has(entry.path);
    return [listedFile(entry, links, isSame ? { identity, size: now.size } : null)];
  });
  const tree = listedTree(files, ignore.isIgnored);
  return contextState(tree, tree.entryCount, ignoreProblems(ignorePath, ignore));
}

function listedFile(
  { path: file, kind, id, size, isExecutable }: GitEntry,
  links: ReadonlyMap<string, Buffer>,
  same: { readonly identity: string; readonly size: number } | null,
): ListedFile {
  if (kind === "symlink") {
    return { path: file, kind, linkTarget: links.get(id)?.toString("utf8") ?? "" };
  }
  return {
    path: file,
    mode: gitMode(isExecutable),
    size: same?.size ?? size,
    identity: same?.identity ?? id,
  };
}

function insideOf({ root }: GitRepository, file: string, what: string): string {
  const inside = pathInside(realpathSync(root), realpathSync(file));
  if (inside === null) throw new UsageError(`--against: ${what} is not in the repository ${root}`);
  return inside;
}

function slashed(file: string): string {
  return file.split(path.sep).join("/");
}

function got<T>(result: Result<T>, before: string): T {
  if (result.ok) return result.value;
  throw new UsageError(before + reason(result.error));
}

function reason({ code, message, path: place }: HostError): string {
  return code === "ENOREPO" ? `${place} ${message}` : message;
}
