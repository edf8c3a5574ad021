/** Texts at random, and Dockerfiles that were taken apart; with BuildKit's own test data where it is. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { anyText, FRAGMENTS } from "../support/anyDockerfile.js";
import { hostileValues } from "../support/hostile.js";
import { dockerfiles } from "../unit/analysis/dockerfiles.js";

const corpusFile = path.resolve("../shared/data/vectors/parser-official.jsonl");

/** Empty where the vectors do not lie beside the repository. */
const corpus = existsSync(corpusFile)
  ? readFileSync(corpusFile, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => Buffer.from((JSON.parse(line) as { readonly b64: string }).b64, "base64"))
      .map((bytes) => bytes.toString("utf8"))
      .filter((text) => text.length < 5_000)
  : [];

/** How many files of others there are to begin with. */
export const corpusSize = corpus.length;

const pieces = [...FRAGMENTS, ...hostileValues.filter((value) => value.length < 200)];

const mutated = (samples: fc.Arbitrary<string>) =>
  fc
    .record({
      sample: samples,
      edits: fc.array(
        fc.record({
          at: fc.nat(),
          cut: fc.nat(20),
          piece: fc.oneof(fc.constantFrom(...pieces), fc.constant("")),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    })
    .map(({ sample, edits }) =>
      edits.reduce((text, { at, cut, piece }) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + piece + text.slice(start + cut);
      }, sample),
    );

export const tortureTexts: fc.Arbitrary<string> = fc.oneof(
  anyText,
  mutated(dockerfiles),
  ...(corpus.length > 0 ? [mutated(fc.constantFrom(...corpus))] : []),
);
