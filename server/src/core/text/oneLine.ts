/** The words of a text on one line, a blank between them. */
export function onOneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
