/**
 * The work that the built-in functions do for us: a search through a text, a copy of a list. V8's
 * coverage does not see into them, so they are wrapped, each with what it costs in characters or
 * elements. What costs the same at any size, such as a slice of a text, is left as it is.
 */

interface Call {
  readonly self: unknown;
  readonly args: readonly unknown[];
  readonly result: unknown;
}

type Cost = (call: Call) => number;

let work = 0;

/** Adds to the work that is counted. */
export function addWork(amount: number): void {
  work += amount;
}

/** The work since the last call. */
export function takeWork(): number {
  const done = work;
  work = 0;
  return done;
}

/** Wraps the built-in functions for good: it is for a process of its own. */
export function countBuiltins(): void {
  const copies: Cost = ({ result }) => lengthOf(result);
  const walks: Cost = ({ self }) => lengthOf(self);
  const reads: Cost = ({ args }) => lengthOf(args[0]);
  const step: Cost = () => 1;
  const text = String.prototype;
  wrap(text, "indexOf includes", search);
  wrap(text, "split lastIndexOf replace replaceAll trim trimStart trimEnd", walks);
  wrap(text, "toLowerCase toUpperCase normalize localeCompare", walks);
  wrap(text, "startsWith endsWith", reads);
  wrap(text, "repeat padStart padEnd", copies);
  const list = Array.prototype;
  wrap(list, "indexOf includes", search);
  wrap(list, "lastIndexOf map filter forEach reduce reduceRight", walks);
  wrap(list, "reverse sort shift unshift splice fill", walks);
  wrap(list, "slice concat join flat flatMap toSorted toReversed toSpliced with", copies);
  wrap(Object, "keys values entries", copies);
  wrap(Object, "assign", ({ args }) => Object.keys(args[1] ?? {}).length);
  wrap(JSON, "stringify", copies);
  wrap(JSON, "parse", reads);
  wrap(TextEncoder.prototype, "encode", copies);
  // Spreads, destructuring and new Map(list) walk by these.
  for (const some of [[], new Map(), new Set(), ""]) {
    wrap(Object.getPrototypeOf(some[Symbol.iterator]()), "next", step);
  }
  // Every way to use a regular expression ends here.
  countExec();
}

function wrap(owner: object, names: string, cost: Cost): void {
  for (const name of names.split(" ")) {
    const original: unknown = Reflect.get(owner, name);
    // Newer ones are not in every Node.js.
    if (typeof original !== "function") continue;
    const wrapped = function (this: unknown, ...args: unknown[]): unknown {
      const result: unknown = Reflect.apply(original, this, args);
      work += cost({ self: this, args, result });
      return result;
    };
    Object.defineProperty(owner, name, { value: wrapped, writable: true, configurable: true });
  }
}

/** From where it looked to where it found, or to the end. */
function search({ self, args, result }: Call): number {
  const from = typeof args[1] === "number" ? args[1] : 0;
  const end = typeof result === "number" && result >= 0 ? result : lengthOf(self);
  return Math.max(end - from, 0) + 1;
}

function countExec(): void {
  const original = RegExp.prototype.exec;
  RegExp.prototype.exec = function (text: string) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const found = original.call(this, text);
    // V8 gives up at once where the pattern can begin at one place only.
    const isFixed = this.sticky || (this.source[0] === "^" && !this.multiline);
    if (found !== null) work += found.index - from + found[0].length + 1;
    else work += isFixed ? 1 : Math.max(text.length - from, 0) + 1;
    return found;
  };
}

function lengthOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return value instanceof Uint8Array ? value.length : 1;
}
