/** From a place inside an argument back to the file, across continued lines and JSON escapes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { variableReferences } from "../../../server/src/core/syntax/expand.js";
import { rangeInWord } from "../../../server/src/core/syntax/logicalLine.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";

/** What the file says at every variable of the first instruction's arguments. */
function writtenVariables(text: string): readonly string[] {
  const file = parseDockerfile(text);
  let instruction = file.instructions[0];
  while (instruction?.trigger) instruction = instruction.trigger;
  assert.ok(instruction !== undefined);
  const found: string[] = [];
  for (const word of instruction.args) {
    for (const { range } of variableReferences(word.value, file.escape)) {
      const { start, end } = rangeInWord(instruction, word, range.start, range.end);
      found.push(`${start}: ${text.slice(start, end)}`);
    }
  }
  return found;
}

test("a variable in an argument is found in the file", () => {
  assert.deepEqual(writtenVariables("COPY --from=x $A /to/$B\n"), ["14: $A", "21: $B"]);
});

test("a variable on a continued line is found there", () => {
  assert.deepEqual(writtenVariables("RUN a \\\n  # $NO\n\n  b $B \\\n && $C\n"), [
    "21: $B",
    "30: $C",
  ]);
});

test("a name cut by a continuation keeps both of its parts", () => {
  assert.deepEqual(writtenVariables("ENV A=$LO\\\nNG\n"), ["6: $LO\\\nNG"]);
});

test("a variable in the instruction of an ONBUILD is found", () => {
  assert.deepEqual(writtenVariables("ONBUILD \\\n ONBUILD COPY $A \\\n $B\n"), [
    "24: $A",
    "30: $B",
  ]);
});

test("escapes of a JSON string are counted as they are written", () => {
  assert.deepEqual(writtenVariables('COPY ["\\t\\u00e9$A", \\\n "\\"$B"]\n'), ["15: $A", "26: $B"]);
});

test("HEALTHCHECK has its type outside the JSON array", () => {
  assert.deepEqual(writtenVariables('HEALTHCHECK $T ["\\n$A"]\n'), ["12: $T", "19: $A"]);
});
