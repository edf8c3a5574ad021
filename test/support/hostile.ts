/** Names and values that want to be more than text, and what holds of a text on each surface. */
import assert from "node:assert/strict";
import { readMarkdown } from "./readMarkdown.js";

/** Without line ends and slashes, so that each can be a file's name. */
export const hostile: readonly string[] = [
  "[Fix_it](command:workbench.action.quit?%5B1%5D)",
  "](command:workbench.action.quit)",
  "[a](https:∕∕evil.example)",
  "[a][b] [b]: x",
  "![x](data:image)",
  "<img src=x onerror=alert(1)>",
  "<command:x.y>",
  "<!-- comment -->",
  "`code`",
  "``` fence",
  "~~~ fence",
  "**bold** __it__ *a_b_*",
  "~~gone~~",
  "| cell | cell |",
  "a\\|b",
  "&lt;b&gt; &#60; &amp",
  "# heading",
  "- item",
  "1. item",
  "> quote",
  "=====",
  "[x] task",
  "$x$ and $$y$$",
  "www.auto.example",
  "me@auto.example",
  "@somebody",
  "$(error) $(sync~spin)",
  "\u202egnp.exe",
  "a\u200eb\u200fc\u061cd\u2066e\u200bf\u00adg\ufeffh",
  "tag\u{e0041}",
  "\u0007\u001b[31mred\u001b]8;;x\u0007link",
  "\u009b31m\u0085\u2028\u2029",
  "no\u00a0blank\u3000",
  "a\\",
  "\\`",
];

/** The same with what only a value can hold. */
export const hostileValues: readonly string[] = [
  ...hostile,
  "[a](https://evil.example)",
  "https://auto.example/link",
  "//auto.example/x",
  "</style><script>alert(1)</script>",
  "x".repeat(10_000),
];

const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff]|[\u{e0000}-\u{e0fff}]/u;

/** One line of which all can be seen: a terminal, a log, a label, a problem. */
export function assertPrintable(text: string): void {
  assert.doesNotMatch(text, unseen, shown(text));
}

/** What VS Code makes links and icons of: notifications, statuses, lenses, quick picks. */
export function assertInterface(text: string): void {
  assertPrintable(text);
  assert.doesNotMatch(text, /\[[^\]]+\]\([^)\s]+/, shown(text));
  assert.doesNotMatch(text, /\$\([a-z0-9-]+(?:~[a-z]+)?\)/i, shown(text));
}

/** Markdown with none of its markup made by a user, and nothing in it that cannot be seen. */
export function assertMarkdown(markdown: string): void {
  assertPrintable(markdown.replace(/[\n\t]/g, ""));
  const { markup } = readMarkdown(markdown);
  const strange = [...markup].filter((kind) => !ours.test(kind));
  assert.deepEqual(strange, [], shown(markdown));
}

/** Markup that our own texts have. */
const ours =
  /^(?:inline|text|code_inline|fence|softbreak|(?:paragraph|heading|bullet_list|ordered_list|list_item|strong|em|table|thead|tbody|tr|th|td)_(?:open|close))$/;

function shown(text: string): string {
  return JSON.stringify(text).slice(0, 600);
}
