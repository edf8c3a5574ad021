/** What a person reads around the editor: trees, notifications, output, status bar, dialogs. */
import type { Locator } from "playwright-core";
import { type Editor, eventually } from "./editor.js";
import { runCommand } from "./editorView.js";

/** Opens a view container by its title in the activity bar; once it is open it stays so. */
export async function showViewContainer(editor: Editor, title: string): Promise<void> {
  const icon = editor.page
    .locator(`.activitybar a[aria-label^="${title}"], .composite-bar a[aria-label^="${title}"]`)
    .first();
  await icon.waitFor();
  const opened = editor.page.locator(".sidebar .composite.title, .sidebar .title-label");
  await eventually(`the view container ${title}`, async () => {
    const shown = await opened.allInnerTexts();
    if (shown.some((text) => text.toLowerCase().includes(title.toLowerCase()))) return true;
    await icon.click({ timeout: 1_000 });
    return null;
  });
}

/** A row of a tree on the screen. */
export interface TreeRow {
  /** 1: a root. */
  readonly level: number;
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly spoken: string;
  readonly selected: boolean;
}

/** The rows of the side bar's trees from top to bottom; rows out of sight are not drawn. */
export function treeRows(editor: Editor): Promise<readonly TreeRow[]> {
  return editor.page.evaluate(() =>
    [...document.querySelectorAll(".sidebar .pane-body .monaco-list-row")]
      .map((row) => ({ row, top: row.getBoundingClientRect().top }))
      .sort((a, b) => a.top - b.top)
      .map(({ row }) => ({
        level: Number(row.getAttribute("aria-level")),
        label: row.querySelector(".label-name")?.textContent ?? "",
        description: row.querySelector(".label-description")?.textContent ?? "",
        spoken: row.getAttribute("aria-label") ?? "",
        selected: row.classList.contains("selected"),
      })),
  );
}

/**
 * Waits for rows that match `expected` in this order, other rows between them allowed. A row is
 * matched as `label description`.
 */
export async function seeRows(
  editor: Editor,
  expected: readonly (string | RegExp)[],
  limit?: number,
): Promise<readonly TreeRow[]> {
  let last: readonly TreeRow[] = [];
  const inOrder = async () => {
    last = await treeRows(editor);
    let next = 0;
    for (const row of last) {
      const want = expected[next];
      const text = `${row.label} ${row.description}`;
      if (want === undefined) break;
      if (typeof want === "string" ? text.includes(want) : want.test(text)) next += 1;
    }
    return next === expected.length ? last : null;
  };
  return eventually("the rows of the tree", inOrder, limit).catch((error: Error) => {
    const seen = last.map((row) => `${"  ".repeat(row.level)}${row.label} | ${row.description}`);
    throw new Error(
      `${error.message}\nexpected:\n  ${expected.join("\n  ")}\nseen:\n${seen.join("\n")}`,
    );
  });
}

/** Clicks a row of a tree. */
export async function clickRow(editor: Editor, text: string | RegExp): Promise<void> {
  await rowOf(editor, text).click();
}

/** Presses a button that a row shows under the mouse. */
export async function pressRowButton(editor: Editor, row: string, name: string): Promise<void> {
  const place = rowOf(editor, row);
  await place.hover();
  await place.locator(`a[aria-label="${name}"]`).first().click();
}

/** Opens or folds a row of a tree. */
export async function toggleRow(editor: Editor, text: string | RegExp): Promise<void> {
  await rowOf(editor, text).locator(".monaco-tl-twistie").click();
}

function rowOf({ page }: Editor, text: string | RegExp): Locator {
  return page.locator(".sidebar .pane-body .monaco-list-row").filter({ hasText: text }).first();
}

/** Waits for a notification with that text and returns all of its text. */
export async function seeToast(editor: Editor, text: string | RegExp): Promise<string> {
  const toast = editor.page
    .locator(".notifications-toasts .notification-list-item")
    .filter({ hasText: text })
    .first();
  await toast.waitFor({ timeout: 15_000 });
  return toast.innerText();
}

/** Clears the notifications away, so that a picture or the next wait is not about old ones. */
export async function clearToasts(editor: Editor): Promise<void> {
  await runCommand(editor, "Notifications: Clear All Notifications");
}

/** Waits until the output on the screen matches; returns its lines on the screen. */
export async function outputLines(editor: Editor, expected: RegExp): Promise<readonly string[]> {
  let last: readonly string[] = [];
  const matching = async () => {
    last = await editor.page.evaluate(() =>
      [...document.querySelectorAll(".panel .output-view .view-line, .panel .output .view-line")]
        .map((line) => ({ line, top: line.getBoundingClientRect().top }))
        .sort((a, b) => a.top - b.top)
        .map(({ line }) => (line.textContent ?? "").replaceAll("\u00a0", " ")),
    );
    return expected.test(last.join("\n")) ? last : null;
  };
  return eventually(`${expected} in the output`, matching).catch((error: Error) => {
    throw new Error(`${error.message}; it shows:\n${last.join("\n")}`);
  });
}

/** Waits for a status bar item with that text and returns what a screen reader says of it. */
export async function seeStatus(editor: Editor, text: string | RegExp): Promise<string> {
  const item = editor.page.locator(".statusbar-item").filter({ hasText: text }).first();
  await item.waitFor({ timeout: 15_000 });
  return (await item.getAttribute("aria-label")) ?? (await item.innerText());
}

/** Waits until no status bar item has that text. */
export async function seeNoStatus(editor: Editor, text: string | RegExp): Promise<void> {
  const item = editor.page.locator(".statusbar-item").filter({ hasText: text }).first();
  await item.waitFor({ state: "hidden", timeout: 15_000 });
}

/** Closes the panel, the side bar stays. */
export async function closePanel(editor: Editor): Promise<void> {
  await runCommand(editor, "View: Hide Panel");
}

/** Presses a button of a notification or of a modal dialog. */
export async function pressButton(editor: Editor, name: string): Promise<void> {
  await editor.page
    .locator(".notifications-toasts, .monaco-dialog-box")
    .getByRole("button", { name, exact: true })
    .first()
    .click();
}

/** The text of the whole side bar: a view's message and welcome included. */
export async function seeInSideBar(editor: Editor, expected: RegExp): Promise<string> {
  let last = "";
  const matching = async () => {
    last = await editor.page.locator(".sidebar").innerText();
    return expected.test(last) ? last : null;
  };
  return eventually(`${expected} in the side bar`, matching).catch((error: Error) => {
    throw new Error(`${error.message}; it shows:\n${last}`);
  });
}

/** Waits until the row whose label starts so is the selected one. */
export async function seeSelectedRow(editor: Editor, label: string): Promise<void> {
  let last = "none";
  const isSelected = async () => {
    const row = (await treeRows(editor)).find(({ selected }) => selected);
    last = row?.label ?? "none";
    return last.startsWith(label) ? true : null;
  };
  await eventually(`the selected row "${label}"`, isSelected).catch((error: Error) => {
    throw new Error(`${error.message}; selected: ${last}`);
  });
}

/** Runs an entry of the menu behind the dots of the Layers view. */
export async function runFromViewMenu(editor: Editor, entry: string): Promise<void> {
  const { page } = editor;
  await eventually(`the entry "${entry}" in the menu of the view`, async () => {
    await page.keyboard.press("Escape");
    const header = page.locator(".sidebar .pane-header", { hasText: "Layers" }).first();
    await header.hover({ timeout: 1_000 });
    await header.getByRole("button", { name: /More Actions/ }).click({ timeout: 1_000 });
    await takeEntry(editor, entry);
    return true;
  });
}

/** Runs an entry of Stratacast's part of the menu of the editor, at the cursor. */
export async function runFromEditorMenu(editor: Editor, entry: string): Promise<void> {
  const { page } = editor;
  await eventually(`the entry "${entry}" in the menu of the editor`, async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Shift+F10");
    await menuEntry(editor, "Stratacast").hover({ timeout: 1_000 });
    await takeEntry(editor, entry);
    return true;
  });
}

/** VS Code passes over a click on a menu that has only begun to show. */
async function takeEntry(editor: Editor, entry: string): Promise<void> {
  const shown = menuEntry(editor, entry);
  await shown.waitFor({ timeout: 2_000 });
  await editor.page.waitForTimeout(200);
  await shown.click({ timeout: 2_000 });
  await shown.waitFor({ state: "hidden", timeout: 2_000 });
}

function menuEntry({ page }: Editor, entry: string): Locator {
  return page.locator(".monaco-menu .action-item").getByText(entry, { exact: true }).first();
}
