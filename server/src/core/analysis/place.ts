/** Where the files lie that a build takes: nothing above the contexts knows the difference. */
import type { CommitFacts } from "../world/facts.js";

export type Place =
  /** In the folders that the definition names. */
  | { readonly kind: "disk" }
  /** In a commit, which is read from git's objects and never checked out. */
  | { readonly kind: "commit"; readonly commit: CommitFacts };

export const onDisk: Place = { kind: "disk" };
