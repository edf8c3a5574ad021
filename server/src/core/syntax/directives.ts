/**
 * Parser directives: the `# name=value` lines at the very top. The first line that is none ends
 * them, be it a blank line, a comment or a directive with an unknown name.
 * Source of the rules: BuildKit, frontend/dockerfile/parser/directives.go.
 */
import type { Placed, TextRange } from "../text/range.js";
import { skipSpaces, skipSpacesBack, toLower } from "./characters.js";
import type { SyntaxProblem } from "./problem.js";
import type { SourceLine, SourceLines } from "./sourceLines.js";
import type { Comment, EscapeCharacter, ParserDirective } from "./syntax.js";

export interface DirectiveBlock {
  readonly directives: readonly ParserDirective[];
  readonly escape: EscapeCharacter;
  readonly problems: readonly Placed<SyntaxProblem>[];
  /** Directives that stand there a second time: comments for us, an error for BuildKit. */
  readonly repeated: readonly Comment[];
  /** How many of the first lines BuildKit drops from the comments because they are directives. */
  readonly lineCount: number;
}

/** Reads the directives of a file given as its lines. */
export function readDirectives(lines: SourceLines): DirectiveBlock {
  const { text } = lines;
  const directives: ParserDirective[] = [];
  const problems: Placed<SyntaxProblem>[] = [];
  const repeated: Comment[] = [];
  const seen = new Set<string>();
  let escapeCharacter: EscapeCharacter = "\\";
  let lineCount = 0;
  let before: TextRange | null = null;
  for (let line = lines.at(0); line !== undefined; line = lines.at(lineCount)) {
    const directive = readDirective(text, line);
    if (directive === null) break;
    lineCount++;
    before ??= directive.valueRange;
    if (seen.has(directive.name)) {
      repeated.push({ range: directive.range, line: lineCount });
      problems.push({
        code: "directive-repeated",
        name: directive.name,
        // BuildKit names the line before the second one, which is nearly always the first one.
        range: before,
      });
      before = directive.valueRange;
      continue;
    }
    seen.add(directive.name);
    directives.push(directive);
    before = directive.valueRange;
    if (directive.name !== "escape") continue;
    if (directive.value === "\\" || directive.value === "`") escapeCharacter = directive.value;
    else {
      problems.push({ code: "escape-invalid", range: directive.valueRange });
    }
  }
  return { directives, escape: escapeCharacter, problems, repeated, lineCount };
}

function readDirective(text: string, line: SourceLine): ParserDirective | null {
  const start = skipSpaces(text, line.start, line.end);
  if (text[start] !== "#" || start >= line.end) return null;
  const nameStart = skipSpaces(text, start + 1, line.end);
  const nameEnd = nameStart + letterCount(text.slice(nameStart, Math.min(line.end, nameStart + 7)));
  const name = knownName(toLower(text.slice(nameStart, nameEnd)));
  if (name === null) return null;
  const equals = skipPatternSpaces(text, nameEnd, line.end);
  if (text[equals] !== "=" || equals + 1 >= line.end) return null;
  let end = line.end;
  while (end > equals + 1 && isPatternSpace(text.charCodeAt(end - 1))) end--;
  // A value of nothing but spaces is its last space: the pattern wants one character at least.
  const valueStart =
    end === equals + 1 ? line.end - 1 : skipPatternSpaces(text, equals + 1, line.end);
  const valueEnd = end === equals + 1 ? line.end : end;
  return {
    name,
    value: text.slice(valueStart, valueEnd),
    range: { start, end: Math.max(valueEnd, skipSpacesBack(text, start, line.end)) },
    valueRange: { start: valueStart, end: valueEnd },
  };
}

function letterCount(text: string): number {
  return /^[a-zA-Z][a-zA-Z0-9]*/.exec(text)?.[0].length ?? 0;
}

function knownName(name: string): ParserDirective["name"] | null {
  return name === "syntax" || name === "escape" || name === "check" ? name : null;
}

function skipPatternSpaces(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isPatternSpace(text.charCodeAt(at))) at++;
  return at;
}

/** `\s` of Go's regular expressions. */
function isPatternSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0c || unit === 0x0d;
}
