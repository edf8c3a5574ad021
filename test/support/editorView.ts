/** What a person reads and does in a text editor of VS Code: lenses, hovers, typing, the palette. */
import type { Locator } from "playwright-core";
import { type Editor, eventually } from "./editor.js";

/** A CodeLens on the screen. */
export interface Lens {
  readonly text: string;
  /** The text of the line it stands over. */
  readonly over: string;
}

/** The lenses on the screen, from top to bottom; none while VS Code redraws them. */
export function lenses(editor: Editor): Promise<readonly Lens[]> {
  return editor.page.evaluate(() => {
    const plain = (node: Element) => (node.textContent ?? "").replaceAll("\u00a0", " ");
    const lines = [...document.querySelectorAll(".editor-instance .view-line")]
      .map((line) => ({ text: plain(line), top: line.getBoundingClientRect().top }))
      .sort((a, b) => a.top - b.top);
    return [...document.querySelectorAll(".editor-instance .codelens-decoration")]
      .map((lens) => ({ text: plain(lens).trim(), box: lens.getBoundingClientRect() }))
      .filter(({ text, box }) => text !== "" && box.height > 0)
      .sort((a, b) => a.box.top - b.box.top)
      .map(({ text, box }) => ({
        text,
        over: lines.find((line) => line.top >= box.top + box.height / 2)?.text ?? "",
      }));
  });
}

/**
 * Waits until the lenses match, in order; a string must be the whole text.
 * @param limit in milliseconds
 */
export async function seeLenses(
  editor: Editor,
  expected: readonly (string | RegExp)[],
  limit?: number,
): Promise<void> {
  let last: readonly string[] = [];
  const asExpected = async () => {
    last = (await lenses(editor)).map((lens) => lens.text);
    return last.length === expected.length &&
      expected.every((want, n) =>
        typeof want === "string" ? last[n] === want : want.test(last[n] ?? ""),
      )
      ? true
      : null;
  };
  await eventually("the lenses", asExpected, limit).catch((error: Error) => {
    throw new Error(
      `${error.message}\nexpected:\n  ${expected.join("\n  ")}\nseen:\n  ${last.join("\n  ")}`,
    );
  });
}

/**
 * Waits until the lens over the first line that contains `line` matches, and returns its text.
 * @param limit in milliseconds
 */
export async function seeLensOver(
  editor: Editor,
  line: string,
  expected: RegExp,
  limit?: number,
): Promise<string> {
  let last = "none";
  const asExpected = async () => {
    const lens = (await lenses(editor)).find((candidate) => candidate.over.includes(line));
    if (lens !== undefined) last = lens.text;
    return lens !== undefined && expected.test(lens.text) ? lens.text : null;
  };
  return eventually(`${expected} over "${line}"`, asExpected, limit).catch((error: Error) => {
    throw new Error(`${error.message}; the lens was: ${last}`);
  });
}

/** Waits until just so many lines have a mark beside their number. */
export async function seeMarks(editor: Editor, expected: number): Promise<void> {
  const marks = editor.page
    .locator(".glyph-margin-widgets .cgmr, .margin-view-overlays .cgmr")
    // VS Code shows there too that it has a quick fix.
    .and(editor.page.locator(":not([class*=lightbulb])"));
  let last = -1;
  await eventually(`${expected} marks beside the line numbers`, async () => {
    last = await marks.count();
    return last === expected ? true : null;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; there were ${last}`);
  });
}

/** Clicks the lens over the first line that contains `line`. */
export async function clickLensOver(editor: Editor, line: string): Promise<void> {
  await eventually(`a lens over "${line}" to click`, async () => {
    const lens = (await lenses(editor)).find((candidate) => candidate.over.includes(line));
    if (lens === undefined) return null;
    const link = editor.page
      .locator(".codelens-decoration a")
      .getByText(lens.text, { exact: true });
    await link.first().click({ timeout: 1_000 });
    return true;
  });
}

/**
 * Rests the mouse on `word` in the first line that contains `line`, and returns the hover's text
 * once it contains `expected`.
 */
export async function hoverOn(
  editor: Editor,
  line: string,
  word: string,
  expected: string | RegExp,
): Promise<string> {
  const { page } = editor;
  const shown = page.locator(".monaco-hover:not(.hidden)").filter({ hasText: expected }).first();
  return eventually(
    `a hover with ${expected} on "${word}" of "${line}"`,
    async () => {
      await leaveHover(editor);
      const place = await placeOf(editor, line, word);
      if (place === null) return null;
      // VS Code takes the first move after a jump for the window's own, and any of them while it
      // draws the line anew: the mouse trembles on the word until the hover is there.
      for (let tremble = 0; tremble < 8; tremble++) {
        await page.mouse.move(place.x + (tremble % 2), place.y);
        if (tremble === 0) continue;
        if (await isShown(shown, 600)) return (await shown.innerText()).replaceAll("\u00a0", " ");
      }
      return null;
    },
    30_000,
  );
}

/** @param limit in milliseconds */
function isShown(locator: Locator, limit: number): Promise<boolean> {
  return locator.waitFor({ timeout: limit }).then(
    () => true,
    () => false,
  );
}

/** Moves the mouse away, so that the last hover goes. */
export async function leaveHover(editor: Editor): Promise<void> {
  // Tips of the window's own buttons stay now and then, wherever the mouse is: they are not ours.
  const shown = editor.page.locator(".monaco-hover:not(.hidden):not(.workbench-hover)").first();
  await eventually("an end of the hover", async () => {
    // A move that the window misses leaves the hover of the place before.
    await editor.page.mouse.move(700, 880);
    await editor.page.mouse.move(700, 890);
    await shown.waitFor({ state: "hidden", timeout: 2_000 });
    return true;
  });
}

/** Runs a command of the palette by its whole title, such as `Stratacast: Simulate Build`. */
export async function runCommand(editor: Editor, title: string): Promise<void> {
  const { page } = editor;
  const entry = commandEntry(editor, title);
  await eventually(`the command "${title}" in the palette`, async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("F1");
    const input = page.locator(".quick-input-widget input").first();
    await input.waitFor({ timeout: 2_000 });
    await input.fill(`>${title}`, { timeout: 2_000 });
    // Clicked, as the list may still be sorted by what was typed before.
    await entry.click({ timeout: 3_000 });
    // The input itself may stay, for what the command asks next.
    await entry.waitFor({ state: "hidden", timeout: 2_000 });
    return true;
  });
}

/** Whether the palette offers the command now. */
export async function offersCommand(editor: Editor, title: string): Promise<boolean> {
  const { page } = editor;
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input").first();
  await input.waitFor();
  await input.fill(`>${title}`);
  // The list follows the input after a moment; "no results" is an entry, too.
  await page.locator(".quick-input-list .monaco-list-row").first().waitFor();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const offered = await commandEntry(editor, title).isVisible();
  await page.keyboard.press("Escape");
  return offered;
}

/** Chooses the entry of an open pick list whose text contains `text`. */
export async function choose(editor: Editor, text: string | RegExp): Promise<void> {
  const entry = editor.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text });
  await entry.first().click();
}

/** Opens a file of the workspace by its path, as Quick Open does. */
export async function openFile(editor: Editor, file: string): Promise<void> {
  const { page } = editor;
  const name = file.split("/").at(-1) ?? file;
  await eventually(`${file} in an editor`, async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("F1");
    const input = page.locator(".quick-input-widget input").first();
    await input.waitFor({ timeout: 2_000 });
    await input.fill(file, { timeout: 2_000 });
    await page
      .locator(".quick-input-list .monaco-list-row")
      .filter({ hasText: name })
      .first()
      .waitFor({ timeout: 3_000 });
    await page.keyboard.press("Enter");
    await page.locator(`.tab.active[data-resource-name="${name}"]`).waitFor({ timeout: 3_000 });
    return true;
  });
}

/** Puts the cursor there; line and column count from 1. */
export async function placeCursor(editor: Editor, line: number, column = 1): Promise<void> {
  const { page } = editor;
  await eventually(`the cursor in line ${line}`, async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("F1");
    const input = page.locator(".quick-input-widget input").first();
    await input.waitFor({ timeout: 2_000 });
    await input.fill(`:${line}:${column}`, { timeout: 2_000 });
    await page.keyboard.press("Enter");
    await input.waitFor({ state: "hidden", timeout: 2_000 });
    // A narrow editor that stands to the side of the cursor does not always come back by itself.
    if (column === 1) await page.keyboard.press("Home");
    const status = page.locator(".statusbar-item").filter({ hasText: `Ln ${line}, Col ${column}` });
    return (await status.count()) > 0 ? true : null;
  });
}

/** Inserts text at the cursor at once, so that nothing is completed or closed automatically. */
export async function typeInEditor(editor: Editor, text: string): Promise<void> {
  await editor.page.keyboard.insertText(text);
}

/** Inserts text at the end of a line, which counts from 1. */
export async function appendToLine(editor: Editor, line: number, text: string): Promise<void> {
  await placeCursor(editor, line);
  await editor.page.keyboard.press("End");
  await typeInEditor(editor, text);
}

function commandEntry(editor: Editor, title: string): Locator {
  return editor.page
    .locator(".quick-input-list .monaco-list-row .quick-input-list-label")
    .getByText(title, { exact: true })
    .first();
}

/** The middle of `word` on the screen; null when the line is not drawn. */
function placeOf(
  editor: Editor,
  line: string,
  word: string,
): Promise<{ readonly x: number; readonly y: number } | null> {
  return editor.page.evaluate(
    ([wantedLine, wantedWord]) => {
      const plain = (text: string | null) => (text ?? "").replaceAll("\u00a0", " ");
      const element = [...document.querySelectorAll(".editor-instance .view-line")].find(
        (candidate) => plain(candidate.textContent).includes(wantedLine),
      );
      if (element === undefined) return null;
      const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
      let start = plain(element.textContent).indexOf(wantedWord);
      if (start < 0) return null;
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const length = node.textContent?.length ?? 0;
        if (start < length) {
          const range = document.createRange();
          range.setStart(node, start);
          range.setEnd(node, Math.min(length, start + wantedWord.length));
          const box = range.getBoundingClientRect();
          return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
        }
        start -= length;
      }
      return null;
    },
    [line, word] as const,
  );
}
