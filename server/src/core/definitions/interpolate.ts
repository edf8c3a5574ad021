/**
 * Variables in the values of a Compose file, and the lines of its `.env`. Source: compose-go,
 * template/template.go and dotenv/parser.go.
 */
import { mostAdded } from "../syntax/limits.js";

export interface Interpolated {
  readonly text: string;
  /** True when a variable of the environment was put in, known or not. */
  readonly isFromEnvironment: boolean;
  /** The first variable that has no value and no default, or one that is too long; null: none. */
  readonly open: string | null;
}

/** So deep may defaults stand in defaults. */
const maxNesting = 20;

export function interpolate(
  text: string,
  environment: ReadonlyMap<string, string>,
  depth = 0,
): Interpolated {
  let isFromEnvironment = false;
  let open: string | null = null;
  let result = "";
  let from = 0;
  const closings = closingBraces(text);
  for (;;) {
    const dollar = text.indexOf("$", from);
    if (dollar < 0 || depth > maxNesting) break;
    result += text.slice(from, dollar);
    from = dollar + 1;
    if (text[from] === "$") {
      result += "$";
      from++;
      continue;
    }
    const found = variableAt(text, from, closings);
    if (found === null) {
      result += "$";
      continue;
    }
    from = found.end;
    const { name, operator, word } = found;
    const value = environment.get(name);
    const isGiven = operator.startsWith(":")
      ? value !== undefined && value !== ""
      : value !== undefined;
    isFromEnvironment ||= value !== undefined || operator === "" || operator.endsWith("?");
    if (operator.endsWith("+")) {
      if (isGiven) result += inner(word);
    } else if (value !== undefined && isGiven) put(name, value);
    else if (operator.endsWith("-")) result += inner(word);
    else open ??= name;
  }
  return { text: result + text.slice(from), isFromEnvironment, open };

  function put(name: string, value: string): void {
    if (result.length + value.length > text.length + mostAdded) open ??= name;
    else result += value;
  }

  function inner(word: string): string {
    const found = interpolate(word, environment, depth + 1);
    isFromEnvironment ||= found.isFromEnvironment;
    open ??= found.open;
    return found.text;
  }
}

interface Variable {
  readonly name: string;
  /** Empty, or one of `-`, `+` and `?`, with a colon before it where empty counts as unset. */
  readonly operator: string;
  readonly word: string;
  readonly end: number;
}

/** Of each brace that opens where the one stands that closes it. */
function closingBraces(text: string): ReadonlyMap<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (let at = text.indexOf("{"); at >= 0 && at < text.length; at++) {
    if (text[at] === "{") open.push(at);
    else if (text[at] === "}") closings.set(open.pop() ?? -1, at);
  }
  return closings;
}

/** @param start behind the dollar */
function variableAt(
  text: string,
  start: number,
  closings: ReadonlyMap<number, number>,
): Variable | null {
  const plain = nameAt(text, start);
  if (plain !== "") return { name: plain, operator: "", word: "", end: start + plain.length };
  if (text[start] !== "{") return null;
  const name = nameAt(text, start + 1);
  if (name === "") return null;
  const after = start + 1 + name.length;
  const end = closings.get(start);
  if (end === undefined) return null;
  const rest = text.slice(after, end);
  const operator = /^:?[-+?]/.exec(rest)?.[0] ?? "";
  return { name, operator, word: rest.slice(operator.length), end: end + 1 };
}

function nameAt(text: string, start: number): string {
  nameExpression.lastIndex = start;
  return nameExpression.exec(text)?.[0] ?? "";
}

const nameExpression = /[A-Za-z_]\w*/y;

/** The values of a `.env` file, by their names. */
export function readEnvironmentFile(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, name, written = ""] = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || line.trimStart().startsWith("#")) continue;
    const quoted = /^(?:'([^']*)'|"((?:[^"\\]|\\.)*)")/.exec(written);
    if (quoted?.[1] !== undefined) values.set(name, quoted[1]);
    else if (quoted?.[2] !== undefined)
      values.set(name, interpolate(quoted[2].replace(/\\(["\\])/g, "$1"), values).text);
    else values.set(name, interpolate(written.replace(/(?:^|\s)#.*$/, "").trim(), values).text);
  }
  return values;
}
