/**
 * `textDocument/codeLens` as it goes over the wire. The JSON of each lens is kept, and the whole as
 * long as none is another one: most keys change no lens.
 */
import type { CodeLens } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { KeptLenses, PlacedLens } from "../core/features/codeLens.js";
import type { BuildGraph } from "../core/graph/graph.js";
import type { LensPlace } from "../protocol.js";
import { toBuildCommand, toLensCommand } from "./toProtocol.js";
import type { WrittenAnswer } from "./writtenAnswer.js";

export class LensAnswers {
  #arrangement = -1;
  #lenses: readonly PlacedLens[] = [];
  /** Of each lens, as editors count: lines and columns, both from 0. */
  #lines: Uint32Array = new Uint32Array();
  #columns: Uint32Array = new Uint32Array();
  /** See `StepPlace.index`. */
  #steps: Uint32Array = new Uint32Array();
  #parts: string[] = [];
  #build = "";
  #answer: WrittenAnswer | null = null;

  /**
   * @param lenses those that `kept` gave last
   * @param build the words of the build that is meant, behind the first lens; empty: none
   */
  of(
    document: TextDocument,
    graph: BuildGraph,
    kept: KeptLenses,
    lenses: readonly PlacedLens[],
    build: string,
  ): WrittenAnswer {
    const { arrangement } = kept;
    let isSame = arrangement === this.#arrangement && build === this.#build;
    const isArrangedAlike = arrangement === this.#arrangement;
    const before = isArrangedAlike ? this.#lenses : [];
    if (!isArrangedAlike) this.#makeRoom(lenses);
    const probe = { line: 0, character: 0 };
    for (let at = 0; at < lenses.length; at++) {
      const lens = lenses[at];
      const offset = graph.starts[this.#steps[at] ?? 0] ?? 0;
      probe.line = this.#lines[at] ?? 0;
      probe.character = this.#columns[at] ?? 0;
      if (lens === undefined || (lens === before[at] && document.offsetAt(probe) === offset))
        continue;
      isSame = false;
      const { line, character } = document.positionAt(offset);
      this.#lines[at] = line;
      this.#columns[at] = character;
      const place = { uri: document.uri, arrangement, at };
      this.#parts[at] = JSON.stringify(toCodeLens(lens, { line, character }, place));
    }
    this.#arrangement = arrangement;
    this.#lenses = lenses;
    this.#build = build;
    if (!isSame || this.#answer === null) {
      const all = build === "" ? this.#parts : [...this.#parts, this.#buildLens(document.uri)];
      this.#answer = writtenList(all);
    }
    return this.#answer;
  }

  /** Lenses of one line stand in the order of the answer. */
  #buildLens(uri: string): string {
    const start = { line: this.#lines[0] ?? 0, character: this.#columns[0] ?? 0 };
    const command = toBuildCommand(uri, this.#build);
    return JSON.stringify({ range: { start, end: start }, command } satisfies CodeLens);
  }

  #makeRoom(lenses: readonly PlacedLens[]): void {
    this.#lines = new Uint32Array(lenses.length);
    this.#columns = new Uint32Array(lenses.length);
    this.#steps = Uint32Array.from(lenses, ({ place }) => place.index);
    this.#parts = new Array<string>(lenses.length).fill("");
  }
}

/** A lens without words names its place, by which they are asked for. */
function toCodeLens(
  { place: { line }, title }: PlacedLens,
  start: CodeLens["range"]["start"],
  data: LensPlace,
): CodeLens {
  const range = { start, end: start };
  return title === null
    ? { range, data }
    : { range, command: toLensCommand(data.uri, title, line) };
}

function writtenList(parts: readonly string[]): WrittenAnswer {
  const bytes = Buffer.from(`[${parts.join(",")}]`, "utf8");
  return { bytes, toJSON: () => JSON.parse(bytes.toString("utf8")) };
}
