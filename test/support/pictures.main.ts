/**
 * `npm run pictures`: takes the pictures of the README from a real VS Code, so that they show what
 * the present version shows.
 */
import { appendFileSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { type Editor, eventually, openEditor, type Theme } from "./editor.js";
import { inRepository } from "./repository.js";
import { packageExtension } from "./runner/packageExtension.js";
import { clearToasts, showViewContainer } from "./workbench.js";

const pictures = inRepository("docs", "pictures");
mkdirSync(pictures, { recursive: true });
const vsix = await packageExtension();

await picture("python-app", "dark", "editor", async (editor) => {
  await simulate(editor.page);
  appendFileSync(path.join(editor.folder, "app.py"), "\nprint('edited')\n");
  await lens(editor.page, "app.py changed");
  return () => Promise.resolve();
});
await picture("python-app", "dark", "hover", async (editor) => {
  await simulate(editor.page);
  appendFileSync(path.join(editor.folder, "requirements.txt"), "\nrequests==2.32.0\n");
  await lens(editor.page, "requirements.txt changed");
  return () => hoverOn(editor.page, "COPY");
});
await picture("node-shop", "light", "stages", async (editor) => {
  await simulate(editor.page);
  appendFileSync(path.join(editor.folder, "src", "server.ts"), "\n// edited\n");
  await editor.page.locator(".view-line").first().click();
  await editor.page.keyboard.press("Control+G");
  await editor.page.keyboard.type("66");
  await editor.page.keyboard.press("Enter");
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
    await finish();
    await editor.page.waitForTimeout(500);
    await editor.page.screenshot({ path: path.join(pictures, `${name}.png`) });
    console.log(`docs/pictures/${name}.png`);
  } finally {
    await editor.close();
  }
}

/** Runs Simulate Build and takes every question's first answer. */
async function simulate(page: Page): Promise<void> {
  await lens(page, "not built yet");
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").first().fill(">Stratacast: Simulate Build");
  await page
    .locator('.quick-input-list .monaco-list-row[aria-label^="Stratacast: Simulate Build"]')
    .first()
    .click();
  await eventually("the simulated build", async () => {
    const question = page.locator(".quick-input-widget:visible input").first();
    if ((await question.count()) > 0) await question.press("Enter", { timeout: 500 });
    return (await page.locator(".notifications-toasts .notification-list-item").count()) > 0
      ? true
      : null;
  });
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
