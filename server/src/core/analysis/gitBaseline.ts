/**
 * A git commit as the baseline: a build of its Dockerfile on its files, taken to be in the cache. It
 * is an analysis of another place, whose needs are ours.
 */
import { rulesOf } from "../build/builderRules.js";
import { contextFolder } from "../build/definition.js";
import { recordBuild } from "../cache/record.js";
import type { Baseline } from "../cache/records.js";
import { addBuild, emptyBaseline, emptyState, lastBuild } from "../cache/state.js";
import { createIgnoreMatcher, ignoreNothing, readIgnoreFile } from "../context/ignoreFile.js";
import { type ListedFile, listedTree } from "../context/listedTree.js";
import { contextView } from "../files/contextInput.js";
import { type Digest, type Known, known } from "../host.js";
import { parseDockerfile } from "../syntax/parse.js";
import { joinPath } from "../text/paths.js";
import type { CommitFacts, CommitFiles, Listing, NeedOf } from "../world/facts.js";
import { type Analysis, analyseInput, type ContextState } from "./analyse.js";
import { ignoreProblems } from "./contextStates.js";
import type { Read } from "./read.js";
import { notKnown } from "./unknownBaseline.js";

export interface GitChoice {
  readonly ref: string;
  /** The working tree: what git holds to be unchanged is the same, whatever its bytes became. */
  readonly listing: Listing;
  readonly digest: Digest;
}

/** The commit that a ref names, for an analysis; null: its Dockerfile or context is in no file. */
export function commitNeed(
  { graph: { definition } }: Pick<Analysis, "graph">,
  ref: string,
): NeedOf<"commit"> | null {
  const folder = contextFolder(definition);
  if (folder === null || definition.dockerfile.kind === "inline") return null;
  return { kind: "commit", ref, folder, file: definition.dockerfile.path };
}

/** @param analysis of the working tree as git would keep it */
export function gitBaseline(analysis: Analysis, choice: GitChoice, read: Read): Baseline {
  const { digest } = choice;
  const none = emptyBaseline(digest);
  const need = commitNeed(analysis, choice.ref);
  const commit = need === null ? null : read(need);
  if (commit?.kind !== "known") return notKnown(none, commit?.kind ?? "unknown");
  const { repository, commit: id, folder, file } = commit.value;
  const label = `${choice.ref} (${id.slice(0, 10)})`;
  const text = read({ kind: "commitText", repository, commit: id, path: file });
  const files = read({ kind: "commitFiles", repository, commit: id, folder });
  const ignore = ignoreFile(analysis, commit.value, read);
  if (text.kind === "unknown" && text.reason === "missing") return { ...none, kind: "git", label };
  if (text.kind !== "known" || files.kind !== "known" || ignore.kind !== "known")
    return notKnown(none, [text, files, ignore].some(isUnknown) ? "unknown" : "pending");
  const { input } = analysis;
  const context = commitState(files.value, commit.value, ignore.value, analysis, choice);
  const before = analyseInput({
    ...input,
    dockerfile: parseDockerfile(text.value),
    context,
    baseline: none,
  });
  const build = recordBuild({
    graph: before.graph,
    keys: before.keys,
    tree: context.tree,
    digest,
    at: 0,
  });
  const last = lastBuild(addBuild(emptyState, build), input.definition, digest);
  return { ...last, kind: "git", label };
}

function isUnknown({ kind }: Known<unknown>): boolean {
  return kind === "unknown";
}

interface IgnoreFile {
  readonly path: string;
  readonly text: string;
}

/** The commit's own ignore file that the builder takes; null: it has none. */
function ignoreFile(
  { graph: { definition } }: Analysis,
  { repository, commit, folder, file }: CommitFacts,
  read: Read,
): Known<IgnoreFile | null> {
  const own = rulesOf(definition.builder).readsOwnIgnoreFile ? [`${file}.dockerignore`] : [];
  for (const path of [...own, joinPath(folder, ".dockerignore")]) {
    const text = read({ kind: "commitText", repository, commit, path });
    if (text.kind === "known") return known({ path, text: text.value });
    if (text.kind === "pending" || text.reason !== "missing") return text;
  }
  return known(null);
}

function commitState(
  { files, changed }: CommitFiles,
  { system }: CommitFacts,
  ignored: IgnoreFile | null,
  { graph: { definition } }: Analysis,
  { listing, digest }: GitChoice,
): ContextState {
  const { builder } = definition;
  const ignore =
    ignored === null
      ? ignoreNothing(builder)
      : createIgnoreMatcher(readIgnoreFile(ignored.text), builder, system);
  const working = listing.tree;
  const kept = files
    .filter(({ path }) => !ignore.isIgnored(path))
    .map((file): ListedFile => {
      if (file.kind === "symlink") return file;
      const now = working.lookup(file.path);
      const identity = now?.kind === "file" ? working.identityOf(now) : null;
      // What git holds to be the same is the same, whatever line ends and filters did to its bytes.
      const isSame = now !== null && identity !== null && !changed.has(file.path);
      return isSame ? { ...file, size: now.size, identity } : file;
    });
  const tree = listedTree(kept, ignore.isIgnored);
  return {
    tree,
    view: contextView(tree, digest),
    checkout: null,
    entryCount: tree.entryCount,
    problems: ignoreProblems(ignored?.path ?? null, ignore.problems),
  };
}
