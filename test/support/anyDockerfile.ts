// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** Texts at random, as a parser may meet them. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { anyCodePoints } from "./codePoints.js";

const FIXTURES = path.resolve("test/fixtures/syntax");
export const SAMPLES = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => readFileSync(path.join(FIXTURES, name, "Dockerfile"), "utf8"));

/** Pieces that matter to the parser; joined at random they reach states that plain noise does not. */
export const FRAGMENTS = [
  ..."\n\n\n\r \t\v\f\\`#'\"=-<$[]{},/:%?+*a1",
  ..."\u0085\u00a0\u2003\ufeff\u0130é堠😀\ud800\udc00\0",
  ...["FROM a\n", "RUN ", "COPY ", "ENV ", "ONBUILD ", "HEALTHCHECK ", "JUMP ", "# escape=`\n"],
  ...["\\\n", "`\n", "<<EOF", "<<-'A B'", "\nEOF\n", "--x=y ", '["a", "b"]', "${A:-b}", "A=1 "],
];

const jumble = fc
  .array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 })
  .map((parts) => parts.join(""));
export const noise = anyCodePoints(80);
const mutation = fc
  .record({
    sample: fc.constantFrom(...SAMPLES),
    edits: fc.array(
      fc.record({ at: fc.nat(), cut: fc.nat(6), piece: fc.constantFrom(...FRAGMENTS, "") }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .map(({ sample, edits }) =>
    edits.reduce((text, { at, cut, piece }) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + piece + text.slice(start + cut);
    }, sample),
  );
export const anyText = fc.oneof(jumble, noise, mutation);
