/** "Explain Layers" as Markdown and as a page: complete, true to the file, and nothing in it is markup of the Dockerfile's. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { explainJson } from "../../../server/src/core/documents/explain.js";
import { explainDocument } from "../../../server/src/core/documents/explainDocument.js";
import { explainPage } from "../../../server/src/core/documents/explainPage.js";
import { consequences } from "../../../server/src/core/insight/consequences.js";
import { firstLines } from "../../../server/src/core/insight/lineSet.js";
import { anyPlace } from "../../support/shownPlace.js";
import { viewOf } from "../../support/viewOf.js";

const dockerfile = [
  "ARG VERSION=20",
  "FROM node:$VERSION AS build",
  "WORKDIR /app",
  "RUN npm ci",
  "FROM nginx",
  "COPY --from=build /app/dist /srv",
  'CMD ["nginx"]',
].join("\n");

test("the document holds the Dockerfile, the picture, a row for every instruction and the totals", () => {
  const text = markdown(dockerfile, "text");
  const numbered = dockerfile.split("\n").map((line, at) => `${at + 1}  ${line}`);
  assert.ok(text.includes(`\`\`\`dockerfile\n${numbered.join("\n")}\n\`\`\``));
  assert.match(text, /│ +0 Base image nginx +│/);
  assert.match(text, /Writable layer of the container/);
  const rows = text.split("\n").filter((line) => /^\| .*line \d/.test(line));
  assert.equal(rows.length, 14);
  assert.match(text, /\| build 3\/3, line 4 · Layer: of its stage \| `RUN npm ci` \|/);
  assert.match(text, /^# .*\n\n7 instructions: 1 layer on top of the base image/);
});

test("a very long Dockerfile is explained around a line, with the upper layers drawn", () => {
  const long = `FROM alpine\n${"RUN make\n# next\n".repeat(2_000)}`;
  const document = (around: number | null) =>
    explainDocument(viewOf(long), { name: "Dockerfile", picture: "text", around });
  const rows = (text: string) => text.split("\n").filter((line) => /^\| \d+\/\d+, line/.test(line));
  const part = document(2_000);
  assert.equal(rows(part).length, 300);
  assert.match(part, /\nLines 1700 to 2298 of 4002 are explained\./);
  assert.match(part, /\n2000 {2}RUN make\n2001 {2}# next\n/);
  assert.match(part, /1900 layers more/);
  assert.equal(rows(document(4_001)).length, 300);
  assert.equal(rows(document(null)).length, 2_001);
  assert.ok(document(1).length < 200_000);
});

test("an SVG in the document stands on one line, so that Markdown keeps it whole", () => {
  assert.match(markdown(dockerfile, "svg"), /\n\n<div>\n<svg .*<\/svg>\n<\/div>\n\n/);
});

test("a row says what a changed line rebuilds", () => {
  const text = markdown(dockerfile, "text");
  assert.match(text, /\| line 1: `ARG VERSION=20` \| .* \| lines 3 and 4 \| line 6 \|/);
  assert.match(text, /\| line 3: `WORKDIR \/app` \| .* \| line 4 \| line 6 \|/);
});

test("a row names so many lines that rebuild as one can read, and counts the rest", () => {
  const pairs = Array.from({ length: 60 }, (_, at) => `RUN make ${at}\nLABEL l${at}=1`).join("\n");
  const text = markdown(`FROM alpine\n${pairs}\n`, "text");
  assert.match(
    text,
    /\| line 1: `FROM alpine` \| [^|]* \| lines 2, 4, 6, [\d, ]* 24 and 48 more \|/,
  );
});

test("JSON lists so many lines that rebuild as a long file needs room for, and counts them all", () => {
  const { analysis } = viewOf(`FROM alpine\n${"RUN make\n".repeat(300)}`);
  const [first] = explainJson(analysis, anyPlace).steps;
  assert.equal(first?.invalidates.certainCount, 300);
  assert.deepEqual(
    first.invalidates.certain,
    Array.from({ length: 100 }, (_, at) => at + 2),
  );
  assert.equal(first.invalidates.possibleCount, 0);
});

test("an ARG reaches the instructions that use it, and one before FROM the stages that declare it", () => {
  const { analysis } = viewOf(
    "ARG A=1\nFROM x\nARG A\nCOPY a /\nRUN b\nFROM y\nRUN c\nFROM z\nARG P=/p\nCOPY a $P\nCOPY b /b\nCOPY --from=0 /1 /\nCOPY --from=1 /2 /",
  );
  const from = (line: number) => analysis.steps.find(({ place }) => place.line === line);
  const global = from(1);
  const local = from(9);
  assert.ok(global !== undefined && local !== undefined);
  const following = consequences(analysis, global);
  assert.deepEqual(firstLines(following.certain, 99), [5]);
  assert.deepEqual(firstLines(following.possible, 99), [12, 13]);
  assert.deepEqual(firstLines(consequences(analysis, local).certain, 99), [10, 11, 12, 13]);
});

test("no text of a Dockerfile becomes markup", () => {
  const evil =
    'FROM a\nRUN echo "<img src=x onerror=alert(1)> [x](command:y) ```" | cat\nLABEL a="</style>"';
  const text = markdown(evil, "svg");
  const outside = text
    .replace(/^<div>\n<svg .*<\/svg>\n<\/div>$/m, "")
    .replace(/^(`{3,})[^\n]*\n[\s\S]*?\n\1$/gm, "")
    .replace(/(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)/g, "");
  assert.doesNotMatch(outside, /<img|\]\(command|<\/style>"/);
  const html = page(evil);
  assert.doesNotMatch(html, /<img|<script|<\/style>"|href="(?!#line-)/);
});

test("the page allows only its own styles, and asks no network", () => {
  const html = page(dockerfile);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "";
  assert.match(policy, /default-src 'none'/);
  const styles = [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map((match) => match[1] ?? "");
  assert.equal(styles.length, 2);
  for (const style of styles) {
    const hash = createHash("sha256").update(style).digest("base64");
    assert.ok(policy.includes(`'sha256-${hash}'`));
  }
  assert.doesNotMatch(
    html.replaceAll("http://www.w3.org/2000/svg", ""),
    /https?:|<script|url\((?!#)/,
  );
  assert.doesNotMatch(html, / style="| on[a-z]+="/);
});

test("every link of the page's picture leads to a row", () => {
  const html = page(dockerfile);
  const links = [...html.matchAll(/href="#([^"]+)"/g)].map((match) => match[1] ?? "");
  assert.ok(links.length >= 4);
  for (const link of links) assert.ok(html.includes(`id="${link}"`), link);
});

test("the page says what its picture leaves out", () => {
  const chain = Array.from({ length: 46 }, (_, at) => `FROM s${at} AS s${at + 1}\nRUN make ${at}`);
  assert.match(
    page(`FROM alpine AS s0\nRUN a\n${chain.join("\n")}`),
    /<text [^>]*>Drawn are the 40 stages and images next to the target; 7 more are not\.<\/text>/,
  );
});

test("a file without a stage, an empty one and a broken one have a document too", () => {
  for (const text of ["", "ARG A", "FRM x\nRUN", "FROM"]) {
    assert.match(markdown(text, "svg"), /## The Dockerfile|## Step by step/);
    assert.match(page(text), /<\/html>\n$/);
  }
});

function markdown(text: string, picture: "svg" | "text"): string {
  return explainDocument(viewOf(text), { name: "Dockerfile", picture });
}

function page(text: string): string {
  return explainPage(viewOf(text), { name: "Dockerfile" });
}
