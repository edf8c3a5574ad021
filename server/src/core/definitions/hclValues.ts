/** Values of HCL expressions, as far as a file gives them: the functions of Bake that people use. */
import type { HclExpression } from "./hcl.js";

export type HclValue =
  | string
  | number
  | boolean
  | null
  | readonly HclValue[]
  | ReadonlyMap<string, HclValue>
  /** What is not known. */
  | undefined;

export interface HclScope {
  /** The value of a variable. */
  variable(name: string): HclValue;
  /** A function of the file; undefined: there is none of that name. */
  define(name: string): ((args: readonly HclValue[]) => HclValue) | undefined;
}

export function hclValue(expression: HclExpression, scope: HclScope): HclValue {
  const value = (one: HclExpression): HclValue => hclValue(one, scope);
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "template":
      return joined(expression.parts.map(value));
    case "name":
      return scope.variable(expression.name);
    case "list":
      return expression.items.map(value);
    case "object":
      return new Map(
        expression.entries.map(([key, entry]) => [text(value(key)) ?? "", value(entry)]),
      );
    case "member":
      return memberOf(value(expression.of), value(expression.key));
    case "call": {
      const args = expression.args.map(value);
      const own = scope.define(expression.name);
      if (own !== undefined) return own(args);
      const known = functions[expression.name];
      if (known === undefined) return undefined;
      // What takes the first that is given works with some that are not known.
      if (expression.name !== "coalesce" && args.includes(undefined)) return undefined;
      return sizeOf(args) > maxLength ? undefined : known(args);
    }
    case "operation":
      return operation(expression.operator, expression.operands, value);
    case "unread":
      return undefined;
  }
}

/** Longer texts and lists grow out of each other. Characters, and items of lists. */
const maxLength = 100_000;

/** Of values, and of those in them: what a function that works on them may have to go through. */
function sizeOf(values: readonly HclValue[], depth = 0): number {
  let size = values.length;
  for (const value of values) {
    if (typeof value === "string") size += value.length;
    else if (value instanceof Map) size += value.size;
    else size += depth < 2 ? sizeOf(list(value), depth + 1) : list(value).length;
    if (size > maxLength) break;
  }
  return size;
}

function joined(parts: readonly HclValue[]): HclValue {
  let result = "";
  for (const part of parts) {
    const word = part === null ? "" : text(part);
    if (word === null || result.length > maxLength) return undefined;
    result += word;
  }
  return result;
}

/** null: it is none. */
export function text(value: HclValue): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

function memberOf(of: HclValue, key: HclValue): HclValue {
  if (of instanceof Map) return of.get(text(key) ?? "");
  return Array.isArray(of) && typeof key === "number"
    ? (of as readonly HclValue[])[key]
    : undefined; // any entry
}

function operation(
  operator: string,
  [first, second, third]: readonly HclExpression[],
  value: (expression: HclExpression) => HclValue,
): HclValue {
  const a = first === undefined ? undefined : value(first);
  if (operator === "?") {
    const chosen = a === true ? second : a === false ? third : undefined;
    return chosen === undefined ? undefined : value(chosen);
  }
  if (operator === "!") return typeof a === "boolean" ? !a : undefined;
  const b = second === undefined ? undefined : value(second);
  if (operator === "&&") return a === false || b === false ? false : bothTrue(a, b);
  if (operator === "||") return a === true || b === true ? true : eitherKnown(a, b);
  if (a === undefined) return undefined;
  if (operator === "-" && second === undefined) return -Number(a);
  if (b === undefined) return undefined;
  const [x, y] = [Number(a), Number(b)];
  switch (operator) {
    case "==":
      return isEqual(a, b);
    case "!=":
      return !isEqual(a, b);
    case "<":
      return x < y;
    case ">":
      return x > y;
    case "<=":
      return x <= y;
    case ">=":
      return x >= y;
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return x / y;
    case "%":
      return x % y;
    default:
      return undefined;
  }
}

function bothTrue(a: HclValue, b: HclValue): HclValue {
  return a === true && b === true ? true : undefined;
}

function eitherKnown(a: HclValue, b: HclValue): HclValue {
  return a === false && b === false ? false : undefined;
}

function isEqual(a: HclValue, b: HclValue): boolean {
  const [one, other] = [text(a), text(b)];
  return one === null || other === null ? a === b : one === other;
}

/** Its items; empty where it is no list. */
export function list(value: HclValue): readonly HclValue[] {
  return Array.isArray(value) ? (value as readonly HclValue[]) : []; // any entry
}

function word(value: HclValue): string {
  return text(value) ?? "";
}

/** Of buildx, hclparser/stdlib.go; those that tell the time are not known. */
const functions: Readonly<Record<string, (args: readonly HclValue[]) => HclValue>> = {
  and: ([a, b]) => a === true && b === true,
  or: ([a, b]) => a === true || b === true,
  not: ([a]) => a !== true,
  equal: ([a, b]) => isEqual(a, b),
  notequal: ([a, b]) => !isEqual(a, b),
  add: ([a, b]) => Number(a) + Number(b),
  subtract: ([a, b]) => Number(a) - Number(b),
  coalesce: (args) => args.find((arg) => arg !== null && arg !== "" && arg !== undefined),
  concat: (args) => args.flatMap(list),
  compact: ([a]) => list(a).filter((item) => item !== "" && item !== null),
  flatten: ([a]) => list(a).flatMap((item) => (Array.isArray(item) ? list(item) : [item])),
  distinct: ([a]) => [...new Set(list(a))],
  contains: ([a, b]) => list(a).some((item) => isEqual(item, b)),
  length: ([a]) => (a instanceof Map ? a.size : list(a).length),
  element: ([a, b]) => list(a)[Number(b) % Math.max(1, list(a).length)],
  keys: ([a]) => (a instanceof Map ? [...a.keys()].sort() : []),
  values: ([a]) => (a instanceof Map ? [...a.values()] : []),
  lookup: ([a, b, c]) => (a instanceof Map ? (a.get(word(b)) ?? c) : c),
  merge: (args) => new Map(args.flatMap((arg) => (arg instanceof Map ? [...arg] : []))),
  join: ([a, ...lists]) => {
    const words = lists.flatMap(list).map(word);
    return words.length * word(a).length > maxLength ? undefined : words.join(word(a));
  },
  split: ([a, b]) => word(b).split(word(a)),
  lower: ([a]) => word(a).toLowerCase(),
  upper: ([a]) => word(a).toUpperCase(),
  trimspace: ([a]) => word(a).trim(),
  trimprefix: ([a, b]) => (word(a).startsWith(word(b)) ? word(a).slice(word(b).length) : word(a)),
  trimsuffix: ([a, b]) =>
    word(b) !== "" && word(a).endsWith(word(b)) ? word(a).slice(0, -word(b).length) : word(a),
  replace: ([a, b, c]) =>
    word(a).split(word(b)).length * word(c).length > maxLength
      ? undefined
      : word(a).replaceAll(word(b), () => word(c)),
  substr: ([a, b, c]) => word(a).slice(Number(b), Number(b) + Number(c)),
  strlen: ([a]) => word(a).length,
  sanitize: ([a]) => word(a).replace(/[^\w-]/g, "-"),
  format: ([a, ...args]) => {
    let at = 0;
    return word(a).replace(/%(%|[sdvq])/g, (_, verb: string) =>
      verb === "%" ? "%" : verb === "q" ? JSON.stringify(word(args[at++])) : word(args[at++]),
    );
  },
};
