/**
 * Feature fixtures: one text file per case, walked in memory. A file opens with a sentence of
 * intent; sections follow:
 *
 *     -- Dockerfile --            the text; `<|>` is the cursor; comment lines of carets are claims
 *     -- src/app.ts --            a file of the build context; `mode=755` may follow its path
 *     -- link -> target --        a symbolic link; `-- empty/ --` is a directory
 *     -- .dockerignore --         the ignore file
 *     -- base image NAME --       what is known of an image, as JSON
 *     -- options --               builder, target, … (see fixturesProject.ts)
 *     -- change --                what happens after a first simulated build (there too)
 *     -- Dockerfile after --      the claims, when a change edits the Dockerfile; golden
 *     -- expect … --              golden text
 *
 * A claim stands under its line: `#    ^^^ text` covers the columns of its carets; one that starts
 * in the first column is written `#<--- text`. UPDATE_GOLDENS=1 rewrites claims and goldens; a
 * missing one fails.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { View } from "../../server/src/core/analysis/view.js";
import { openProject, type Project, type System } from "./fixturesProject.js";
import { inRepository } from "./repository.js";

export interface Section {
  readonly name: string;
  readonly text: string;
}

export interface Fixture {
  readonly intent: string;
  readonly sections: readonly Section[];
}

/** Something said about a range of the Dockerfile, in one line. */
export interface Claim {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What a feature answers for one case: claims under the text, and texts by the name of their section. */
export interface Answer {
  readonly claims?: readonly Claim[];
  readonly expect?: Readonly<Record<string, string>>;
}

export interface Case {
  readonly view: View;
  readonly project: Project;
  /** Offsets of the cursors in the Dockerfile, in order. */
  readonly cursors: readonly number[];
}

/** Registers a test for every fixture of `test/fixtures/<feature>`. */
export function checkFixtures(feature: string, answer: (given: Case) => Answer): void {
  const folder = inRepository("test", "fixtures", feature);
  const files = readdirSync(folder).filter((file) => file.endsWith(".txt"));
  for (const file of files.sort()) {
    test(`${feature}/${file.slice(0, -".txt".length)}`, async () => {
      const place = path.join(folder, file);
      const before = readFileSync(place, "utf8");
      const after = await expectedText(readFixture(before), answer);
      if (after === before) return;
      if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(place, after);
      else assert.equal(after, before, `${feature}/${file}: npm run test:update shows what is new`);
    });
  }
}

export function readFixture(text: string): Fixture {
  const sections: { name: string; text: string }[] = [];
  let intent = "";
  for (const line of text.split(/(?<=\n)/)) {
    const name = /^-- (.+) --\n?$/.exec(line)?.[1];
    const last = sections.at(-1);
    if (name !== undefined) sections.push({ name, text: "" });
    else if (last !== undefined) last.text += line;
    else intent += line;
  }
  assert.match(intent, /^[A-Z`][\s\S]*[.:]\n$/, "a fixture opens with a sentence of intent");
  return { intent, sections };
}

function writeFixture({ intent, sections }: Fixture): string {
  return intent + sections.map(({ name, text }) => `-- ${name} --\n${text}`).join("");
}

/** The whole file as it should be. */
async function expectedText(fixture: Fixture, answer: (given: Case) => Answer): Promise<string> {
  const typed = fixture.sections.find(({ name }) => name === "Dockerfile")?.text ?? "";
  const { text, cursors } = takeCursors(withoutClaims(typed));
  const sections = fixture.sections.map((section) =>
    section.name === "Dockerfile" ? { ...section, text } : section,
  );
  const answers = new Map<string, Answer>();
  let finalText = text;
  const systems: readonly System[] = ["posix", "windows"];
  for (const system of systems) {
    for (const builder of ["buildkit", "classic"] as const) {
      const project = await openProject({ ...fixture, sections }, system, builder);
      if (project === null) continue;
      const given = asTyped(answer({ view: project.view, project, cursors }), project);
      const other = answers.get(builder);
      if (other === undefined) answers.set(builder, given);
      else assert.deepEqual(given, other, `a context on ${system} is answered like one on posix`);
      finalText = project.text;
    }
  }
  const buildkit = answers.get("buildkit");
  const classic = answers.get("classic");
  const claims = mergeClaims(buildkit?.claims, classic?.claims);
  const expected = mergeTexts(buildkit?.expect, classic?.expect);
  const isEdited = finalText !== text;
  const kept = fixture.sections
    .filter(({ name }) => name !== "Dockerfile after" && !/^expect\b/.test(name))
    .map((section): Section => {
      if (section.name !== "Dockerfile" || claims === null) return section;
      return { ...section, text: isEdited ? text : withClaims(text, claims) };
    });
  if (claims !== null && isEdited) {
    kept.push({ name: "Dockerfile after", text: withClaims(finalText, claims) });
  }
  return writeFixture({ ...fixture, sections: [...kept, ...expected] });
}

/** Claims of a text that was analysed with CRLF, at the offsets of the text with LF. */
function asTyped(given: Answer, { analysed, text }: Project): Answer {
  if (given.claims === undefined || analysed === text) return given;
  const offset = (at: number) => at - (analysed.slice(0, at).match(/\r\n/g)?.length ?? 0);
  const claims = given.claims.map(({ start, end, text }) => ({
    start: offset(start),
    end: offset(end),
    text,
  }));
  return { ...given, claims };
}

const claimLine = /^#(?: *\^+|<-*)(?: .*)?$/;

export function withoutClaims(text: string): string {
  return text
    .split("\n")
    .filter((line) => !claimLine.test(line))
    .join("\n");
}

function takeCursors(typed: string): { text: string; cursors: readonly number[] } {
  const parts = typed.split("<|>");
  const cursors: number[] = [];
  let at = 0;
  for (const part of parts.slice(0, -1)) {
    at += part.length;
    cursors.push(at);
  }
  return { text: parts.join(""), cursors };
}

/** The text with its claims under their lines; a range of several lines is claimed on its first. */
function withClaims(text: string, claims: readonly Claim[]): string {
  const lines: string[] = [];
  let start = 0;
  const open = [...claims].sort((a, b) => a.start - b.start || a.end - b.end);
  for (const line of text.split("\n")) {
    lines.push(line);
    const end = start + line.length;
    while (open[0] !== undefined && open[0].start <= end) {
      const [claim] = open.splice(0, 1) as [Claim]; // the loop's condition
      const from = claim.start - start;
      const to = Math.max(from + 1, Math.min(claim.end - start, line.length));
      const mark =
        from === 0
          ? `#<${"-".repeat(Math.max(0, to - 2))}`
          : `#${" ".repeat(from - 1)}${"^".repeat(to - from)}`;
      lines.push(`${mark} ${claim.end > end ? "… " : ""}${claim.text.replaceAll("\n", "⏎")}`);
    }
    start = end + 1;
  }
  return lines.join("\n");
}

/** Where the builders differ, a claim says both. null: the feature claims nothing. */
function mergeClaims(
  buildkit: readonly Claim[] | undefined,
  classic: readonly Claim[] | undefined,
): readonly Claim[] | null {
  if (buildkit === undefined || classic === undefined) return buildkit ?? classic ?? null;
  const merged: Claim[] = [];
  const name = ({ start, end }: Claim) => `${start} ${end}`;
  const left = [...classic];
  for (const claim of buildkit) {
    const at = left.findIndex((other) => name(other) === name(claim));
    const [other] = at < 0 ? [] : left.splice(at, 1);
    if (other?.text === claim.text) merged.push(claim);
    else
      merged.push({
        ...claim,
        text: `buildkit ${claim.text} | classic ${other?.text ?? "nothing"}`,
      });
  }
  for (const claim of left)
    merged.push({ ...claim, text: `buildkit nothing | classic ${claim.text}` });
  return merged;
}

function mergeTexts(
  buildkit: Answer["expect"] = {},
  classic: Answer["expect"] = {},
): readonly Section[] {
  const sections: Section[] = [];
  const add = (name: string, text: string): void => {
    sections.push({ name, text: text.endsWith("\n") || text === "" ? text : `${text}\n` });
  };
  for (const name of new Set([...Object.keys(buildkit), ...Object.keys(classic)])) {
    const one = buildkit[name];
    const other = classic[name];
    const title = name === "" ? "expect" : `expect ${name}`;
    if (one === undefined || other === undefined || one === other) add(title, one ?? other ?? "");
    else {
      add(`${title} (buildkit)`, one);
      add(`${title} (classic)`, other);
    }
  }
  return sections;
}
