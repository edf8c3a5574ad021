/**
 * The answers of the base, kept from run to run: as long as the input and the way of asking are the
 * same they cannot change.
 */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { inRepository } from "../repository.js";
import type { Answer } from "./asking/questions.js";
import type { Input } from "./inputs/input.js";

export interface KeptAnswers {
  /** null: the base has not been asked yet. */
  get(input: Input): readonly Answer[] | null;
  put(input: Input, answers: readonly Answer[]): void;
}

/** @param folder for the answers of one commit; those to other ways of asking are dropped */
export function openKept(folder: string): KeptAnswers {
  const own = wayOfAsking();
  mkdirSync(path.join(folder, own), { recursive: true });
  for (const other of readdirSync(folder)) {
    if (other !== own) rmSync(path.join(folder, other), { recursive: true, force: true });
  }
  const fileOf = (input: Input): string =>
    path.join(folder, own, digest(JSON.stringify(input)).slice(0, 32));
  return {
    get(input) {
      const file = fileOf(input);
      // Written below.
      return existsSync(file)
        ? (JSON.parse(brotliDecompressSync(readFileSync(file)).toString()) as Answer[])
        : null;
    },
    put(input, answers) {
      if (answers.some(isMissing)) return;
      const file = fileOf(input);
      // Before and after a build most answers are alike, and far from each other: hence the window.
      const params = { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 22 };
      writeFileSync(`${file}.new`, brotliCompressSync(JSON.stringify(answers), { params }));
      renameSync(`${file}.new`, file);
    },
  };
}

/** A machine that was too busy is no answer of the base: it is asked again the next time. */
function isMissing([question, answer]: Answer): boolean {
  return question.endsWith(": the language server") || answer.startsWith('{"code":124,');
}

/** A digest of the sources that ask; and numbers are written as this Node writes them. */
function wayOfAsking(): string {
  const asking = inRepository("test/support/answers/asking");
  const files = [
    ...readdirSync(asking).map((name) => path.join(asking, name)),
    ...["caseFolder", "requestArguments"].map((name) =>
      inRepository(`test/conformance/support/${name}.ts`),
    ),
  ];
  const texts = files.sort().map((file) => readFileSync(file, "utf8"));
  return digest([process.version, ...texts].join("\0")).slice(0, 16);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
