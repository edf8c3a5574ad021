/**
 * File ops: what COPY, ADD, WORKDIR and inline documents do without a container. Sources:
 * solver/llbsolver/ops/file.go `CacheMap`, client/llb/fileop.go, solver/pb/ops.proto.
 */
import { goBaseName } from "../../text/paths.js";
import type { Dialect } from "./dialect.js";
import { base64, filled, goJson } from "./goJson.js";
import { Inputs, type Op, type Parts, type Vertex } from "./op.js";

/** One change of files, written; `source` is what it takes files from, for a copy. */
export interface FileAction {
  readonly fields: ActionFields;
  readonly source: Vertex;
}

/** Those that are read again. */
type ActionFields = Partial<
  Readonly<
    Record<
      | "src"
      | "dest"
      | "path"
      | "owner"
      | "mode"
      | "modeStr"
      | "data"
      | "timestamp"
      | "include_patterns"
      | "exclude_patterns"
      | "attemptUnpackDockerCompatibility",
      unknown
    >
  >
>;

/** Who a file belongs to; `user` and `group` null: not said. */
type OwnerPart = { readonly User: object } | undefined;

export interface Owner {
  readonly user: OwnerPart;
  readonly group: OwnerPart;
}

/** No time is set. Nanoseconds else. */
const noTime = -1;

/**
 * The op that does `actions` one after another.
 * @param root what the first of them changes
 */
export function fileOp(root: Vertex, actions: readonly FileAction[]): Op {
  const inputs = new Inputs();
  const base = inputs.add(root);
  const secondary = actions.map(({ source }) => inputs.add(source));
  const rows = actions.map((_, at): Row => {
    const input = at === 0 ? base : inputs.list.length + at - 1;
    return [input, secondary[at] ?? -1, at === actions.length - 1 ? 0 : -1];
  });
  const json = goJson({
    Type: "buildkit.file.v0",
    Actions: actions.map(({ fields }) => base64(goJson(fields))),
    ...(isDefault(rows) ? {} : { indexes: rows }),
  });
  const parts = () =>
    partsOf(
      actions.map(({ fields }) => fields),
      rows,
    );
  return { json, inputs: inputs.list, parts };
}

function partsOf(actions: readonly ActionFields[], rows: readonly Row[]): Parts {
  const all = (part: (fields: ActionFields) => unknown) => JSON.stringify(actions.map(part));
  // A directory belongs to the user at its place.
  const isDirectory = actions.every(({ path }) => path !== undefined);
  return {
    sources: all(({ src, include_patterns: include, data }) => [src, include, data]),
    destination: all(({ dest }) => dest),
    directory: all(({ path }) => path),
    [isDirectory ? "user" : "owner"]: all(({ owner }) => owner),
    mode: all(({ mode, modeStr }) => [mode, modeStr]),
    options: all((fields) => [fields.attemptUnpackDockerCompatibility, fields.exclude_patterns]),
    time: all(({ timestamp }) => timestamp),
    rows: JSON.stringify(rows),
  };
}

/** What an action changes, what it takes files from, and which output it is. */
type Row = readonly [input: number, secondaryInput: number, output: number];

/**
 * True where BuildKit leaves the rows out, for keys from before it had them. It counts the actions
 * where it could count the inputs: file.go `checkIndexes`.
 */
function isDefault(rows: readonly Row[]): boolean {
  return rows.every(
    ([input, secondary, output], at) =>
      input === (at === 0 ? 0 : rows.length + at - 1) &&
      (secondary === -1 || secondary === 1) &&
      output === (at === rows.length - 1 ? 0 : -1),
  );
}

export interface Copied {
  /** Absolute; the action holds its last name, the selector the rest. */
  readonly path: string;
  readonly destination: string;
  readonly owner: Owner | null;
  /** `--chmod` as typed; empty: not given. */
  readonly mode: string;
  readonly unpack: boolean;
}

/** Of a copy by paths, which may hold wildcards. */
export interface Search {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** @param search null: of one thing, a document, a download, a repository */
export function copyAction(
  source: Vertex,
  copied: Copied,
  search: Search | null,
  dialect: Dialect,
): FileAction {
  const { mode, modeStr } = writtenMode(copied.mode, dialect);
  const searches = search !== null;
  const fields = filled({
    src: goBaseName(copied.path),
    dest: copied.destination,
    owner: writtenOwner(copied.owner),
    mode,
    followSymlink: searches,
    dirCopyContents: searches,
    attemptUnpackDockerCompatibility: copied.unpack,
    createDestPath: true,
    allowWildcard: searches,
    allowEmptyWildcard: searches,
    timestamp: noTime,
    include_patterns: search?.include,
    exclude_patterns: search?.exclude,
    modeStr,
  });
  return { fields, source };
}

export interface NewDirectory {
  readonly path: string;
  readonly mode: number;
  readonly makeParents: boolean;
  readonly owner: Owner | null;
  /** Nanoseconds since 1970; null: not set. */
  readonly time: number | null;
}

export function makeDirectory({ path, mode, makeParents, owner, time }: NewDirectory): FileAction {
  const timestamp = time ?? noTime;
  const fields = filled({ path, mode, makeParents, owner: writtenOwner(owner), timestamp });
  return { fields, source: null };
}

/** A document of the Dockerfile as a file of its own, alone on an empty file system. */
export function documentOp(name: string, content: string, mode: number): Op {
  const data = base64(content);
  const fields = filled({ path: `/${name}`, mode, data, timestamp: noTime });
  return fileOp(null, [{ fields, source: null }]);
}

/**
 * Reads `user[:group]` as COPY --chown and USER have it: client/llb/fileop.go `WithUser`.
 * @returns null: nobody is named
 */
export function ownerOf(text: string, dialect: Dialect): Owner | null {
  if (text === "") return null;
  const [user = "", group] = text.split(/:(.*)/s, 2);
  return {
    user: ownerPart(user, dialect),
    group: group === undefined ? undefined : ownerPart(group, dialect),
  };
}

export function numericOwner(uid: number, gid: number, dialect: Dialect): Owner {
  return { user: byNumber(uid, dialect), group: byNumber(gid, dialect) };
}

function ownerPart(name: string, dialect: Dialect): OwnerPart {
  if (name === "" || name === "root") return byNumber(0, dialect);
  if (/^\d+$/.test(name)) return byNumber(Number(name), dialect);
  return { User: { [dialect.owners.byName]: dialect.writesZeros ? { name, input: 0 } : { name } } };
}

function byNumber(id: number, dialect: Dialect): OwnerPart {
  const { byNumber: key } = dialect.owners;
  return { User: key === "ByID" ? { [key]: id } : filled({ [key]: id }) };
}

function writtenOwner(owner: Owner | null): Partial<Owner> | undefined {
  return owner === null ? undefined : filled(owner);
}

/** Symbolic modes are kept as typed. */
function writtenMode(
  typed: string,
  { keepsSymbolicModes }: Dialect,
): { readonly mode: number; readonly modeStr: string } {
  if (/^[0-7]+$/.test(typed)) return { mode: Number.parseInt(typed, 8), modeStr: "" };
  return typed === "" || !keepsSymbolicModes
    ? { mode: -1, modeStr: "" }
    : { mode: 0, modeStr: typed };
}
