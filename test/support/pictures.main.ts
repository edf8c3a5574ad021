/**
 * `npm run pictures`: takes the pictures of the README from a real VS Code, so that they show what
 * the present version shows.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { type Editor, eventually, openEditor, type Theme } from "./editor.js";
import { choose, placeCursor, runCommand } from "./editorView.js";
import { inRepository } from "./repository.js";
import { packageExtension } from "./runner/packageExtension.js";
import { clearToasts, seeToast, showViewContainer } from "./workbench.js";

const pictures = inRepository("docs", "pictures");
mkdirSync(pictures, { recursive: true });
const vsix = await packageExtension();

await picture("python-app", "dark", "editor", async (editor) => {
  await simulate(editor, null);
  appendFileSync(path.join(editor.folder, "app.py"), "\nprint('edited')\n");
  await lens(editor.page, "app.py changed");
  return () => Promise.resolve();
});
await picture("python-app", "dark", "hover", async (editor) => {
  await simulate(editor, null);
  appendFileSync(path.join(editor.folder, "requirements.txt"), "\nrequests==2.32.0\n");
  await lens(editor.page, "requirements.txt changed");
  return () => hoverOn(editor.page, "COPY");
});
await picture("node-shop", "light", "stages", async (editor) => {
  await simulate(editor, /^runtime/);
  appendFileSync(path.join(editor.folder, "src", "server.ts"), "\n// edited\n");
  await placeCursor(editor, 66);
  await lens(editor.page, "may rebuild");
  return () => Promise.resolve();
});

/** `prepare` gives what is left to do once no message hides anything. */
async function picture(
  workspace: string,
  theme: Theme,
  name: string,
  prepare: (editor: Editor) => Promise<() => Promise<void>>,
): Promise<void> {
  const editor = await openEditor({
    workspace: inRepository("test", "fixtures", "workspaces", workspace),
    file: "Dockerfile",
    vsix,
    theme,
  });
  try {
    await editor.page.setViewportSize({ width: 1200, height: 720 });
    await showViewContainer(editor, "Stratacast");
    const finish = await prepare(editor);
    await clearToasts(editor).catch(() => {});
    // Nothing under the mouse explains itself, unless it is asked to.
    await editor.page.mouse.move(800, 680);
    await finish();
    await editor.page.waitForTimeout(500);
    await editor.page.screenshot({ path: path.join(pictures, `${name}.png`) });
    console.log(`docs/pictures/${name}.png`);
  } finally {
    await editor.close();
  }
}

/** Runs Simulate Build; `answer` is the row to take where it asks for a target and for values. */
async function simulate(editor: Editor, answer: RegExp | null): Promise<void> {
  await lens(editor.page, "no earlier build");
  await runCommand(editor, "Stratacast: Simulate Build");
  if (answer !== null) {
    await choose(editor, answer);
    await choose(editor, /Simulate/);
  }
  await seeToast(editor, /steps/);
}

async function lens(page: Page, text: string): Promise<void> {
  await eventually(`the lens "${text}"`, async () =>
    (await page.locator(".codelens-decoration a", { hasText: text }).count()) > 0 ? true : null,
  );
}

async function hoverOn(page: Page, text: string): Promise<void> {
  await page.locator(".view-line span", { hasText: text }).first().hover();
  await page.locator(".monaco-hover:not(.hidden)", { hasText: "What happens" }).waitFor();
}
