/** The Markdown of links to the glossary. It is trusted to run one command, so nothing of a user's is in it. */
import type { GlossaryTerm } from "../../server/src/protocol.js";

export const glossaryCommand = "stratacast.showGlossary";

/**
 * @param words what the link to the whole glossary says
 * @param terms each gets a link to its own entry: `Glossary: Build context · Layer`
 */
export function glossaryMarkdown(words: string, terms: readonly GlossaryTerm[]): string {
  const all = glossaryLink(words);
  const each = terms.map(({ id, term }) => glossaryLink(term, id));
  return each.length === 0 ? all : `${all}: ${each.join(" · ")}`;
}

/** @param id of the entry that it leads to; left out: the beginning */
export function glossaryLink(words: string, id?: string): string {
  const query = id === undefined ? "" : `?${encodeURIComponent(JSON.stringify([id]))}`;
  return `[${words.replace(/[\\`*_<>[\]()]/g, "\\$&")}](command:${glossaryCommand}${query})`;
}
