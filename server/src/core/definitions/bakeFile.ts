/** A Bake file, in HCL or JSON, as targets, groups, variables and functions. */
import { type DataNode, entriesOf } from "./data.js";
import { type HclBlock, type HclExpression, parseTemplate } from "./hcl.js";
import { type HclScope, type HclValue, hclValue } from "./hclValues.js";

export interface BakeTarget {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, HclExpression>;
  readonly start: number;
  readonly end: number;
  /** The file that it is in. */
  readonly path: string;
}

/** What one file, with its override, defines. */
export interface BakeFile {
  readonly targets: readonly BakeTarget[];
  readonly groups: ReadonlyMap<string, HclExpression>;
  readonly variables: ReadonlyMap<string, HclExpression | null>;
  readonly functions: ReadonlyMap<string, BakeFunction>;
}

export interface BakeFunction {
  readonly params: readonly string[];
  readonly result: HclExpression;
}

export function bakeFromHcl(root: HclBlock, path: string): BakeFile {
  const named = (type: string) => root.blocks.filter((block) => block.type === type);
  const first = ({ labels }: HclBlock): string => labels[0] ?? "";
  return {
    targets: named("target").map((block) => ({
      name: first(block),
      attributes: block.attributes,
      start: block.start,
      end: block.end,
      path,
    })),
    groups: new Map(
      named("group").flatMap((block) => {
        const targets = block.attributes.get("targets");
        return targets === undefined ? [] : [[first(block), targets] as const];
      }),
    ),
    // A file may set a variable as an attribute too.
    variables: new Map([
      ...named("variable").map(
        (block) => [first(block), block.attributes.get("default") ?? null] as const,
      ),
      ...root.attributes,
    ]),
    functions: new Map(
      named("function").flatMap((block) => {
        const result = block.attributes.get("result");
        const params = block.attributes.get("params");
        const names = params?.kind === "list" ? params.items : [];
        return result === undefined
          ? []
          : [[first(block), { result, params: names.flatMap(literalText) }] as const];
      }),
    ),
  };
}

function literalText(expression: HclExpression): readonly string[] {
  return expression.kind === "literal" ? [String(expression.value)] : [];
}

/** HCL's own JSON syntax: texts are templates. */
export function bakeFromJson(root: DataNode, path: string): BakeFile {
  const under = (key: string) =>
    entriesOf(entriesOf(root).find(([name]) => name === key)?.[1].value ?? null);
  const attributes = (node: DataNode) =>
    new Map(entriesOf(node).map(([name, { value }]) => [name, jsonExpression(value)] as const));
  return {
    targets: under("target").map(([name, { start, value }]) => ({
      name,
      attributes: attributes(value),
      start,
      end: value.end,
      path,
    })),
    groups: new Map(
      under("group").flatMap(([name, { value }]) => {
        const targets = attributes(value).get("targets");
        return targets === undefined ? [] : [[name, targets] as const];
      }),
    ),
    variables: new Map(
      under("variable").map(([name, { value }]) => [
        name,
        attributes(value).get("default") ?? null,
      ]),
    ),
    functions: new Map(),
  };
}

function jsonExpression(node: DataNode): HclExpression {
  switch (node.kind) {
    case "map":
      return {
        kind: "object",
        entries: entriesOf(node).map(
          ([name, { value }]) => [{ kind: "literal", value: name }, jsonExpression(value)] as const,
        ),
      };
    case "list":
      return { kind: "list", items: node.items.map(jsonExpression) };
    case "scalar":
      return node.text === null ? { kind: "literal", value: null } : parseTemplate(node.text);
  }
}

/** The override over the file: attributes, groups and variables of the later count. */
export function mergedBake(files: readonly BakeFile[]): BakeFile {
  const targets = new Map<string, BakeTarget>();
  for (const target of files.flatMap((file) => file.targets)) {
    const before = targets.get(target.name);
    const attributes = new Map([...(before?.attributes ?? []), ...target.attributes]);
    targets.set(target.name, { ...(before ?? target), attributes });
  }
  return {
    targets: [...targets.values()],
    groups: new Map(files.flatMap((file) => [...file.groups])),
    variables: new Map(files.flatMap((file) => [...file.variables])),
    functions: new Map(files.flatMap((file) => [...file.functions])),
  };
}

/** So deep may variables and functions name each other. */
const maxDepth = 50;
/** And so often in one file: what names two that name two takes no time that doubles. */
const maxSteps = 20_000;
const stepsOf = new WeakMap<BakeFile, number>();

/** @param given values that go before the file's own, such as those of a matrix */
export function bakeScope(file: BakeFile, given: ReadonlyMap<string, HclValue>): HclScope {
  let depth = 0;
  const within = <T>(work: () => T): T | undefined => {
    const steps = stepsOf.get(file) ?? 0;
    if (depth >= maxDepth || steps >= maxSteps) return undefined;
    stepsOf.set(file, steps + 1);
    depth++;
    try {
      return work();
    } finally {
      depth--;
    }
  };
  const scope: HclScope = {
    variable(name) {
      if (given.has(name)) return given.get(name);
      const written = file.variables.get(name);
      if (written === undefined) return undefined;
      // A variable without a default is the environment's, or empty.
      return written === null ? null : within(() => hclValue(written, scope));
    },
    define(name) {
      const defined = file.functions.get(name);
      if (defined === undefined) return undefined;
      const { params, result } = defined;
      return (args) =>
        within(() =>
          hclValue(result, {
            define: scope.define,
            variable: (param) => {
              const at = params.indexOf(param);
              return at < 0 ? scope.variable(param) : args[at];
            },
          }),
        );
    },
  };
  return scope;
}
