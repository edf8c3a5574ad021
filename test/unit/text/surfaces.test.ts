/** Any text leaves for each surface as what it is: a reader sees it, and nothing becomes of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { SaxesParser } from "saxes";
import {
  codeBlock,
  codeSpan,
  interfaceText,
  jsonText,
  markdownText,
  printable,
  printableLines,
  tableCode,
  tableText,
  xmlText,
} from "../../../server/src/core/text/surfaces.js";
import { assertInterface, assertPrintable, hostileValues } from "../../support/hostile.js";
import { readMarkdown } from "../../support/readMarkdown.js";
import { runs } from "../../support/thorough.js";

const piece = fc.oneof(
  fc.constantFrom(...hostileValues.filter(({ length }) => length < 1000)),
  fc.string({ unit: fc.constantFrom(..."`[]()<>|*_\\&#!~$@:-+=.{} /\nab1"), maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);
const text = fc.array(piece, { maxLength: 4 }).map((pieces) => pieces.join(" "));

test("a sentence in Markdown reads as it is, and holds no markup but code spans", () => {
  check(
    text,
    (given) => {
      const { text: read, markup } = readMarkdown(markdownText(given));
      assert.equal(read, onOneLine(given).trim());
      assertOnly(markup, /^(?:paragraph_|inline$|text$|code_inline$)/);
    },
    ["[ @]:`<"],
  );
});

test("a sentence among our own words reads as it is", () => {
  check(text, (given) => {
    const markdown = `- **Title:** ${markdownText(given)}\n- before **${markdownText(`a ${given} b`)}** *end*`;
    const { markup } = readMarkdown(markdown);
    assertOnly(
      markup,
      /^(?:bullet_list|list_item|paragraph|strong|em)_|^(?:inline|text|code_inline)$/,
    );
  });
});

test("a code span and a code block hold any text", () => {
  check(text, (given) => {
    const line = onOneLine(given);
    const { text: read, markup } = readMarkdown(`a ${codeSpan(given)} b`);
    assert.equal(read, line.trim() === "" ? "a  b" : `a ${line} b`);
    assertOnly(markup, /^(?:paragraph_|inline$|text$|code_inline$)/);
    const block = readMarkdown(codeBlock(given, "text"));
    assertOnly(block.markup, /^fence$/);
    assert.equal(block.text, `${printableLines(given).replace(/\n$/, "")}\n`);
  });
});

test("a row of a table keeps its cells", () => {
  check(text, (given) => {
    const row = `| ${tableText(given)} | ${tableCode(given)} | end |`;
    const { markup, text: read } = readMarkdown(`| a | b | c |\n| --- | --- | --- |\n${row}\n`);
    assertOnly(markup, /^(?:table|thead|tbody|tr|th|td)_|^(?:inline|text|code_inline)$/);
    assert.equal(read.split("\n").length, 6, row);
    assert.ok(read.endsWith("\nend"), row);
  });
});

test("what is no markup is not escaped: the text reads well where it is not rendered", () => {
  for (const plain of [
    "Copies ./server.go to /here/server.go, as one layer; no container is started.",
    "rebuilds: dir/tick.txt changed (line 3)",
    'It is set by ENV NODE_ENV in line 2, with "a & b" < 3 and x-y + 1 = #2.',
    'Notes that a container runs ["go","run","server.go"] by default.',
    "It costs $5.",
    "-f and --from=a: both!",
  ]) {
    assert.equal(markdownText(plain), plain);
  }
  assert.equal(
    markdownText("asks https://a.example/x: always"),
    "asks `https://a.example/x`: always",
  );
  assert.equal(markdownText("of @scope/pkg."), "of `@scope/pkg`.");
});

test("in the editor's interface nothing becomes a link, a command or an icon", () => {
  check(text, (given) => assertInterface(interfaceText(given)));
  assert.equal(
    interfaceText("[a](command:b) $(x) $((1)) f(x)[1]"),
    "[a] (command:b) $ (x) $((1)) f(x)[1]",
  );
});

test("what cannot be seen is written out; letters of any script and emoji stay", () => {
  check(text, (given) => {
    assertPrintable(printable(given));
    assertPrintable(printableLines(given).replace(/[\n\t]/g, ""));
    assert.equal(printable(printable(given)), printable(given));
  });
  assert.equal(printable("a\u001b[0m\u202e\u{e0041}\tb"), "a\\x1b[0m\\u202e\\u{e0041} b");
  for (const kept of ["größe", "مرحبا", "日本語", "👩‍💻 ❤️ 👍🏽", "e\u0301"]) {
    assert.equal(printable(kept), kept);
  }
});

test("HTML and SVG hold any text", () => {
  check(text, (given) => {
    const parser = new SaxesParser();
    let read = "";
    let attribute = "";
    parser.on("text", (part) => (read += part));
    parser.on("opentag", ({ attributes }) => (attribute = String(attributes["a"])));
    parser.on("error", (error) => assert.fail(error));
    parser.write(`<x a="${xmlText(given)}">${xmlText(given)}</x>`).close();
    assert.equal(read, attribute);
    assertPrintable(read);
  });
});

test("JSON is of the very value, and a terminal takes it", () => {
  check(text, (given) => {
    const json = jsonText({ [given]: [given] });
    assertPrintable(json.replaceAll("\n", ""));
    assert.deepEqual(JSON.parse(json), { [given]: [given] });
  });
});

/** @param known texts that were wrong once */
function check(
  of: fc.Arbitrary<string>,
  holds: (text: string) => void,
  known: readonly string[] = [],
): void {
  const examples = known.map((one): [string] => [one]);
  fc.assert(fc.property(of, holds), { numRuns: runs(2000), examples });
}

function onOneLine(given: string): string {
  return printable(given.replace(/[\t\n\v\f\r ]+/g, " "));
}

function assertOnly(markup: ReadonlySet<string>, allowed: RegExp): void {
  assert.deepEqual(
    [...markup].filter((kind) => !allowed.test(kind)),
    [],
  );
}
