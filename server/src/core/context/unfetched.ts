/** What a context has in the place of files that git fetches apart. Paths are relative to it. */
export interface Unfetched {
  /** Folders of submodules in which nothing is. */
  readonly submodules: readonly string[];
  /** Files that hold a pointer of Git LFS. */
  readonly pointers: readonly string[];
}
