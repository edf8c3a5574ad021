/** The `${{ … }}` of a workflow, as far as its own file gives the values. */
import { at, type DataNode, entriesOf, textOf } from "./data.js";

/** Values by their whole names, such as `matrix.os`, `env.NAME`, `inputs.file`. */
export type Values = ReadonlyMap<string, string>;

/** null: it holds what only a run can tell. */
export function evaluated(text: string, values: Values): string | null {
  let isKnown = true;
  const result = text.replace(/\$\{\{([\s\S]*?)\}\}/g, (_, expression: string) => {
    const value = valueIn(expression.trim(), values);
    if (value === null) isKnown = false;
    return value ?? "";
  });
  return isKnown ? result : null;
}

/** A name, a literal, or a choice between some: `inputs.file || 'Dockerfile'`. */
function valueIn(expression: string, values: Values): string | null {
  const choices = expression.split("||").map((choice) => choice.trim());
  for (const choice of choices) {
    const literal = /^'((?:[^']|'')*)'$/.exec(choice)?.[1]?.replaceAll("''", "'");
    const value = literal ?? values.get(normal(choice));
    if (value === undefined) return null;
    if (value !== "" || choice === choices.at(-1)) return value;
  }
  return null;
}

function normal(name: string): string {
  return name.replace(/\[\s*'([^']*)'\s*\]/g, ".$1").replace(/\s+/g, "");
}

/** Names in expressions of a text. */
export function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{\{([\s\S]*?)\}\}/g)].flatMap(([, expression = ""]) =>
    [...expression.matchAll(/[A-Za-z_][\w-]*(?:\.[\w-]+)+/g)].map(([name]) => name),
  );
}

/** The variables of an `env:`, as `env.…`. */
export function environment(node: DataNode | null, known: Values): Values {
  const values = new Map<string, string>();
  for (const [name, { value }] of entriesOf(at(node, "env"))) {
    const text = evaluated(textOf(value) ?? "", known);
    if (text !== null) values.set(`env.${name}`, text);
  }
  return values;
}

/** The lines of an input that say something. */
export function lines(text: string | null): readonly string[] {
  return (text ?? "").split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
}

/** An input of lines or commas; what only a run can tell is left out. */
export function listed(text: string | null, values: Values): readonly string[] {
  return lines(text?.replaceAll(",", "\n") ?? null).flatMap(
    (line) => evaluated(line, values) ?? [],
  );
}
