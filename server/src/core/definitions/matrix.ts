/** The combinations of a workflow's matrix. Source: GitHub, workflow syntax, `jobs.<job_id>.strategy`. */
import { at, type DataNode, entriesOf, itemsOf, textOf } from "./data.js";
import { evaluated, type Values } from "./expressions.js";

/** GitHub makes no more jobs of one matrix. */
const maxCombinations = 256;

/** Each as values of `matrix.…`; one without any where there is no matrix that can be read. */
export function matrixCombinations(strategy: DataNode | null, known: Values): readonly Values[] {
  const matrix = at(strategy, "matrix");
  let combinations: readonly ReadonlyMap<string, DataNode>[] = [new Map()];
  for (const [name, { value }] of entriesOf(matrix)) {
    if (name === "include" || name === "exclude" || value.kind !== "list") continue;
    combinations = combinations
      .flatMap((combination) =>
        value.items.map((item) => new Map([...combination, [name, item] as const])),
      )
      .slice(0, maxCombinations);
  }
  const excluded = itemsOf(at(matrix, "exclude"));
  const kept = combinations.filter(
    (combination) => !excluded.some((item) => holds(combination, item)),
  );
  const results = kept.map((combination) => new Map(combination));
  const added: Map<string, DataNode>[] = [];
  for (const item of itemsOf(at(matrix, "include"))) {
    const own = new Map(entriesOf(item).map(([name, { value }]) => [name, value]));
    // What overwrites nothing of a combination is added to it; else it is one of its own.
    const meant = results.filter((_, index) =>
      [...own].every(([name, value]) => {
        const original = kept[index]?.get(name);
        return original === undefined || textOf(original) === textOf(value);
      }),
    );
    const fits = meant.filter((result) => result.size > 0);
    if (fits.length === 0) added.push(own);
    else for (const result of fits) for (const [name, value] of own) result.set(name, value);
  }
  const isEmpty = results.length === 1 && results[0]?.size === 0;
  return [...(isEmpty && added.length > 0 ? [] : results), ...added]
    .slice(0, maxCombinations)
    .map((combination) => {
      const values = new Map<string, string>();
      for (const [name, node] of combination) flatten(`matrix.${name}`, node, values, known);
      return values;
    });
}

function holds(combination: ReadonlyMap<string, DataNode>, item: DataNode): boolean {
  return entriesOf(item).every(([name, { value }]) => {
    const own = combination.get(name);
    return own !== undefined && textOf(own) === textOf(value);
  });
}

function flatten(name: string, node: DataNode, into: Map<string, string>, known: Values): void {
  if (node.kind === "scalar") {
    const text = evaluated(node.text ?? "", known);
    if (text !== null) into.set(name, text);
  }
  for (const [key, { value }] of entriesOf(node)) flatten(`${name}.${key}`, value, into, known);
}
