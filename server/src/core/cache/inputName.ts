/**
 * What a step takes, by name: the result that it stands on, the content of files, a download. Two
 * steps of one definition are the same to the cache where the names of their inputs are. The texts
 * are what keys are made of and what the state keeps; they are written and read here alone.
 */
export type InputName =
  /** What a step leaves, by its key. */
  | { readonly kind: "step"; readonly key: string }
  | { readonly kind: "image"; readonly identity: string }
  /** An image of which nothing is known but what it is called: another name may lead to it, too. */
  | { readonly kind: "reference"; readonly name: string }
  | { readonly kind: "scratch" }
  /** The files of a `--build-context`, where a stage starts with them. */
  | { readonly kind: "folder"; readonly context: string }
  /** A named context that only the builder gets. */
  | { readonly kind: "elsewhere"; readonly context: string }
  /** Files of which every byte is known; null: the builder itself cannot take them. */
  | { readonly kind: "content"; readonly digest: string | null }
  /**
   * Files that a build alone can tell, by what makes them. `over`: what is known to lie over that, so
   * that of equal makers another one is other content; null: nothing is that sure.
   */
  | { readonly kind: "partial"; readonly made: string; readonly over: string | null }
  /** A document in the Dockerfile itself; `isOpen`: what an image sets that is not known stands in it. */
  | { readonly kind: "inline"; readonly digest: string; readonly isOpen?: true }
  /** What an address answers. */
  | { readonly kind: "address"; readonly url: string }
  /** A download of known content. */
  | { readonly kind: "checksum"; readonly checksum: string }
  /** The commit, how much of it is kept, the folder in it. */
  | { readonly kind: "git"; readonly tree: string }
  /** Files of the build context that are not known, or not there. */
  | { readonly kind: "context"; readonly state: ContextState }
  /** Files of the very thing that the step stands on. */
  | { readonly kind: "root" }
  /** Files of a stage that is not built. */
  | { readonly kind: "nothing" };

const openMark = "?";

type ContextState = (typeof contextStates)[number];

const contextStates = ["unread", "pending", "missing"] as const;

/** The text of a name; `readName` reads it again. */
export function nameText(name: InputName): string {
  switch (name.kind) {
    case "step":
      return name.key;
    case "image":
      return `image:${name.identity}`;
    case "reference":
      return `reference:${name.name}`;
    case "folder":
    case "elsewhere":
      return `${name.kind}:${name.context}`;
    case "content":
      return `content:${name.digest ?? "none"}`;
    case "partial":
      return name.over === null ? `partial:${name.made}` : `over:${name.over}:${name.made}`;
    case "inline":
      return `inline:${name.isOpen === true ? openMark : ""}${name.digest}`;
    case "address":
      return `remote:${name.url}`;
    case "checksum":
      return `remote:${name.checksum}`;
    case "git":
      return `git:${name.tree}`;
    case "context":
      return `context:${name.state}`;
    case "scratch":
    case "root":
    case "nothing":
      return name.kind;
  }
}

/** The name of a text; what is nothing else is a step's key. */
export function readName(text: string): InputName {
  const colon = text.indexOf(":");
  if (colon < 0) {
    return text === "scratch" || text === "root" || text === "nothing"
      ? { kind: text }
      : { kind: "step", key: text };
  }
  const rest = text.slice(colon + 1);
  const kind = text.slice(0, colon);
  switch (kind) {
    case "image":
      return { kind, identity: rest };
    case "reference":
      return { kind, name: rest };
    case "folder":
    case "elsewhere":
      return { kind, context: rest };
    case "content":
      return { kind, digest: rest === "none" ? null : rest };
    case "partial":
      return { kind, made: rest, over: null };
    case "over": {
      const end = rest.indexOf(":");
      return { kind: "partial", made: rest.slice(end + 1), over: rest.slice(0, end) };
    }
    case "inline":
      return rest.startsWith(openMark)
        ? { kind, digest: rest.slice(openMark.length), isOpen: true }
        : { kind, digest: rest };
    case "remote":
      return downloadName(rest);
    case "git":
      return { kind, tree: rest };
    case "context": {
      const state = contextStates.find((known) => known === rest);
      return state === undefined ? { kind: "step", key: text } : { kind, state };
    }
    default:
      return { kind: "step", key: text };
  }
}

/** @param what the checksum of a download where it is known, else its address */
export function downloadName(what: string): InputName {
  return what.startsWith("sha256:")
    ? { kind: "checksum", checksum: what }
    : { kind: "address", url: what };
}

export function isSameName(a: InputName | undefined, b: InputName | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || (a.kind === b.kind && nameText(a) === nameText(b));
}

/**
 * Of an image of which nothing is known, what another tag or another registry leaves as it is: two that differ in
 * those alone may be the same image.
 * @param name a reference with its platform
 */
export function lastNameOf(name: string): string {
  const [path = ""] = name.split("@", 1);
  const [last = ""] = path.slice(path.lastIndexOf("/") + 1).split(":", 1);
  return last;
}

/**
 * Content that only a build has seen goes by the step or the image that it comes from: two such
 * names can stand for the same bytes, which is all that BuildKit compares.
 */
export function mayBeEqual(a: InputName, b: InputName): boolean {
  if (isSameName(a, b)) return true;
  // A variable of the image in the one may have the value that stands in the other.
  if (a.kind === "inline" && b.kind === "inline") return a.isOpen !== b.isOpen;
  const isSeen = a.kind === "content" && b.kind === "content";
  const isOther =
    a.kind === "partial" &&
    b.kind === "partial" &&
    a.made === b.made &&
    a.over !== null &&
    b.over !== null;
  return mayEqualOthers(a) && mayEqualOthers(b) && !isSeen && !isOther;
}

/** True where another name may stand for the same bytes. */
export function mayEqualOthers({ kind }: InputName): boolean {
  return kind === "content" || kind === "partial";
}
