/**
 * Markdown as it is read: by the parser of VS Code's preview, with HTML and bare addresses on, as the
 * preview and the usual hosts have them.
 */
// @ts-expect-error the package comes without types
import untyped from "markdown-it";

interface Token {
  readonly type: string;
  readonly content: string;
  readonly children: readonly Token[] | null;
}

interface Parser {
  readonly linkify: { set(options: { readonly fuzzyLink: boolean }): void };
  parse(text: string, environment: object): readonly Token[];
}

type ParserOptions = { readonly html: boolean; readonly linkify: boolean };

const MarkdownIt: new (options: ParserOptions) => Parser = untyped;
const parser = new MarkdownIt({ html: true, linkify: true });
parser.linkify.set({ fuzzyLink: false });

export interface ReadMarkdown {
  /** What a reader sees, without its markup; blocks are apart by line ends. */
  readonly text: string;
  /** The kinds of markup in it, as the parser calls them: `link_open`, `html_inline`, `strong_open` … */
  readonly markup: ReadonlySet<string>;
}

export function readMarkdown(markdown: string): ReadMarkdown {
  const blocks: string[] = [];
  const markup = new Set<string>();
  for (const token of parser.parse(markdown, {})) {
    markup.add(token.type);
    for (const child of token.children ?? []) markup.add(child.type);
    if (token.type === "inline") {
      blocks.push((token.children ?? []).map(({ content }) => content).join(""));
    } else if (token.content !== "") blocks.push(token.content);
  }
  return { text: blocks.join("\n"), markup };
}
