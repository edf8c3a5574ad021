/** The files of texts and their translations, against the texts of the sources. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { inRepository } from "./repository.js";
import { allTexts } from "./texts.js";

/** The list of all texts, which nothing reads but people and those who translate. */
const listFile = "l10n/bundle.l10n.json";

/** Writes the list of all texts anew. */
export function writeTextList(): void {
  const list = Object.fromEntries(allTexts().map((text) => [text, text]));
  writeFileSync(inRepository(listFile), `${JSON.stringify(list, null, 2)}\n`);
}

/** The texts of one file by their names. */
export function textsIn(file: string): Readonly<Record<string, string>> {
  // Our own files, all of this shape.
  return JSON.parse(readFileSync(inRepository(file), "utf8")) as Record<string, string>;
}

/**
 * What a release waits for: a line for each text that a file lacks, which is shown in English until
 * then, and for each that nothing asks for any more.
 */
export function textsToDo(): readonly string[] {
  const texts = allTexts();
  const manifest = Object.keys(textsIn("package.nls.json"));
  return [
    ...differences(listFile, texts),
    ...translations("l10n", /^bundle\.l10n\..+\.json$/).flatMap((file) => differences(file, texts)),
    ...translations("", /^package\.nls\..+\.json$/).flatMap((file) => differences(file, manifest)),
  ];
}

function differences(file: string, wanted: readonly string[]): readonly string[] {
  const there = new Set(Object.keys(textsIn(file)));
  const asked = new Set(wanted);
  return [
    ...wanted.filter((text) => !there.has(text)).map((text) => `${file} lacks: ${text}`),
    ...[...there].filter((text) => !asked.has(text)).map((text) => `${file}, not used: ${text}`),
  ];
}

function translations(folder: string, name: RegExp): readonly string[] {
  return readdirSync(inRepository(folder))
    .filter((file) => name.test(file))
    .map((file) => (folder === "" ? file : `${folder}/${file}`))
    .sort();
}
