/** Everything that explains a build, in the editor: the document, the graph, what runs. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { FrameLocator } from "playwright-core";
import { type Editor, eventually, screenshot, type Theme, writeOnDisk } from "../support/editor.js";
import { appendToLine, choose, hoverOn, placeCursor, runCommand } from "../support/editorView.js";
import { journey, sample } from "../support/journey.js";
import { inCache } from "../support/repository.js";
import { clearToasts, runFromEditorMenu, seeToast } from "../support/workbench.js";

const themes: readonly Theme[] = ["light", "high-contrast", "dark"];

journey(
  "explanations of the Node sample",
  { workspace: sample("node-shop"), file: "Dockerfile" },
  async (editor, step) => {
    await step("Explain Layers opens a document with the picture beside the editor", async () => {
      await runCommand(editor, "Stratacast: Explain Layers");
      const preview = await seeWebview(editor, /Layers of Dockerfile/, "h1");
      await preview.locator("svg.stratacast").waitFor();
      const stages = await preview.locator("svg.stratacast .sc-stage").count();
      assert.ok(stages >= 2, "the stages are drawn");
      assert.ok((await preview.locator("table tr").count()) > 10);
      const colour = await preview
        .locator("svg.stratacast .sc-title")
        .first()
        .evaluate((text) => getComputedStyle(text).fill);
      assert.match(colour, /^rgb/, "the style of the picture is in effect");
      await screenshots(editor, "explain-layers");
    });

    await step("the document follows what is typed", async () => {
      await clickInto(editor);
      await appendToLine(editor, 7, "\nARG SEEN=live");
      // VS Code works out in a worker what changed in a document; a busy machine starts it late.
      await seeWebview(editor, /ARG SEEN=live/, "code", 45_000);
    });

    await step("the explanation is exported as a page", async () => {
      await clickInto(editor);
      await runFromEditorMenu(editor, "Export Explanation…");
      await choose(editor, "HTML");
      const input = editor.page.locator(".quick-input-widget input").first();
      await eventually("the save dialog", async () =>
        (await input.inputValue()).endsWith("layers-of-Dockerfile.html") ? true : null,
      );
      await editor.page.keyboard.press("Enter");
      await seeToast(editor, "Saved layers-of-Dockerfile.html");
      const page = readFileSync(path.join(editor.folder, "layers-of-Dockerfile.html"), "utf8");
      assert.match(page, /^<!DOCTYPE html>[\s\S]*<svg[\s\S]*ARG SEEN=live/);
      await clearToasts(editor);
    });

    await step(
      "the page is complete in a browser, light and dark, without any request",
      async () => {
        const page = await editor.page.context().newPage();
        const trouble: string[] = [];
        page.on("console", (message) => trouble.push(message.text()));
        page.on("request", (request) => {
          if (!request.url().startsWith("file:")) trouble.push(request.url());
        });
        const file = path.join(editor.folder, "layers-of-Dockerfile.html");
        await page.goto(pathToFileURL(file).href);
        const colours = new Set<string>();
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          const title = page.locator("svg.stratacast .sc-title").first();
          colours.add(await title.evaluate((text) => getComputedStyle(text).fill));
          await page.screenshot({
            path: inCache("artifacts", "screenshots", `page-${colorScheme}.png`),
          });
        }
        assert.equal(colours.size, 2, "the picture follows the scheme");
        await page.locator("svg.stratacast a").first().click();
        assert.match(page.url(), /#line-\d+$/);
        assert.deepEqual(trouble, []);
        await page.close();
      },
    );

    await step("the build graph is a picture in which a click leads to the line", async () => {
      await clickInto(editor);
      await runCommand(editor, "Stratacast: Show Build Graph");
      const graph = await seeWebview(editor, /.+/, "svg.stratacast [data-line] text");
      await screenshots(editor, "build-graph");
      const box = graph.locator(".sc-stage[data-line]").last();
      const line = await box.getAttribute("data-line");
      await box.click();
      await seeCursorIn(editor, Number(line));
    });

    await step("the keyboard goes through the boxes of the graph", async () => {
      const graph = await seeWebview(editor, /.+/, "svg.stratacast [data-line] text");
      const first = graph.locator("g[data-line]").first();
      await first.focus();
      await first.press("ArrowDown");
      const focused = graph.locator("g[data-line]:focus");
      const line = Number(await focused.getAttribute("data-line"));
      assert.ok(line > Number(await first.getAttribute("data-line")));
      await focused.press("Enter");
      await seeCursorIn(editor, line);
    });

    await step("the picture is shown larger, and as a whole", async () => {
      const graph = await seeWebview(editor, /.+/, "svg.stratacast [data-line] text");
      const picture = graph.locator("svg.stratacast");
      const width = async () => (await picture.boundingBox())?.width ?? 0;
      await graph.getByRole("button", { name: "Zoom in (+)" }).click();
      const large = await width();
      await graph.getByRole("button", { name: "Show the whole picture (0)" }).click();
      await eventually("the whole picture", async () => ((await width()) < large ? true : null));
      const room = (await graph.locator("#picture").boundingBox())?.height ?? 0;
      assert.ok(((await picture.boundingBox())?.height ?? 0) <= room);
      await screenshots(editor, "build-graph-whole");
    });

    await step(
      "the boxes are a list too, in which the arrows lead on and Enter to the line",
      async () => {
        const graph = await seeWebview(editor, /.+/, "svg.stratacast [data-line] text");
        const asList = graph.getByRole("button", { name: "As a list" });
        await asList.click();
        const rows = graph.locator("#list li button");
        await rows
          .filter({ hasText: /takes from .+\(COPY \d+/ })
          .first()
          .waitFor();
        await rows.first().focus();
        await rows.first().press("ArrowDown");
        assert.match((await graph.locator("#list button:focus").textContent()) ?? "", /^stage /);
        await screenshots(editor, "build-graph-list");
        await graph.locator("#list button:focus").press("End");
        const last = (await graph.locator("#list button:focus").textContent()) ?? "";
        await graph.locator("#list button:focus").press("Enter");
        await seeCursorIn(editor, Number(/line (\d+)$/.exec(last)?.[1]));
        await asList.click();
      },
    );

    await step("the picture is saved as PNG and as SVG", async () => {
      for (const [button, ending] of [
        ["Save as PNG…", "png"],
        ["Save as SVG…", "svg"],
      ] as const) {
        const graph = await seeWebview(editor, /.+/, "svg.stratacast [data-line] text");
        await graph.getByRole("button", { name: button }).click();
        const input = editor.page.locator(".quick-input-widget input").first();
        await eventually("the save dialog", async () =>
          (await input.inputValue()).endsWith(`layers-of-Dockerfile.${ending}`) ? true : null,
        );
        await editor.page.keyboard.press("Enter");
        await seeToast(editor, `Saved layers-of-Dockerfile.${ending}`);
        await clearToasts(editor);
      }
      const png = readFileSync(path.join(editor.folder, "layers-of-Dockerfile.png"));
      assert.equal(png.subarray(1, 4).toString("latin1"), "PNG");
      assert.ok(png.length > 5_000, "the PNG shows something");
      assert.ok(existsSync(path.join(editor.folder, "layers-of-Dockerfile.svg")));
    });

    await step("Simulate Run tells the command and the final values", async () => {
      await clickInto(editor);
      await runCommand(editor, "Stratacast: Simulate Run");
      const page = await seeWebview(editor, /What docker run does/, "h1");
      await page.locator("td code").filter({ hasText: '"/sbin/tini"' }).first().waitFor();
      await screenshots(editor, "simulate-run");
    });

    await step("Simulate Failure at This Step tells what is left", async () => {
      await clickInto(editor);
      await placeCursor(editor, 17);
      await runFromEditorMenu(editor, "Simulate Failure at This Step");
      await seeWebview(editor, /No step of Dockerfile/, "p");
      await clickInto(editor);
      await placeCursor(editor, 16);
      await runFromEditorMenu(editor, "Simulate Failure at This Step");
      await seeWebview(editor, /If line 16 fails/, "h1");
      await screenshots(editor, "simulate-failure");
    });

    await step("the shared layers of the workspace are compared", async () => {
      writeOnDisk(editor, "other.Dockerfile", "FROM node:20-alpine3.20\nRUN true\n");
      await runCommand(editor, "Stratacast: Show Layers Shared in This Workspace");
      const page = await seeWebview(editor, /Layers shared in this workspace/, "h1");
      await page.locator("li").filter({ hasText: "with the same tag they would share" }).waitFor();
      await screenshots(editor, "shared-layers");
    });

    await step("a hover and a row of the tree lead to the glossary", async () => {
      await clickInto(editor);
      await placeCursor(editor, 16);
      await hoverOn(editor, "WORKDIR /app", "WORKDIR", /Glossary/);
      await editor.page.locator(".monaco-hover:not(.hidden) a", { hasText: /^Glossary$/ }).click();
      await seeWebview(editor, /^Writable layer$/, "h2");
      await screenshots(editor, "glossary");
    });

    await step("a term of a hover leads to its entry of the glossary", async () => {
      await clickInto(editor);
      await placeCursor(editor, 16);
      for (const term of ["Layer", "Cache key"]) {
        await hoverOn(editor, "WORKDIR /app", "WORKDIR", /Glossary: Layer · Cache key/);
        const link = editor.page.locator(".monaco-hover:not(.hidden) a", {
          hasText: new RegExp(`^${term}$`),
        });
        await link.click();
        const page = await seeWebview(editor, new RegExp(`^${term}$`), "h2");
        const entry = page.locator("h2").filter({ hasText: new RegExp(`^${term}$`) });
        await eventually(`the entry "${term}" at the top`, async () => {
          const { y } = await entry.evaluate((heading) => heading.getBoundingClientRect());
          return Math.abs(y) < 60 ? true : null;
        });
      }
    });

    await step("the walkthrough leads through it in five steps, with pictures", async () => {
      // Beside another editor there is no room for its pictures.
      await runCommand(editor, "View: Join All Editor Groups");
      await runCommand(editor, "Welcome: Open Walkthrough...");
      await choose(editor, "Layers and build cache");
      const steps = editor.page.locator(".getting-started-step");
      await steps.filter({ hasText: "Read a lens" }).first().waitFor();
      assert.equal(await steps.count(), 5);
      await steps.filter({ hasText: "See the layer stack" }).first().click();
      const picture = await seeWebview(editor, /Base image node:22/, "svg text");
      for (const theme of themes) {
        await editor.useTheme(theme);
        await eventually(`the picture in the colours of ${theme}`, async () => {
          const [ground, letters] = await picture.locator("svg").evaluate((svg) =>
            [".sc-frame", "text"].map((part) => {
              const found = svg.querySelector(part);
              const color = found === null ? "" : getComputedStyle(found).fill;
              return Number(/\d+/.exec(color)?.[0] ?? Number.NaN);
            }),
          );
          return Math.abs((ground ?? 0) - (letters ?? 0)) > 100 ? true : null;
        });
      }
      await screenshots(editor, "walkthrough");
    });
  },
);

/** Takes the picture in every theme; the last one stays. */
async function screenshots(editor: Editor, name: string): Promise<void> {
  for (const theme of themes) {
    await editor.useTheme(theme);
    await screenshot(editor, name);
  }
}

/** The webview in which `selector` shows `expected`; of several the one that does. */
async function seeWebview(
  editor: Editor,
  expected: RegExp,
  selector: string,
  limit = 40_000,
): Promise<FrameLocator> {
  return eventually(
    `a page with ${expected} in ${selector}`,
    async () => {
      const frames = editor.page.locator("iframe.webview.ready");
      for (let at = 0; at < (await frames.count()); at++) {
        const frame = frames.nth(at).contentFrame().locator("iframe#active-frame").contentFrame();
        const found = frame.locator(selector).filter({ hasText: expected }).first();
        if (await found.isVisible().catch(() => false)) return frame;
      }
      return null;
    },
    limit,
  );
}

/** Back from a page beside it to the text. */
async function clickInto(editor: Editor): Promise<void> {
  await editor.page.locator(".monaco-editor .view-lines").first().click();
}

async function seeCursorIn(editor: Editor, line: number): Promise<void> {
  await eventually(`the cursor in line ${line}`, async () => {
    const place = await editor.page.locator("#status\\.editor\\.selection").textContent();
    return place?.includes(`Ln ${line},`) === true ? true : null;
  });
}
