/** The build context as the command line prints it. */
import type { FileKind } from "../context/fileTree.js";
import {
  type Amount,
  type BuildContext,
  contextEntries,
  contextSums,
} from "../insight/buildContext.js";
import { contextEntryWords, ignoreFindingWords } from "../insight/contextWords.js";
import { type IgnoreFinding, ignoreFindings } from "../insight/ignoreFindings.js";
import { lineList, lineSet } from "../insight/lineSet.js";
import { count, filesWords, formatBytes } from "../text/sizes.js";
import { printable } from "../text/surfaces.js";
import type { SimulationPlace } from "./place.js";

/** How much is shown: folders inside each other, and entries of each. */
export interface ContextDetail {
  readonly depth: number;
  readonly top: number;
}

/** Version 1 of docs/schema/context.schema.json. */
export interface ContextJson extends SimulationPlace {
  readonly version: 1;
  readonly builder: string;
  /** Of the ignore file that counts, from the root; null: there is none. */
  readonly ignoreFile: string | null;
  readonly inContext: AmountJson;
  readonly ignored: AmountJson;
  readonly sends: AmountJson & { readonly transferBytes: number | null };
  /** See `BuildContext.openLines`. */
  readonly openLines: readonly number[];
  readonly entries: readonly EntryJson[];
  /** How many entries of the root are left out. */
  readonly more: number;
  /** Lines of the ignore file that do less than they seem to. */
  readonly findings: readonly FindingJson[];
}

interface FindingJson {
  readonly code: IgnoreFinding["code"];
  /** Of the ignore file. */
  readonly line: number;
  readonly pattern: string;
  readonly message: string;
  /** null: there is nothing to put in its place. */
  readonly fix: {
    readonly text: string;
    readonly folders: readonly string[];
    readonly saves: AmountJson;
    /** Lines of the Dockerfile that would no longer rebuild by changes in them. */
    readonly lines: readonly number[];
  } | null;
}

interface AmountJson {
  readonly files: number;
  readonly bytes: number;
}

interface EntryJson {
  readonly path: string;
  readonly kind: FileKind;
  readonly state: "in" | "part" | "ignored";
  readonly inContext: AmountJson;
  readonly ignored: AmountJson;
  readonly ignoredBy: { readonly line: number; readonly pattern: string } | null;
  readonly sends: AmountJson;
  readonly takenBy: readonly {
    readonly line: number;
    readonly whole: boolean;
    readonly built: boolean;
  }[];
  /** null: no folder, or deeper than was asked for. */
  readonly entries: readonly EntryJson[] | null;
  readonly more: number;
}

export function contextJson(
  context: BuildContext,
  place: SimulationPlace,
  ignoreFile: string | null,
  detail: ContextDetail,
): ContextJson {
  const sums = contextSums(context);
  const { entries, more } = entriesJson(context, "", detail);
  return {
    version: 1,
    ...place,
    builder: context.ignore.builder,
    ignoreFile,
    inContext: amountJson(sums.seen),
    ignored: amountJson(sums.hidden),
    sends: { ...amountJson(sums.sent), transferBytes: sums.transferred },
    openLines: sums.openLines,
    entries,
    more,
    findings: ignoreFindings(context).map(findingJson),
  };
}

function findingJson(finding: IgnoreFinding): FindingJson {
  const { code, pattern } = finding;
  return {
    code,
    line: pattern.line,
    pattern: pattern.text,
    message: ignoreFindingWords(finding),
    fix:
      finding.code === "ignore-without-match"
        ? null
        : {
            text: finding.fix,
            folders: finding.folders,
            saves: amountJson(finding.saved),
            lines: finding.lines,
          },
  };
}

function entriesJson(
  context: BuildContext,
  folder: string,
  { depth, top }: ContextDetail,
): { readonly entries: readonly EntryJson[]; readonly more: number } {
  const all = contextEntries(context, folder);
  const entries = all.slice(0, top).map((entry): EntryJson => {
    const isOpened = entry.node.kind === "directory" && depth > 1;
    const below = isOpened
      ? entriesJson(context, entry.path, { depth: depth - 1, top })
      : { entries: null, more: 0 };
    const { hiddenBy } = entry;
    return {
      path: entry.path,
      kind: entry.node.kind,
      state: entry.state === "hidden" ? "ignored" : entry.state,
      inContext: amountJson(entry.seen),
      ignored: amountJson(entry.hidden),
      ignoredBy: hiddenBy === null ? null : { line: hiddenBy.line, pattern: hiddenBy.text },
      sends: amountJson(entry.sent),
      takenBy: entry.takers.map(({ taker, isWhole }) => {
        return { line: taker.line, whole: isWhole, built: taker.isBuilt };
      }),
      ...below,
    };
  });
  return { entries, more: all.length - entries.length };
}

function amountJson({ count: files, bytes }: Amount): AmountJson {
  return { files, bytes };
}

/**
 * The same for a terminal.
 * @param ignoreFile as it is called there
 */
export function contextText(
  context: BuildContext,
  place: SimulationPlace,
  ignoreFile: string | null,
  detail: ContextDetail,
): string {
  const { seen, hidden, sent, openLines, transferred } = contextSums(context);
  const findings = ignoreFindings(context);
  const by = ignoreFile === null ? "no ignore file" : ignoreFile;
  const told =
    transferred === null
      ? ""
      : ` (BuildKit prints about ${formatBytes(transferred)} of a first build)`;
  return [
    `Build context ${place.context === "." ? place.root : place.context}`,
    `  in it    ${filesWords(seen)}`,
    `  ignored  ${filesWords(hidden)} (${by})`,
    `  sent     ${filesWords(sent)}${told}`,
    ...(openLines.length === 0
      ? []
      : [
          `  besides  what is taken by ${lineList(lineSet(openLines))}: only the base image can tell`,
        ]),
    "",
    ...rowsText(context, "", detail, 0),
    ...(findings.length === 0 ? [] : ["", ...findingRows(findings, by)]),
  ]
    .map((line) => `${printable(line)}\n`)
    .join("");
}

/** Behind the place of each; the lines that match nothing are told at once. */
function findingRows(findings: readonly IgnoreFinding[], file: string): readonly string[] {
  const idle = findings.filter(({ code }) => code === "ignore-without-match");
  const lines = lineSet(idle.map(({ pattern }) => pattern.line));
  const names = idle.map(({ pattern }) => pattern.text).join(", ");
  return [
    ...findings
      .filter(({ code }) => code !== "ignore-without-match")
      .map((finding) => `${file}:${finding.pattern.line}: ${ignoreFindingWords(finding)}`),
    ...(idle.length === 0
      ? []
      : [
          `${file}: ${lineList(lines)} ${idle.length === 1 ? "matches" : "match"} nothing that is there now: ${names}`,
        ]),
  ];
}

function rowsText(
  context: BuildContext,
  folder: string,
  { depth, top }: ContextDetail,
  indent: number,
): readonly string[] {
  const all = contextEntries(context, folder);
  const rows = all.slice(0, top).flatMap((entry) => {
    const isFolder = entry.node.kind === "directory";
    const size = formatBytes((entry.state === "hidden" ? entry.hidden : entry.seen).bytes);
    const name = `${"  ".repeat(indent)}${entry.node.name}${isFolder ? "/" : ""}`;
    return [
      `${size.padStart(8)}  ${name.padEnd(30)}  ${contextEntryWords(entry)}`,
      ...(isFolder && depth > 1
        ? rowsText(context, entry.path, { depth: depth - 1, top }, indent + 1)
        : []),
    ];
  });
  const more = all.length - Math.min(all.length, top);
  return more === 0
    ? rows
    : [...rows, `${" ".repeat(8)}  ${"  ".repeat(indent)}… and ${count(more, "entry")} more`];
}
