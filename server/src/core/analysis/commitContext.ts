/** The build context as a commit has it, under that commit's own ignore file. */
import { rulesOf } from "../build/builderRules.js";
import { type BuildDefinition, contextFolder } from "../build/definition.js";
import { nodeAt } from "../context/folder.js";
import { createIgnoreMatcher, ignoreNothing, readIgnoreFile } from "../context/ignoreFile.js";
import { type ListedFile, listedTree } from "../context/listedTree.js";
import { contextView } from "../files/contextInput.js";
import { type Digest, type Known, known } from "../host.js";
import { joinPath } from "../text/paths.js";
import type { CommitFacts, CommitFiles, Listing, NeedOf } from "../world/facts.js";
import type { ContextState } from "./analyse.js";
import { ignoreProblems } from "./contextStates.js";
import type { Read } from "./read.js";

/** The commit that a ref names, for a definition; null: its Dockerfile or context is in no file. */
export function commitNeed(definition: BuildDefinition, ref: string): NeedOf<"commit"> | null {
  const folder = contextFolder(definition);
  if (folder === null || definition.dockerfile.kind === "inline") return null;
  return { kind: "commit", ref, folder, file: definition.dockerfile.path };
}

export interface CommitContext {
  readonly definition: BuildDefinition;
  readonly commit: CommitFacts;
  /** The working tree: what git holds to be unchanged is the same, whatever its bytes became. */
  readonly working: Listing;
  readonly digest: Digest;
}

/** null: not known, or not yet. */
export function commitContext(context: CommitContext, read: Read): ContextState | null {
  const { repository, commit, folder } = context.commit;
  const files = read({ kind: "commitFiles", repository, commit, folder });
  const ignored = ignoreFile(context, read);
  if (files.kind !== "known" || ignored.kind !== "known") return null;
  return stateOf(context, files.value, ignored.value);
}

interface IgnoreFile {
  readonly path: string;
  readonly text: string;
}

/** The commit's own ignore file that the builder takes; null: it has none. */
function ignoreFile(
  { definition, commit: { repository, commit, folder, file } }: CommitContext,
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

function stateOf(
  { definition: { builder }, commit: { system }, working, digest }: CommitContext,
  { files, changed }: CommitFiles,
  ignored: IgnoreFile | null,
): ContextState {
  const ignore =
    ignored === null
      ? ignoreNothing(builder)
      : createIgnoreMatcher(readIgnoreFile(ignored.text), builder, system);
  const kept = files
    .filter(({ path }) => !ignore.isIgnored(path))
    .map((file): ListedFile => {
      if (file.kind === "symlink") return file;
      const now = nodeAt(working.tree.root, file.path);
      // What git holds to be the same is the same, whatever line ends and filters did to its bytes.
      const isSame = now?.kind === "file" && now.identity !== null && !changed.has(file.path);
      return isSame ? { ...file, size: now.size, identity: now.identity } : file;
    });
  const tree = listedTree(kept, ignore.isIgnored);
  return {
    tree,
    view: contextView(tree, digest),
    checkout: null,
    entryCount: tree.root.entryCount,
    problems: ignoreProblems(ignored?.path ?? null, ignore.problems),
  };
}
