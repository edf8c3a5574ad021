/**
 * The content digest of a selection: equal exactly when the builder's own content digest is.
 * The bytes that are hashed are ours, not the builder's; only the equalities are the same.
 *
 * BuildKit (`cache/contenthash/filehash.go`, `checksum.go`) hashes type, permission bits, owner,
 * size, link target, device numbers and bytes of each file, and in a directory the names; never a
 * time, nor the name of a single file. The classic builder (`copy.go walkSource`, tarsum) hashes
 * the same with every file's full path, and follows the links that it meets.
 * Extended attributes are part of both hashes and cannot be seen from here.
 */
import type { Digest, HostError } from "../host.js";
import { classicPart } from "./classicDigest.js";
import type { FileTree } from "./fileTree.js";
import { buildkitPart } from "./folderDigest.js";
import { failsStep, type Selection, type SourceSelection } from "./selection.js";

export type ContentDigest =
  | { readonly kind: "known"; readonly digest: string }
  /** These files must be hashed first (`ContextReader.hash`); then ask again. Paths of the tree. */
  | { readonly kind: "needed"; readonly paths: readonly string[] }
  /** The builder could not read these either; the build fails. */
  | { readonly kind: "unreadable"; readonly errors: readonly HostError[] }
  /** The selection has an error: the build fails at this instruction. */
  | { readonly kind: "invalid" }
  /** A part of it is made before the build, and is not there. */
  | { readonly kind: "absent" }
  /** Files changed that the engine holds already, or has forgotten: only a build can tell. */
  | { readonly kind: "perhaps-sent" };

/**
 * The digest of what `selection` selects in `tree`, the tree it was made from. Folders, and parts of
 * them, that are the same objects as before are not looked into again: the cost follows what changed.
 */
export function contentDigest(tree: FileTree, selection: Selection, digest: Digest): ContentDigest {
  if (selection.problems.some(failsStep)) return { kind: "invalid" };
  const work = { tree, digest, needed: new Set<string>(), errors: new Map<string, HostError>() };
  const partOf = { buildkit: buildkitPart, classic: classicPart }[selection.builder];
  const known = new Map<SourceSelection, string | null>();
  const parts = selection.digestOrder.map((index) => {
    const source = selection.sources[index];
    if (source === undefined) return "";
    let part = known.get(source);
    if (part === undefined) {
      part = partOf(work, source.hashed);
      known.set(source, part);
    }
    return part;
  });
  // What a wildcard does not match is no source of the classic builder.
  const counted = { buildkit: parts, classic: parts.filter((part) => part !== "") }[
    selection.builder
  ];
  if (work.errors.size > 0) return { kind: "unreadable", errors: [...work.errors.values()] };
  if (work.needed.size > 0) return { kind: "needed", paths: [...work.needed] };
  return { kind: "known", digest: digest(counted.join("\0")) };
}
