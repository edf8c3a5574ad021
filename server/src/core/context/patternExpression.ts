/**
 * The regular expressions that patternmatcher makes of ignore patterns, run without backtracking.
 *
 * patternmatcher pastes most of a pattern into the text of a Go (RE2) expression, so an ignore
 * file can reach more of that syntax than its documentation admits: `\d` is a digit, `^` an
 * anchor, `[[:alpha:]]` a class. We therefore read that text as Go does, and run it as a state
 * machine that is built as paths are seen: every path costs one step a character, whatever the pattern.
 */

/** A compiled expression that is anchored at both ends. */
export interface Expression {
  matches(path: string): boolean;
  /** False when no path that begins with `prefix` can match. */
  canContinue(prefix: string): boolean;
  /** Texts that each path that matches holds. */
  readonly pieces: readonly string[];
  /** What each path that matches begins with. */
  readonly start: string;
}

/** Compiles the text between `^` and `$`; null when Go's `regexp.Compile` would reject it. */
export function compileExpression(source: string): Expression | null {
  const nodes = parseExpression(source);
  return nodes === null ? null : { ...machineOf(nodes), ...literalsOf(nodes) };
}

type CharacterTest = (code: number) => boolean;

type Assertion = "start" | "end" | "word-boundary" | "no-word-boundary";

/** A flat sequence; the only nesting that patternmatcher produces is the group of `(.*\/)?`. */
type Node =
  /** `code`: that character alone; null: one of several. */
  | { readonly kind: "one"; readonly test: CharacterTest; readonly code: number | null }
  | { readonly kind: "many"; readonly test: CharacterTest }
  | { readonly kind: "assert"; readonly assertion: Assertion }
  /** `(.*\/)?`: nothing, or anything that ends in a slash. */
  | { readonly kind: "directories" };

const isNewline: CharacterTest = (code) => code === 0x0a;
const isAny: CharacterTest = (code) => !isNewline(code);
const isDigit: CharacterTest = (code) => code >= 0x30 && code <= 0x39;
const isUpper: CharacterTest = (code) => code >= 0x41 && code <= 0x5a;
const isLower: CharacterTest = (code) => code >= 0x61 && code <= 0x7a;
const isAlpha: CharacterTest = (code) => isUpper(code) || isLower(code);
const isAlnum: CharacterTest = (code) => isAlpha(code) || isDigit(code);
const isWord: CharacterTest = (code) => isAlnum(code) || code === 0x5f;
const isPerlSpace: CharacterTest = (code) =>
  code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d;
const isGraph: CharacterTest = (code) => code > 0x20 && code < 0x7f;

const POSIX_CLASSES: Readonly<Record<string, CharacterTest>> = {
  alnum: isAlnum,
  alpha: isAlpha,
  ascii: (code) => code < 0x80,
  blank: (code) => code === 0x20 || code === 0x09,
  cntrl: (code) => code < 0x20 || code === 0x7f,
  digit: isDigit,
  graph: isGraph,
  lower: isLower,
  print: (code) => isGraph(code) || code === 0x20,
  punct: (code) => isGraph(code) && !isAlnum(code),
  space: (code) => isPerlSpace(code) || code === 0x0b,
  upper: isUpper,
  word: isWord,
  xdigit: (code) =>
    isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66),
};

const PERL_CLASSES: Readonly<Record<string, CharacterTest>> = {
  d: isDigit,
  D: (code) => !isDigit(code),
  s: isPerlSpace,
  S: (code) => !isPerlSpace(code),
  w: isWord,
  W: (code) => !isWord(code),
};

const CONTROL_ESCAPES: Readonly<Record<string, number>> = {
  a: 0x07,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
};

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: "start",
  z: "end",
  b: "word-boundary",
  B: "no-word-boundary",
};

function parseExpression(source: string): readonly Node[] | null {
  const nodes: Node[] = [];
  let i = 0;
  while (i < source.length) {
    if (source.startsWith("(.*/)?", i)) {
      nodes.push({ kind: "directories" });
      i += 6;
      continue;
    }
    if (source[i] === "^") {
      nodes.push({ kind: "assert", assertion: "start" });
      i++;
      continue;
    }
    if (source[i] === "\\" && source[i + 1] === "Q") {
      const end = source.indexOf("\\E", i + 2);
      for (const char of source.slice(i + 2, end < 0 ? undefined : end)) {
        const code = char.codePointAt(0) ?? 0;
        nodes.push({ kind: "one", test: isExactly(code), code });
      }
      i = end < 0 ? source.length : end + 2;
      continue;
    }
    const assertion = source[i] === "\\" ? ASSERTIONS[source[i + 1] ?? ""] : undefined;
    if (assertion !== undefined) {
      nodes.push({ kind: "assert", assertion });
      i += 2;
      continue;
    }
    const atom = parseAtom(source, i);
    if (atom === null) return null;
    i = atom.next;
    if (source[i] === "*") {
      nodes.push({ kind: "many", test: atom.test });
      i++;
      // RE2 rejects a repeated repetition.
      if (source[i] === "*" || source[i] === "?") return null;
    } else nodes.push({ kind: "one", test: atom.test, code: atom.code ?? null });
  }
  return nodes;
}

interface Parsed {
  readonly test: CharacterTest;
  readonly next: number;
  /** See `Node`. */
  readonly code?: number;
}

function literalsOf(nodes: readonly Node[]): Pick<Expression, "pieces" | "start"> {
  const pieces: string[] = [];
  let start: string | null = null;
  let piece = "";
  const end = (): void => {
    start ??= piece;
    if (piece !== "") pieces.push(piece);
    piece = "";
  };
  for (const node of nodes) {
    if (node.kind === "one" && node.code !== null) piece += String.fromCodePoint(node.code);
    else end();
  }
  end();
  return { pieces, start: start ?? "" };
}

function parseAtom(source: string, at: number): Parsed | null {
  const char = source[at];
  if (char === "[") return parseClass(source, at + 1);
  if (char === ".") return { test: isAny, next: at + 1 };
  if (char === "*" || char === "?" || char === "(" || char === ")") return null;
  if (char === "\\") return parseEscape(source, at);
  const code = source.codePointAt(at) ?? 0;
  return { test: isExactly(code), next: at + widthOf(code), code };
}

function parseClass(source: string, start: number): Parsed | null {
  const tests: CharacterTest[] = [];
  let i = start;
  const negated = source[i] === "^";
  if (negated) i++;
  for (let first = true; source[i] !== "]" || first; first = false) {
    if (i >= source.length) return null;
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(source.slice(i));
    if (posix !== null) {
      const test = POSIX_CLASSES[posix[2] ?? ""];
      if (test === undefined) return null;
      tests.push(posix[1] === "^" ? (code) => !test(code) : test);
      i += posix[0].length;
      continue;
    }
    const perl = source[i] === "\\" ? PERL_CLASSES[source[i + 1] ?? ""] : undefined;
    if (perl !== undefined) {
      tests.push(perl);
      i += 2;
      continue;
    }
    const low = parseClassCharacter(source, i);
    if (low === null) return null;
    i = low.next;
    let high = low.code;
    if (source[i] === "-" && i + 1 < source.length && source[i + 1] !== "]") {
      const upper = parseClassCharacter(source, i + 1);
      if (upper === null || upper.code < low.code) return null;
      high = upper.code;
      i = upper.next;
    }
    const from = low.code;
    tests.push((code) => code >= from && code <= high);
  }
  const isIn: CharacterTest = (code) => tests.some((test) => test(code));
  return { test: negated ? (code) => !isIn(code) : isIn, next: i + 1 };
}

function parseClassCharacter(
  source: string,
  at: number,
): { readonly code: number; readonly next: number } | null {
  if (source[at] === "\\") return parseEscapedCharacter(source, at);
  const code = source.codePointAt(at);
  return code === undefined ? null : { code, next: at + widthOf(code) };
}

function parseEscape(source: string, at: number): Parsed | null {
  const perl = PERL_CLASSES[source[at + 1] ?? ""];
  if (perl !== undefined) return { test: perl, next: at + 2 };
  const character = parseEscapedCharacter(source, at);
  return character === null ? null : { test: isExactly(character.code), ...character };
}

/** Go's escapes of one character. `\p{…}` is not understood here and counts as an error. */
function parseEscapedCharacter(
  source: string,
  at: number,
): { readonly code: number; readonly next: number } | null {
  const char = source[at + 1];
  if (char === undefined) return null;
  const control = CONTROL_ESCAPES[char];
  if (control !== undefined) return { code: control, next: at + 2 };
  if (char === "x") {
    const hex = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(source.slice(at));
    if (hex === null) return null;
    return { code: Number.parseInt(hex[1] ?? hex[2] ?? "0", 16), next: at + hex[0].length };
  }
  const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(source.slice(at));
  if (octal !== null)
    return { code: Number.parseInt(octal[1] ?? "0", 8), next: at + octal[0].length };
  const code = source.codePointAt(at + 1) ?? 0;
  // Punctuation stands for itself; other letters and digits, and anything beyond ASCII, are errors.
  if (code >= 0x80 || isAlnum(code)) return null;
  return { code, next: at + 2 };
}

function isExactly(code: number): CharacterTest {
  return (other) => other === code;
}

function widthOf(code: number): number {
  return code > 0xffff ? 2 : 1;
}

/**
 * A state is the set of nodes that may come next (`nodes.length`: the end), before the assertions
 * among them are decided: those need the following character.
 */
interface State {
  readonly positions: readonly number[];
  readonly afterWord: boolean;
  readonly atStart: boolean;
  /** By code point; the ASCII ones in an array, which is what makes long paths cheap. */
  readonly ascii: (State | undefined)[];
  readonly others: Map<number, State>;
  accepts: boolean | null;
}

/** More states than any sane pattern needs; past it the machine starts over to bound its memory. */
const STATE_LIMIT = 2000;
const END = -1;

function machineOf(nodes: readonly Node[]): Pick<Expression, "matches" | "canContinue"> {
  let states = new Map<string, State>();
  const intern = (positions: readonly number[], afterWord: boolean, atStart: boolean): State => {
    const key = `${atStart ? "^" : ""}${afterWord ? "w" : ""}${positions.join()}`;
    const known = states.get(key);
    if (known !== undefined) return known;
    if (states.size >= STATE_LIMIT) states = new Map();
    const state: State = {
      positions,
      afterWord,
      atStart,
      ascii: new Array<State | undefined>(128).fill(undefined),
      others: new Map(),
      accepts: null,
    };
    states.set(key, state);
    return state;
  };
  const first = intern([0], false, true);

  const step = (state: State, code: number): State => {
    const reached = new Set<number>();
    for (const position of closure(nodes, state, code)) {
      const { node, inside } = nodeAt(nodes, position);
      if (inside || node?.kind === "directories") {
        // Inside the group any character stays in it, and a slash may also leave it.
        if (isAny(code)) reached.add(insideOf(nodes, position));
        if (code === 0x2f) reached.add((position % (nodes.length + 1)) + 1);
      } else if (node?.kind === "one" && node.test(code)) reached.add(position + 1);
      else if (node?.kind === "many" && node.test(code)) reached.add(position);
    }
    const next = intern([...reached].sort(byNumber), isWord(code), false);
    if (code < 128) state.ascii[code] = next;
    else if (state.others.size < STATE_LIMIT) state.others.set(code, next);
    return next;
  };
  const run = (text: string): State => {
    let state = first;
    for (let i = 0; i < text.length && state.positions.length > 0; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 128) {
        state = state.ascii[unit] ?? step(state, unit);
        continue;
      }
      const code = text.codePointAt(i) ?? 0;
      if (code > 0xffff) i++;
      state = state.others.get(code) ?? step(state, code);
    }
    return state;
  };
  return {
    matches(path) {
      const state = run(path);
      state.accepts ??= closure(nodes, state, END).has(nodes.length);
      return state.accepts;
    },
    canContinue: (prefix) => run(prefix).positions.length > 0,
  };
}

/** Positions above `nodes.length` mean: inside the group of that node. */
function insideOf(nodes: readonly Node[], position: number): number {
  return position > nodes.length ? position : position + nodes.length + 1;
}

function nodeAt(
  nodes: readonly Node[],
  position: number,
): { readonly node: Node | undefined; readonly inside: boolean } {
  const inside = position > nodes.length;
  return { node: nodes[inside ? position - nodes.length - 1 : position], inside };
}

/** All positions reachable without reading, given the character that follows (`END`: none). */
function closure(nodes: readonly Node[], state: State, following: number): ReadonlySet<number> {
  const reached = new Set<number>();
  const open = [...state.positions];
  for (let position = open.pop(); position !== undefined; position = open.pop()) {
    if (reached.has(position)) continue;
    reached.add(position);
    if (position >= nodes.length) continue;
    const node = nodes[position];
    const passes =
      node?.kind === "many" ||
      node?.kind === "directories" ||
      (node?.kind === "assert" && holds(node.assertion, state, following));
    if (passes) open.push(position + 1);
  }
  return reached;
}

function holds(assertion: Assertion, state: State, following: number): boolean {
  const boundary = state.afterWord !== (following !== END && isWord(following));
  switch (assertion) {
    case "start":
      return state.atStart;
    case "end":
      return following === END;
    case "word-boundary":
      return boundary;
    case "no-word-boundary":
      return !boundary;
  }
}

function byNumber(a: number, b: number): number {
  return a - b;
}
