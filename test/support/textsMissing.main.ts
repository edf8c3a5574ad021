/**
 * Lists the texts that are not translated, and those that the list of all texts lacks: nothing that
 * keeps anybody from working, and all that a release waits for.
 *   node .cache/build/textsMissing.mjs
 */
import { textsToDo } from "./textLists.js";

const lines = textsToDo();
for (const line of lines) console.log(line);
console.log(
  lines.length === 0
    ? "Every text is listed and translated."
    : `${lines.length} to do: "npm run test:update" writes the list of all texts, people the translations.`,
);
process.exitCode = lines.length === 0 ? 0 : 1;
