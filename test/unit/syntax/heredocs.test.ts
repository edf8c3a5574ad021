/** Heredoc words on their own, as COPY's sources and RUN's whole text are asked for them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chompHeredoc, readHeredocWord } from "../../../server/src/core/syntax/heredocs.js";

function checkHeredocWord(word: string, expected: string): void {
  const heredoc = readHeredocWord(word);
  const shown =
    heredoc === null || heredoc === "invalid"
      ? String(heredoc)
      : `${heredoc.fileDescriptor} ${heredoc.name} ${heredoc.expand ? "expand" : "literal"}${heredoc.chomp ? " chomp" : ""}`;
  assert.equal(shown, expected, word);
}

test("a heredoc word tells its name, descriptor and what becomes of the body", () => {
  checkHeredocWord("<<EOF", "0 EOF expand");
  checkHeredocWord("3<<-EOF", "3 EOF expand chomp");
  checkHeredocWord("<<'EOF'", "0 EOF literal");
  checkHeredocWord('<<-"A B"', "0 A B literal chomp");
  checkHeredocWord("<<E'O'F", "0 EOF literal");
  checkHeredocWord("<<\\EOF", "0 EOF expand");
  checkHeredocWord("<<$NAME", "0 $NAME expand");
});

test("what only looks like a heredoc is none", () => {
  for (const word of ["EOF", "<EOF", "<<", "<<-", "<<<EOF", "a<<EOF", "<<''", "<<A B", "<<A<B"]) {
    checkHeredocWord(word, "null");
  }
  checkHeredocWord("<<'A", "invalid");
});

test("chomping drops the leading tabs of every line, and nothing else", () => {
  assert.equal(chompHeredoc("\t\ta\n \tb\n\tc\td\r\n\t\n"), "a\n \tb\nc\td\r\n\n");
  assert.equal(chompHeredoc("a\r\tb"), "a\r\tb");
});
