import type { Random } from "./random.js";

/** The same instruction in other letters, blanks or lines, or nearly. */
export function rewritten(random: Random, text: string): string {
  if (text.includes("<<")) return text;
  return random.pick([
    () => text.replace(/^[A-Z]+/, (word) => word.toLowerCase()),
    () => text.replace(" ", "  "),
    () => `  ${text}`,
    () => `${text}  `,
    () => text.replace(" && ", " \\\n && "),
    () => `# a note\n${text}`,
    () => `${text}\n`,
    () => text.replace(/^(\w+) /, "$1 \\\n  "),
    () => text.replace(/^(COPY|ADD|RUN|CMD) \["/, '$1 [ "'),
  ])();
}
