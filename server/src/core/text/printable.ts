/** Text of a Dockerfile or a file name, made harmless for a terminal and for a line of an editor. */

/**
 * Control characters could move the cursor or colour what follows, and direction marks could show
 * another order than the builder reads: both are written out.
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, (unit) => {
    if (unit === "\t") return " ";
    const code = unit.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
  });
}
