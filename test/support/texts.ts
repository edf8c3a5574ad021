/** The texts that a person reads, found in the sources where they stand. */
import ts from "typescript";
import { textKey } from "../../server/src/core/text/say.js";
import { projectText, sources } from "./projectFiles.js";

/** Every text of the server and of the client, as the bundles name it; sorted, each once. */
export function allTexts(): readonly string[] {
  found ??= findTexts();
  return found;
}

/** Of this process: several tests ask. */
let found: readonly string[] | null = null;

function findTexts(): readonly string[] {
  const server = sources("server/src").flatMap((file) => saidIn(file));
  const client = sources("client/src").flatMap((file) => translatedIn(file));
  return [...new Set([...server, ...client])].sort();
}

/** What a source gives to `say`. */
function saidIn(file: string): readonly string[] {
  if (!projectText(file).includes("say`")) return [];
  return nodesOf(file).flatMap((node) => {
    if (!ts.isTaggedTemplateExpression(node) || node.tag.getText() !== "say") return [];
    const { template } = node;
    if (ts.isNoSubstitutionTemplateLiteral(template)) return [template.text];
    return [
      textKey([template.head.text, ...template.templateSpans.map((span) => span.literal.text)]),
    ];
  });
}

/** What a source gives to `vscode.l10n.t`. */
function translatedIn(file: string): readonly string[] {
  if (!projectText(file).includes("l10n.t")) return [];
  return nodesOf(file).flatMap((node) => {
    if (!ts.isCallExpression(node) || !/\bl10n\.t$/.test(node.expression.getText())) return [];
    const [text] = node.arguments;
    if (text === undefined || !ts.isStringLiteralLike(text)) {
      throw new Error(`${file}: l10n.t takes its text as a literal.`);
    }
    return [text.text];
  });
}

function nodesOf(file: string): readonly ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, projectText(file), ts.ScriptTarget.Latest, true));
  return nodes;
}
