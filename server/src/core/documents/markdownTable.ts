/**
 * A table in Markdown.
 * @param titles of the columns, and the cells of each row: Markdown without line breaks and bare `|`
 * @param align of each column, `l` or `r`; left out: all to the left
 */
export function markdownTable(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  align = "",
): string {
  const rule = titles.map((_title, at) => (align[at] === "r" ? "---:" : "---"));
  return [titles, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
