/**
 * A series of builds as whole states: the Dockerfile in blocks, the files, how the build is asked
 * for. From one state to the next follows a change in words, so every scenario is a case as written
 * by hand, and a smaller scenario is one with less in its states.
 */
import type { Builder } from "../caseFile.js";
import { served } from "./files.js";

export interface Scenario {
  readonly builder: Builder;
  readonly states: readonly State[];
}

export interface State {
  readonly blocks: readonly Block[];
  readonly files: ReadonlyMap<string, Entry>;
  readonly target: string | null;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Files that only get a new time with this state. */
  readonly touched: readonly string[];
  /** Files whose new bytes come with their old time. */
  readonly sameTime: readonly string[];
  /** True when the folder stands elsewhere from now on. */
  readonly moved: boolean;
  /** True for a build without cache; the next one is with it again. */
  readonly noCache: boolean;
  /** The value of a label on the command line; null: none. */
  readonly label: string | null;
  /** The folder that is the build context, with all files in it; empty: that of the Dockerfile. */
  readonly context: string;
  /** Which of several images `local/base` is; empty: the first. */
  readonly base: string;
  /** True when the Dockerfile's lines end as on Windows. */
  readonly crlf: boolean;
  readonly title: string;
}

/** Some lines of the Dockerfile; the same `id` in all states that hold it. */
export interface Block {
  readonly id: number;
  /** The stage it belongs to, by the id of its FROM block. */
  readonly stage: number;
  readonly text: string;
}

export type Entry =
  | { readonly kind: "file"; readonly text: string; readonly mode: number }
  | { readonly kind: "folder"; readonly mode: number }
  | { readonly kind: "link"; readonly target: string }
  /** Another name of a file. */
  | { readonly kind: "hardlink"; readonly target: string }
  /** What is in it, as lines of a case. */
  | { readonly kind: "archive"; readonly lines: readonly string[] };

/** The scenario as the text of a case. */
export function caseText(scenario: Scenario, intent: string): string {
  const [first, ...later] = scenario.states;
  if (first === undefined) throw new Error("a scenario has at least one state");
  const parts = [intent, `builder: ${scenario.builder}`, ...requestLines(null, first)];
  parts.push(...sections(null, first));
  let before = first;
  for (const state of later) {
    const title = state.title === "" ? "" : `: ${state.title}`;
    parts.push(`-- change${title} --`, ...requestLines(before, state));
    parts.push(...fileLines(before, state), ...sections(before, state));
    before = state;
  }
  return `${parts.join("\n")}\n`;
}

export function dockerfileText({ blocks }: State): string {
  return blocks.map(({ text }) => `${text}\n`).join("");
}

function requestLines(before: State | null, state: State): readonly string[] {
  const lines: string[] = [];
  if (state.target !== (before?.target ?? null)) {
    lines.push(state.target === null ? "no target" : `target ${state.target}`);
  }
  const old = before?.buildArgs ?? {};
  for (const name of Object.keys(old)) {
    if (state.buildArgs[name] === undefined) lines.push(`no build-arg ${name}`);
  }
  for (const [name, value] of Object.entries(state.buildArgs)) {
    if (old[name] !== value) lines.push(`build-arg ${name}=${value}`);
  }
  const options = before === null ? [] : optionsOf(before);
  for (const option of options) {
    if (!optionsOf(state).includes(option)) lines.push(`no option ${option}`);
  }
  for (const option of optionsOf(state)) {
    if (!options.includes(option)) lines.push(`option ${option}`);
  }
  if (before === null && state.context !== "") lines.push(`context ${state.context}`);
  if (state.base !== (before?.base ?? "")) lines.push(`base-layer ${state.base}`);
  return lines;
}

function optionsOf({ noCache, label }: State): readonly string[] {
  return [...(noCache ? ["--no-cache"] : []), ...(label === null ? [] : [`--label fuzz=${label}`])];
}

function fileLines(before: State, state: State): readonly string[] {
  const lines: string[] = [];
  const place = placeIn(state);
  const gone = [...before.files]
    .filter(([name, entry]) => !isSameFile(entry, state.files.get(name)))
    .map(([name]) => name);
  for (const name of gone) {
    if (!gone.some((other) => name.startsWith(`${other}/`))) lines.push(`delete ${place(name)}`);
  }
  for (const [name, entry] of state.files) {
    const old = before.files.get(name);
    if (!hasMode(entry) || old === undefined || !hasMode(old) || old.kind !== entry.kind) continue;
    if (entry.kind === "file" && old.kind === "file" && entry.text !== old.text) {
      if (state.sameTime.includes(name)) {
        lines.push(`write ${place(name)} ${JSON.stringify(entry.text)} keeping its time`);
      }
    } else if (state.touched.includes(name) && entry.kind === "file")
      lines.push(`touch ${place(name)}`);
    if (entry.mode !== old.mode) lines.push(`chmod ${entry.mode.toString(8)} ${place(name)}`);
  }
  if (state.moved) lines.push("move the whole folder elsewhere");
  return lines;
}

/** True where what stands there can become the other by another text, mode or target of a link. */
function isSameFile(entry: Entry, next: Entry | undefined): boolean {
  if (entry.kind === "hardlink" && next?.kind === "hardlink") return entry.target === next.target;
  return entry.kind === next?.kind;
}

/** How a case names a file of the context. */
function placeIn({ context }: State): (name: string) => string {
  return (name) => {
    const path = context === "" || name === served ? name : `${context}/${name}`;
    return path.includes(" ") ? JSON.stringify(path) : path;
  };
}

function sections(before: State | null, state: State): readonly string[] {
  const parts: string[] = [];
  const place = placeIn(state);
  const isSame = before !== null && before.crlf === state.crlf;
  if (!isSame || dockerfileText(before) !== dockerfileText(state)) {
    parts.push(
      state.crlf ? "-- Dockerfile crlf --" : "-- Dockerfile --",
      dockerfileText(state).replace(/\n$/, ""),
    );
  }
  for (const [name, entry] of state.files) {
    const old = before?.files.get(name);
    const isNew = old?.kind !== entry.kind;
    const mode = isNew && hasMode(entry) ? modeWord(entry) : "";
    if (entry.kind === "archive") {
      const isSame = old?.kind === "archive" && old.lines.join("\n") === entry.lines.join("\n");
      if (!isSame) parts.push(`-- ${place(name)} archive --`, ...entry.lines);
    } else if (entry.kind === "folder") {
      if (isNew) parts.push(`-- ${place(name)}/${mode} --`);
    } else if (entry.kind === "link") {
      if (isNew || (old.kind === "link" && old.target !== entry.target)) {
        parts.push(`-- ${place(name)} -> ${entry.target} --`);
      }
    } else if (
      entry.kind === "file" &&
      (isNew || (old.kind === "file" && old.text !== entry.text))
    ) {
      if (!isNew && state.sameTime.includes(name)) continue;
      parts.push(`-- ${place(name)}${mode} --`, ...textLines(entry.text));
    }
  }
  // What they lead to is there by now.
  for (const [name, entry] of state.files) {
    if (entry.kind !== "hardlink" || isSameFile(entry, before?.files.get(name))) continue;
    parts.push(`-- ${place(name)} => ${place(entry.target)} --`);
  }
  return parts;
}

function hasMode(entry: Entry): entry is Extract<Entry, { readonly mode: number }> {
  return entry.kind === "file" || entry.kind === "folder";
}

/** Texts of a scenario end with a line end, or are empty. */
function textLines(text: string): readonly string[] {
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function modeWord(entry: { readonly kind: "file" | "folder"; readonly mode: number }): string {
  const usual = entry.kind === "file" ? 0o644 : 0o755;
  return entry.mode === usual ? "" : ` mode=${entry.mode.toString(8)}`;
}
