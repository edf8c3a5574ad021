/** What is said of the build context, of what lies in it, and of the lines of its ignore file. */
import { listedSome } from "../text/lists.js";
import { say } from "../text/say.js";
import { count, filesWords, formatBytes } from "../text/sizes.js";
import type { ContextEntry, ContextSums } from "./buildContext.js";
import type { IgnoreFinding } from "./ignoreFindings.js";
import { lineList, lineSet } from "./lineSet.js";

/** The figures of the whole context, in two sentences. */
export function contextSumsWords(context: ContextSums): string {
  const { seen, hidden, sent, openLines, transferred } = context;
  return [
    say`${filesWords(seen)} in the context, ${filesWords(hidden)} ignored.`,
    say`A build sends ${filesWords(sent)}.`,
    ...(transferred === null
      ? []
      : [say`BuildKit prints about ${formatBytes(transferred)} of a first build.`]),
    ...(openLines.length === 0
      ? []
      : [say`Only the base image can tell what is taken by ${lineList(lineSet(openLines))}.`]),
  ].join(" ");
}

/** Whether an entry is in the context, by which line it is not, and which lines take it. */
export function contextEntryWords(entry: ContextEntry): string {
  const { node, state, seen, hidden, hiddenBy } = entry;
  const isFolder = node.kind === "directory";
  if (state === "hidden") {
    const words = isFolder ? say`ignored ${count(hidden.count, "file")}` : say`ignored`;
    return hiddenBy === null ? words : say`${words}: line ${hiddenBy.line}, ${hiddenBy.text}`;
  }
  return [
    ...(isFolder ? [seen.count === 0 ? say`no file` : count(seen.count, "file")] : []),
    takenWords(entry),
    ...(state === "part" ? [say`${filesWords(hidden)} in it ignored`] : []),
  ].join(" · ");
}

function takenWords({ takers, sent, openLines }: ContextEntry): string {
  const built = takers.filter(({ taker }) => taker.isBuilt);
  if (built.length === 0) {
    if (openLines.length > 0) return say`perhaps taken by ${lineList(lineSet(openLines))}`;
    // A link goes along with what it leads to.
    if (sent.count > 0) return say`sent, named by an instruction`;
    return takers.length > 0
      ? say`taken by a stage that is not built`
      : say`taken by no instruction`;
  }
  const lines = lineList(lineSet([...new Set(built.map(({ taker }) => taker.line))]));
  return built.some(({ isWhole }) => isWhole)
    ? say`taken by ${lines}`
    : say`taken in part by ${lines}`;
}

/** So many folders are named. */
const maxNamed = 3;

export function ignoreFindingWords(finding: IgnoreFinding): string {
  const { text, line } = finding.pattern;
  if (finding.code === "ignore-without-match")
    return say`Line ${line}, ${text}, matches nothing that is there now.`;
  const { folders, saved, lines, fix } = finding;
  const more = Math.max(0, folders.length - maxNamed);
  const named = listedSome(folders.slice(0, maxNamed), more);
  const gain = say`Line ${line}, ${text}, counts at the root alone: ${named} stay in the context. ${fix} would take out ${filesWords(saved)}.`;
  return lines.length === 0
    ? gain
    : say`${gain} Changes in them would no longer rebuild ${lineList(lineSet(lines))}.`;
}
