/**
 * Reads a conformance case: a text file that says in one sentence what it shows, then holds a build
 * context before and one or more changes to it. What the engine decides is not written here but
 * recorded; docs in test/conformance/README.md.
 */

export interface Case {
  /** Topic and name, such as `copy/one-file-edited`. */
  readonly name: string;
  readonly intent: string;
  readonly builders: readonly Builder[];
  readonly store: "graphdriver" | "containerd";
  /** How the engine is asked; each change may alter it. */
  readonly setup: readonly Operation[];
  readonly changes: readonly Change[];
}

export type Builder = "buildkit" | "classic";

export interface Change {
  /** What is changed, in words; empty when the case has none. */
  readonly title: string;
  readonly operations: readonly Operation[];
}

export type Operation =
  | FileOperation
  | { readonly kind: "target"; readonly value: string | null }
  | { readonly kind: "build-arg"; readonly name: string; readonly value: string | null }
  | { readonly kind: "option"; readonly value: string; readonly given: boolean }
  | { readonly kind: "file"; readonly value: string }
  | { readonly kind: "context"; readonly value: string }
  | { readonly kind: "base"; readonly instruction: string }
  | { readonly kind: "base-layer"; readonly mark: string };

export type FileOperation =
  | {
      readonly kind: "write";
      readonly path: string;
      readonly content: Content;
      readonly mode: number | null;
      readonly keepTime: boolean;
    }
  | { readonly kind: "mkdir"; readonly path: string; readonly mode: number | null }
  | { readonly kind: "symlink"; readonly path: string; readonly target: string }
  | { readonly kind: "hardlink"; readonly path: string; readonly target: string }
  | { readonly kind: "fifo"; readonly path: string }
  | {
      readonly kind: "edit";
      readonly path: string;
      readonly edit: TextEdit;
      readonly keepTime: boolean;
    }
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "chmod"; readonly path: string; readonly mode: number }
  | { readonly kind: "touch"; readonly path: string }
  | { readonly kind: "fresh-folder"; readonly sameName: boolean };

export type Content =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "archive";
      readonly entries: readonly ArchivedEntry[];
    };

/** As it stands in an archive; a name that ends in `/` is a folder's. */
export interface ArchivedEntry {
  readonly name: string;
  readonly text: string;
  /** Where a link leads; null: it is none. */
  readonly link: string | null;
  /** Another name in the archive of the same file. */
  readonly isHardLink: boolean;
  readonly mode: number | null;
  readonly uid: number;
  readonly gid: number;
}

export type TextEdit =
  | {
      readonly kind: "replace";
      readonly from: string;
      readonly to: string;
      readonly every: boolean;
    }
  | {
      readonly kind: "insert";
      readonly line: string;
      readonly where: "before" | "after";
      readonly at: string;
    }
  | { readonly kind: "append"; readonly line: string }
  | { readonly kind: "remove"; readonly line: string }
  | { readonly kind: "swap"; readonly first: string; readonly second: string };

/** @throws Error naming the case and the line when the text is not a case */
export function parseCase(name: string, text: string): Case {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const intent: string[] = [];
  const setup: Operation[] = [];
  const changes: { title: string; operations: Operation[] }[] = [];
  let builders: readonly Builder[] = ["buildkit", "classic"];
  let store: Case["store"] = "graphdriver";
  let at = 0;
  const fail = (problem: string): never => {
    throw new Error(`${name}.txt:${at}: ${problem}`);
  };

  for (; at < lines.length && !isHeading(lines[at]); at++) {
    const line = lines[at] ?? "";
    const setting = /^(builder|store): (.*)$/.exec(line);
    const [, key, value = ""] = setting ?? [];
    if (key === "builder") {
      if (value !== "buildkit" && value !== "classic") fail(`no such builder: ${value}`);
      else builders = [value];
    } else if (key === "store") {
      if (value !== "graphdriver" && value !== "containerd") fail(`no such store: ${value}`);
      else store = value;
    } else if (requestWord.test(line)) setup.push(parseOperation(line, fail));
    else intent.push(line);
  }
  let operations = setup;
  while (at < lines.length) {
    const heading = (lines[at] ?? "").slice(3, -3).trim();
    const body: string[] = [];
    at++;
    for (; at < lines.length && !isHeading(lines[at]); at++) body.push(lines[at] ?? "");
    const title = /^change(?:: (.*))?$/.exec(heading);
    if (title !== null) {
      operations = [];
      changes.push({ title: title[1] ?? "", operations });
      for (const line of body) if (line.trim() !== "") operations.push(parseOperation(line, fail));
    } else operations.push(parseSection(heading, body, fail));
  }
  if (intent.join("").trim() === "") fail("a case begins with a sentence that says what it shows");
  return { name, intent: intent.join(" ").trim(), builders, store, setup, changes };
}

type Fail = (problem: string) => never;

const requestWord = /^(target|build-arg|option|file|context|base|base-layer) /;

function isHeading(line: string | undefined): boolean {
  return line !== undefined && /^-- .+ --$/.test(line);
}

/** `-- path --`, `-- path mode=755 --`, `-- folder/ --`, `-- link -> target --`, `-- a.tar archive --` */
function parseSection(heading: string, body: readonly string[], fail: Fail): Operation {
  const link = new RegExp(`^${pathWord} -> (.*)$`).exec(heading);
  if (link !== null) return { kind: "symlink", path: pathOf(link[1]), target: link[2] ?? "" };
  const hardLink = new RegExp(`^${pathWord} => ${pathWord}$`).exec(heading);
  if (hardLink !== null)
    return { kind: "hardlink", path: pathOf(hardLink[1]), target: pathOf(hardLink[2]) };
  const [, first = "", rest = ""] = new RegExp(`^${pathWord}(.*)$`).exec(heading) ?? [];
  const path = pathOf(first);
  const words = rest.split(" ").filter((word) => word !== "");
  let mode: number | null = null;
  let text = body.map((line) => `${line}\n`).join("");
  let content: Content | null = null;
  for (const word of words) {
    const octal = /^mode=([0-7]+)$/.exec(word)?.[1];
    if (octal !== undefined) mode = Number.parseInt(octal, 8);
    else if (word === "crlf") text = text.replaceAll("\n", "\r\n");
    else if (word === "unterminated") text = text.slice(0, -1);
    else if (word === "fifo") return { kind: "fifo", path };
    else if (word === "archive") {
      content = { kind: "archive", entries: body.map(archivedEntry) };
    } else fail(`what is "${word}"?`);
  }
  if (path.endsWith("/")) return { kind: "mkdir", path: path.slice(0, -1), mode };
  return { kind: "write", path, content: content ?? { kind: "text", text }, mode, keepTime: false };
}

/** `name = text`, `folder/`, `name -> target`, `name => other`; `mode=755` and `owner=5:6` behind the name. */
function archivedEntry(line: string): ArchivedEntry {
  const [, head = "", sign = "", rest = ""] = /^(.*?)(?: (=>|->|=) (.*))?$/s.exec(line) ?? [];
  const [, name = head, words = ""] = /^(.*?)((?: (?:mode|owner)=\S+)*)$/.exec(head) ?? [];
  const mode = /mode=([0-7]+)/.exec(words)?.[1];
  const [, uid = "0", gid = "0"] = /owner=(\d+):(\d+)/.exec(words) ?? [];
  return {
    name,
    text: sign === "=" ? rest : "",
    link: sign === "->" || sign === "=>" ? rest : null,
    isHardLink: sign === "=>",
    mode: mode === undefined ? null : Number.parseInt(mode, 8),
    ...{ uid: Number(uid), gid: Number(gid) },
  };
}

const quoted = String.raw`("(?:[^"\\]|\\.)*")`;
/** One with a blank in it stands in quotes. */
const pathWord = String.raw`("(?:[^"\\]|\\.)*"|\S+)`;

function pathOf(word = ""): string {
  return word.startsWith('"') ? text(word) : word;
}

/** Each form of a change line, and the operation it means. */
const forms: readonly (readonly [RegExp, (words: readonly string[]) => Operation])[] = [
  form(`in (\\S+) replace (every )?${quoted} with ${quoted}( keeping its time)?`, (w) =>
    edit(w, 0, { kind: "replace", from: text(w[2]), to: text(w[3]), every: w[1] !== "" }),
  ),
  form(`in (\\S+) insert ${quoted} (before|after) ${quoted}( keeping its time)?`, (w) =>
    edit(w, 0, {
      kind: "insert",
      line: text(w[1]),
      where: w[2] === "before" ? "before" : "after",
      at: text(w[3]),
    }),
  ),
  form(`in (\\S+) append ${quoted}( keeping its time)?`, (w) =>
    edit(w, 0, { kind: "append", line: text(w[1]) }),
  ),
  form(`in (\\S+) remove ${quoted}( keeping its time)?`, (w) =>
    edit(w, 0, { kind: "remove", line: text(w[1]) }),
  ),
  form(`in (\\S+) swap ${quoted} and ${quoted}( keeping its time)?`, (w) =>
    edit(w, 0, { kind: "swap", first: text(w[1]), second: text(w[2]) }),
  ),
  form(`write ${pathWord} ${quoted}( keeping its time)?`, (w) => ({
    kind: "write",
    path: pathOf(w[0]),
    content: { kind: "text", text: text(w[1]) },
    mode: null,
    keepTime: w[2] !== "",
  })),
  form(`delete ${pathWord}`, ([path]) => ({ kind: "delete", path: pathOf(path) })),
  form(`rename ${pathWord} to ${pathWord}`, ([from, to]) => ({
    kind: "rename",
    from: pathOf(from),
    to: pathOf(to),
  })),
  form(`chmod ([0-7]+) ${pathWord}`, ([mode = "", path]) => ({
    kind: "chmod",
    path: pathOf(path),
    mode: Number.parseInt(mode, 8),
  })),
  form(`touch ${pathWord}`, ([path]) => ({ kind: "touch", path: pathOf(path) })),
  form("make folder (\\S+)", ([path = ""]) => ({ kind: "mkdir", path, mode: null })),
  form("make fifo (\\S+)", ([path = ""]) => ({ kind: "fifo", path })),
  form("link (\\S+) to (\\S+)", ([path = "", target = ""]) => ({ kind: "symlink", path, target })),
  form(`hard link ${pathWord} to ${pathWord}`, ([path, target]) => ({
    kind: "hardlink",
    path: pathOf(path),
    target: pathOf(target),
  })),
  form("move the whole folder elsewhere( under its name)?", ([same = ""]) => ({
    kind: "fresh-folder",
    sameName: same !== "",
  })),
  form("target (\\S+)", ([value = ""]) => ({ kind: "target", value })),
  form("no target", () => ({ kind: "target", value: null })),
  form("build-arg ([^=\\s]+)=(.*)", ([name = "", value = ""]) => ({
    kind: "build-arg",
    name,
    value,
  })),
  form("no build-arg (\\S+)", ([name = ""]) => ({ kind: "build-arg", name, value: null })),
  form("option (.+)", ([value = ""]) => ({ kind: "option", value, given: true })),
  form("no option (.+)", ([value = ""]) => ({ kind: "option", value, given: false })),
  form("file (\\S+)", ([value = ""]) => ({ kind: "file", value })),
  form("context (\\S+)", ([value = ""]) => ({ kind: "context", value })),
  form("base (.+)", ([instruction = ""]) => ({ kind: "base", instruction })),
  form("base-layer (\\S+)", ([mark = ""]) => ({ kind: "base-layer", mark })),
];

function parseOperation(line: string, fail: Fail): Operation {
  for (const [pattern, build] of forms) {
    const match = pattern.exec(line.trim());
    if (match !== null) return build(match.slice(1).map((word: string | undefined) => word ?? ""));
  }
  return fail(`this is no change I know: ${line}`);
}

function form(
  pattern: string,
  build: (words: readonly string[]) => Operation,
): readonly [RegExp, (words: readonly string[]) => Operation] {
  return [new RegExp(`^${pattern}$`), build];
}

function edit(words: readonly string[], path: number, textEdit: TextEdit): Operation {
  return { kind: "edit", path: words[path] ?? "", edit: textEdit, keepTime: words.at(-1) !== "" };
}

function text(word: string | undefined): string {
  const value: unknown = JSON.parse(word ?? '""');
  return String(value);
}
