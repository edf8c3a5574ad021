/** The Build Context view: one folder at a time, the largest first, with what its ignore file lacks on top. */
import {
  type BuildContext,
  type ContextEntry,
  contextEntries,
  contextSums,
} from "../insight/buildContext.js";
import {
  contextEntryWords,
  contextSumsWords,
  ignoreFindingWords,
} from "../insight/contextWords.js";
import { type IgnoreFinding, ignoreFindings } from "../insight/ignoreFindings.js";
import { listed } from "../text/lists.js";
import { say } from "../text/say.js";
import { count, formatBytes } from "../text/sizes.js";
import { interfaceText, markdownText, printable } from "../text/surfaces.js";

export interface ContextViewRow {
  /** Unique in the view. */
  readonly id: string;
  readonly kind: "finding" | "folder" | "file" | "more";
  /** `ignored`: the builder does not see it. */
  readonly state: "in" | "part" | "ignored";
  readonly label: string;
  readonly description: string;
  /** Markdown without command links or HTML. */
  readonly tooltip: string;
  readonly accessibilityLabel: string;
  /** Relative to the context; null: the row stands for no file. */
  readonly path: string | null;
  /** Of the ignore file, from 1: what hides it, or what the finding is about; null: none. */
  readonly ignoreLine: number | null;
  /** What that line should be; null: nothing else. */
  readonly fix: string | null;
}

export interface ContextViewPart {
  readonly message: string;
  readonly rows: readonly ContextViewRow[];
}

/** So many of a folder are shown. */
const maxRows = 500;

/** @param folder relative to the context; empty: the whole of it */
export function contextView(context: BuildContext, folder: string): ContextViewPart {
  const entries = contextEntries(context, folder);
  const more = entries.length - maxRows;
  return {
    message: interfaceText(contextSumsWords(contextSums(context))),
    rows: [
      ...(folder === "" ? ignoreFindings(context).map(findingRow) : []),
      ...entries.slice(0, maxRows).map(entryRow),
      ...(more > 0 ? [moreRow(folder, more)] : []),
    ],
  };
}

function entryRow(entry: ContextEntry): ContextViewRow {
  const { path, node, state, seen, hidden, hiddenBy, sent } = entry;
  const size = formatBytes((state === "hidden" ? hidden : seen).bytes);
  const words = contextEntryWords(entry);
  const sends = state === "hidden" ? [] : [say`A build sends ${formatBytes(sent.bytes)} of it.`];
  return {
    id: `entry/${path}`,
    kind: node.kind === "directory" ? "folder" : "file",
    state: state === "hidden" ? "ignored" : state,
    label: printable(node.name),
    description: printable(`${size} · ${words}`),
    tooltip: [path, `${size} · ${words}`, ...sends].map(markdownText).join("\n\n"),
    accessibilityLabel: printable(listed([path, size, words])),
    path,
    ignoreLine: hiddenBy?.line ?? null,
    fix: null,
  };
}

function findingRow(finding: IgnoreFinding): ContextViewRow {
  const words = ignoreFindingWords(finding);
  const { line, text } = finding.pattern;
  return {
    id: `finding/${finding.code}/${line}`,
    kind: "finding",
    state: "in",
    label: printable(text),
    description: printable(words),
    tooltip: markdownText(words),
    accessibilityLabel: printable(words),
    path: null,
    ignoreLine: line,
    fix: finding.code === "ignore-one-of-several" ? finding.fix : null,
  };
}

function moreRow(folder: string, more: number): ContextViewRow {
  const label = say`and ${count(more, "entry")} more`;
  return {
    id: `more/${folder}`,
    kind: "more",
    state: "in",
    label,
    description: "",
    tooltip: "",
    accessibilityLabel: label,
    path: null,
    ignoreLine: null,
    fix: null,
  } as const;
}
