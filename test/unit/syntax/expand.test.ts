// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** Variable expansion as BuildKit does it: what a word becomes, and which variables it asked for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  expandWord,
  expandWords,
  HEREDOC_BODY,
  type LexOptions,
  variableReferences,
} from "../../../server/src/core/syntax/expand.js";
import type { EscapeCharacter } from "../../../server/src/core/syntax/syntax.js";
import { expansionWords } from "../../../server/src/core/words/instructionProblems.js";

const VARIABLES: ReadonlyMap<string, string> = new Map([
  ["NAME", "value"],
  ["EMPTY", ""],
  ["LIST", " one  two "],
  ["FILE", "src/lib/main.test.ts"],
  ["STARS", "a*b*c"],
  ["LINES", "first\nsecond"],
  ["EMOJI", "😀x😀"],
  ["DOLLAR", "$0"],
  ["größe", "XL"],
  ["7", "seven"],
]);
const lookup = (name: string) => VARIABLES.get(name);

/** Text, what it becomes (or the error's code), and what stands there once it is cut into words. */
function checkWord(
  text: string,
  expected: string,
  options: LexOptions = {},
  escapeCharacter: EscapeCharacter = "\\",
): void {
  const { value, error } = expandWord(text, lookup, escapeCharacter, options);
  assert.equal(error === null ? value : `error: ${error.code}`, expected, text);
}

function checkWords(text: string, expected: readonly string[]): void {
  const { words } = expandWords(text, lookup, "\\");
  assert.deepEqual(
    words.map(({ value }) => value),
    expected,
    text,
  );
}

test("a variable's value takes the place of its name", () => {
  checkWord("$NAME", "value");
  checkWord("a-${NAME}-b", "a-value-b");
  checkWord("$NAME.$NAME", "value.value");
  checkWord("$NAME_X", "");
  checkWord("[$NONE]", "[]");
  checkWord("$größe", "XL");
});

test("a dollar without a name stays, a digit is a name of digits only", () => {
  checkWord("5$", "5$");
  checkWord("$ x", "$ x");
  checkWord("$.", "$.");
  checkWord("$7up", "sevenup");
  checkWord("$?x", "x");
  checkWord("$@", "");
});

test("quotes go, single ones protect what is in them", () => {
  checkWord("'$NAME'\"$NAME\"", "$NAMEvalue");
  checkWord('"it\'s" \'a "b"\'', 'it\'s a "b"');
  checkWord("'back\\slash'", "back\\slash");
  checkWord('"a\\nb \\" \\$NAME \\\\"', 'a\\nb " $NAME \\');
  checkWord("'open", "error: quote-unclosed");
  checkWord('"open\\"', "error: quote-unclosed");
});

test("an escape character protects the next character and is dropped at the end", () => {
  checkWord("\\$NAME", "$NAME");
  checkWord("\\a\\ b\\", "a b");
  checkWord("`$NAME \\x", "$NAME \\x", {}, "`");
  checkWord('"`$NAME`x"', "$NAME`x", {}, "`");
});

test("- gives a default, with a colon for empty values too", () => {
  checkWord("${NONE-d}|${EMPTY-d}|${NAME-d}", "d||value");
  checkWord("${NONE:-d}|${EMPTY:-d}|${NAME:-d}", "d|d|value");
  checkWord("${NONE:-${EMPTY:-$NAME}}", "value");
  checkWord("${NONE:-'a}b'}", "a}b");
  checkWord("${NONE:-a\\}b}", "a}b");
});

test("+ gives its word for a set variable, with a colon for one that is not empty", () => {
  checkWord("${NONE+w}|${EMPTY+w}|${NAME+w}", "|w|w");
  checkWord("${NONE:+w}|${EMPTY:+w}|${NAME:+w}", "||w");
});

test("? makes a variable required, and says why in its own words", () => {
  checkWord("${NAME?}|${NAME:?x}|${EMPTY?x}", "value|value|");
  checkWord("${NONE?}", "error: variable-required");
  checkWord("${EMPTY:?}", "error: variable-required");
  const { error } = expandWord("${NONE?set it to $NAME}", lookup, "\\");
  assert.match(error === null ? "" : expansionWords(error), /NONE.*set it to value/);
});

test("# and ## cut the shortest and the longest start", () => {
  checkWord("${FILE#*/}", "lib/main.test.ts");
  checkWord("${FILE##*/}", "main.test.ts");
  checkWord("${FILE#lib}", "src/lib/main.test.ts");
  checkWord("${FILE#s?c/}", "lib/main.test.ts");
  checkWord("${STARS#a\\*}", "b*c");
  checkWord("${NONE#x}|${EMPTY##*}", "|");
  checkWord("${FILE#$NONE*/}", "lib/main.test.ts");
});

test("% and %% cut the shortest and the longest end", () => {
  checkWord("${FILE%.*}", "src/lib/main.test");
  checkWord("${FILE%%.*}", "src/lib/main");
  checkWord("${FILE%/*}", "src/lib");
  checkWord("${STARS%\\*c}", "a*b");
  checkWord("${EMOJI%?}", "😀x");
});

test("wildcards do not reach over a line end", () => {
  checkWord("${LINES##*d}", "first\nsecond");
  checkWord("${LINES#*t}", "\nsecond");
  checkWord("${LINES//?/.}", ".....\n......");
});

test("/ replaces the first match, // all of them", () => {
  checkWord("${FILE/s/S}", "Src/lib/main.test.ts");
  checkWord("${FILE//s/S}", "Src/lib/main.teSt.tS");
  checkWord("${FILE//\\//-}", "src-lib-main.test.ts");
  checkWord("${FILE/lib*test/x}", "src/x.ts");
  checkWord("${STARS//\\*/}", "abc");
  checkWord("${NAME//x/y}", "value");
  checkWord("${NONE/a/b}", "");
});

test("an empty pattern matches between all characters", () => {
  checkWord("${NAME/$EMPTY/-}", "-value");
  checkWord("${NAME//$EMPTY/-}", "-v-a-l-u-e-");
});

test("Go's template signs work in the replacement of all matches only", () => {
  checkWord("${NAME//a/[$DOLLAR]}", "v[a]lue");
  checkWord("${NAME/a/[$DOLLAR]}", "v[$0]lue");
});

test("broken substitutions are errors with their place", () => {
  checkWord("${}", "error: substitution-bad");
  checkWord("${{NAME}}", "error: substitution-bad");
  checkWord("${:-x}", "error: substitution-bad");
  checkWord("${NAME", "error: brace-unclosed");
  checkWord("${", "error: brace-unclosed");
  checkWord("${NAME:-x", "error: brace-unclosed");
  checkWord("${NAME:=x}", "error: modifier-unsupported");
  checkWord("${NAME=x}", "error: modifier-unsupported");
  checkWord("${NAME:#x}", "error: modifier-unsupported");
  checkWord("${NAME^^}", "error: modifier-unsupported");
  checkWord("${#NAME}", "error: modifier-unsupported");
  checkWord("${NAME#\\x}", "error: pattern-invalid");
  checkWord("${NAME/a}", "error: brace-unclosed");
  assert.deepEqual(expandWord("ab ${NAME=}", lookup, "\\").error?.range, { start: 3, end: 10 });
});

test("words are cut at spaces of the text and of values, not at quoted or escaped ones", () => {
  checkWords("  a  b\tc ", ["a", "b", "c"]);
  checkWords("x${LIST}y", ["x", "one", "two", "y"]);
  checkWords('x"${LIST}"y z', ["x one  two y", "z"]);
  checkWords("a\\ b 'c d'", ["a b", "c d"]);
  checkWords("'' \"\" a", ["a"]);
  checkWords("'open", []);
  checkWords("a <<  EOF b", ["a", "<<  EOF", "b"]);
  // BuildKit loses what stands before a substitution with a word: its two levels share a buffer.
  checkWords("lost${NONE:-b}c", ["bc"]);
});

test("words know where they stand in the text", () => {
  const { words } = expandWords("ab  'c d'$NAME e", lookup, "\\");
  assert.deepEqual(
    words.map(({ range }) => [range.start, range.end]),
    [
      [0, 2],
      [4, 14],
      [15, 16],
    ],
  );
});

test("what was asked for is told apart: set, and not set", () => {
  const { matched, unmatched } = expandWord("$NAME ${A:-${B}} ${EMPTY:+$C} '$D'", lookup, "\\");
  assert.deepEqual([...matched].sort(), ["EMPTY", "NAME"]);
  assert.deepEqual([...unmatched].sort(), ["A", "B", "C"]);
});

test("the options leave quotes, escapes and unset variables as they are", () => {
  checkWord("'a' \"$NAME\"", "'a' \"value\"", { rawQuotes: true });
  checkWord('a\\ b "\\$"', "a\\ b \\$", { rawEscapes: true });
  checkWord(
    "$NONE ${NONE} ${NONE:-$NAME} ${NONE//a/b} $NAME",
    "$NONE ${NONE} ${NONE:-value} ${NONE/a/b} value",
    {
      skipUnset: true,
    },
  );
  checkWord("it's $NAME \\$NAME", "it's value $NAME", HEREDOC_BODY);
});

test("references are found with their places, nested ones too", () => {
  const text = "a $NAME \\$NO '$NO' \"${X:-$Y}\" ${Z}";
  const found = variableReferences(text, "\\");
  assert.deepEqual(
    found.map(({ name, range, nameRange }) => [
      name,
      text.slice(range.start, range.end),
      text.slice(nameRange.start, nameRange.end),
    ]),
    [
      ["NAME", "$NAME", "NAME"],
      ["X", "${X:-$Y}", "X"],
      ["Y", "$Y", "Y"],
      ["Z", "${Z}", "Z"],
    ],
  );
});

test("references before and after a mistake are found", () => {
  const names = (text: string) => variableReferences(text, "\\").map(({ name }) => name);
  assert.deepEqual(names("$A ${} $B ${C=} $D"), ["A", "B", "C", "D"]);
  assert.deepEqual(names('"$A ${B:-$C'), ["A", "B", "C"]);
  assert.deepEqual(names("$A 'open $B"), ["A"]);
});

test("absurd texts end in an error, not in an exception or a long wait", () => {
  assert.equal(expandWord("${A:-".repeat(50_000), lookup, "\\").error?.code, "expansion-too-large");
  const long = new Map([["LONG", "a".repeat(5_000)]]);
  const { value } = expandWord(`\${LONG##${"*a".repeat(100)}b}`, (name) => long.get(name), "\\");
  assert.equal(value.length, 5_000);
  const wide = expandWord(`\${LONG#${"*".repeat(20_000)}}`, (name) => long.get(name), "\\");
  assert.equal(wide.error?.code, "expansion-too-large");
});

test("a value that grows out of itself ends in an error before it is made", () => {
  const big = new Map([
    ["B", "ab".repeat(30_000)],
    ["MATCH", "$0".repeat(50)],
  ]);
  const expand = (text: string) => expandWord(text, (name) => big.get(name), "\\");
  for (const text of [
    "$B$B$B",
    '"$B$B$B"',
    "${X:-$B$B$B}",
    "$B".repeat(10_000),
    "${B//a/aaaaaaaaaa}",
    "${B//a/$B}",
    "${B//*/$MATCH}",
  ]) {
    const { error, value } = expand(text);
    assert.ok(error?.code === "expansion-too-large" && error.what === "value", text.slice(0, 40));
    assert.equal(value, "");
  }
  assert.equal(expand("$B$B").value.length, 120_000);
  // What is written out may be as long as it is.
  assert.equal(expand("x".repeat(1_000_000)).value.length, 1_000_000);
});
