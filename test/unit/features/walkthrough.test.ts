/** The walkthrough's pictures are the product's own answers about a small project, kept as files. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import type { View } from "../../../server/src/core/analysis/view.js";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import { pictureSvg } from "../../../server/src/core/picture/pictureSvg.js";
import { element } from "../../../server/src/core/picture/svg.js";
import { xmlText } from "../../../server/src/core/text/surfaces.js";
import { glossary } from "../../../server/src/core/words/glossary.js";
import { lensTitle } from "../../../server/src/core/words/lensTitle.js";
import { openProject } from "../../support/fixturesProject.js";
import { inRepository } from "../../support/repository.js";
import { withStyleAttributes } from "../../support/styleAttributes.js";

const dockerfile = [
  "FROM node:22",
  "WORKDIR /app",
  "COPY package.json ./",
  "RUN npm ci",
  "COPY src/ ./src/",
  'CMD ["node", "src/main.js"]',
];

const project = [
  { name: "Dockerfile", text: `${dockerfile.join("\n")}\n` },
  { name: "package.json", text: "{}\n".repeat(200) },
  { name: "src/main.js", text: "x\n".repeat(3000) },
  { name: "src/page.js", text: "y\n".repeat(900) },
];

test("the walkthrough shows what the product shows", async () => {
  const before = await viewOf(project);
  const after = await viewOf([...project, { name: "change", text: "write src/page.js: new\n" }]);
  const pictures: Readonly<Record<string, string>> = {
    dockerfile: page("A Dockerfile", dockerfile.map(plain)),
    lens: page(
      "A Dockerfile with a lens over each instruction",
      dockerfile.flatMap((text, at) => [
        { text: titleOf(before, at), kind: "lens" },
        { text, kind: "text" },
      ]),
    ),
    layers: stack(before, "layers"),
    simulate: page("The log of a simulated build", logOf(after).map(coloured)),
    change: stack(after, "change"),
  };
  for (const [name, svg] of Object.entries(pictures)) {
    const file = inRepository("media", "walkthrough", `${name}.svg`);
    if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(file, `${svg}\n`);
    assert.equal(readFileSync(file, "utf8"), `${svg}\n`, `${name}.svg: npm run test:update`);
  }
});

test("every row of the layer tree that links to the glossary finds its entry", () => {
  const entries = new Set<string>(glossary().map(({ id }) => id));
  const source = readFileSync(inRepository("client/src/layerStack/item.ts"), "utf8");
  const table = /const terms[^{]*\{([^}]*)\}/.exec(source)?.[1] ?? "";
  const linked = [...table.matchAll(/"([a-z-]+)"/g)].map((match) => match[1] ?? "");
  assert.ok(linked.length >= 5);
  assert.deepEqual(
    linked.filter((term) => !entries.has(term)),
    [],
  );
});

test("the glossary explains every word once, in whole sentences", () => {
  const terms = glossary().map(({ term }) => term.toLowerCase());
  assert.equal(new Set(terms).size, terms.length);
  for (const { term, text } of glossary()) {
    assert.match(text, /^[A-Z].*\.$/, term);
    assert.ok(text.length < 320, `${term} is short`);
  }
  const asked =
    "layer image container intermediate-image dockerfile build-context daemon cli registry buildkit cache-key writable-layer";
  for (const term of asked.split(" ")) assert.ok(terms.includes(term.replace("-", " ")), term);
});

async function viewOf(sections: typeof project): Promise<View> {
  const opened = await openProject({ intent: "", sections }, "posix", "buildkit");
  assert.ok(opened !== null);
  return opened.view;
}

function titleOf(view: View, at: number): string {
  const analysed = view.analysis.steps[at];
  return analysed === undefined ? "" : lensTitle(view, analysed);
}

function stack(view: View, id: string): string {
  const svg = pictureSvg(view, { part: "stack", reach: "none", id });
  return svg === null ? "" : withStyleAttributes(svg, id);
}

/** The steps of the log, without what BuildKit does for itself. */
function logOf(view: View): readonly string[] {
  const lines = simulationLog(view.analysis);
  const first = lines.findIndex((line) => line.includes("[2/5]"));
  const last = lines.findIndex((line) => line.includes("exporting"));
  return lines.slice(first, last).filter((line) => line !== "");
}

interface Line {
  readonly text: string;
  readonly kind: keyof typeof colours;
}

const colours = {
  text: null,
  lens: "var(--vscode-editorCodeLens-foreground,#767676)",
  hit: "var(--vscode-stratacast-layerCachedForeground,#327e36)",
  miss: "var(--vscode-stratacast-layerRebuildsForeground,#985c00)",
} as const;

function plain(text: string): Line {
  return { text, kind: "text" };
}

function coloured(text: string): Line {
  return { text, kind: text.includes("CACHED") ? "hit" : text.includes("↳") ? "miss" : "text" };
}

/** Lines of an editor, in the colours of the theme. */
function page(title: string, lines: readonly Line[]): string {
  let y = 14;
  const rows = lines.map(({ text, kind }) => {
    y += kind === "lens" ? 17 : 21;
    const fill = colours[kind];
    return element(
      "text",
      { x: 16, y, "font-size": kind === "lens" ? 11 : 13, fill },
      xmlText(text),
    );
  });
  const height = y + 18;
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      width: 464,
      height,
      viewBox: `0 0 464 ${height}`,
      role: "img",
      "aria-label": title,
      fill: "var(--vscode-editor-foreground,#3b3b3b)",
      "font-family": "var(--vscode-editor-font-family,ui-monospace,Consolas,monospace)",
    },
    element("title", {}, xmlText(title)),
    element("desc", {}, xmlText(lines.map(({ text }) => text).join("; "))),
    element("rect", {
      x: 1,
      y: 1,
      width: 462,
      height: height - 2,
      rx: 6,
      fill: "var(--vscode-editor-background,#ffffff)",
      stroke: "var(--vscode-contrastBorder,var(--vscode-editorLineNumber-foreground,#8a8a8a))",
    }),
    ...rows,
  );
}
