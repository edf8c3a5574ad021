/**
 * The flags of a command: one table, which reading, help, completion and "did you mean" go by. They
 * are read as docker reads its own (github.com/spf13/pflag), so that its words mean here what they
 * mean there.
 */
import { nearest } from "../core/text/nearest.js";
import { UsageError } from "./usageError.js";

export interface Flag {
  /** The one letter that stands for it. */
  readonly short?: string;
  /** What stands for its value in the help; absent: it is switched on by its name alone. */
  readonly value?: string;
  /** What its name alone stands for: a value is then behind `=` only. */
  readonly byDefault?: string;
  /** Every value counts, not the last one alone. */
  readonly isRepeated?: true;
  /** For the help; absent: the help leaves it out. */
  readonly about?: string;
  /** What a shell offers as its value: these words, or files or folders. */
  readonly offers?: readonly string[] | "files" | "folders";
}

export type Flags = Readonly<Record<string, Flag>>;

/** What was given, by the long names; absent: it was not. */
export type FlagValues<T extends Flags> = {
  readonly [Name in keyof T]?:
    | (T[Name] extends { readonly value: string }
        ? T[Name] extends { readonly isRepeated: true }
          ? readonly string[]
          : string
        : boolean)
    | undefined;
};

export interface ReadWords<T extends Flags> {
  readonly values: FlagValues<T>;
  /** What is no flag and no value of one. */
  readonly others: readonly string[];
}

type Value = boolean | string | readonly string[];

/** Reads the words of a command. Errors: `UsageError`. */
export function readWords<T extends Flags>(flags: T, words: readonly string[]): ReadWords<T> {
  const values: Record<string, Value> = {};
  const others: string[] = [];
  const rest = [...words];
  const take = (name: string, shown: string, given: string | undefined): void => {
    const flag = flags[name] ?? {};
    if (flag.value === undefined) {
      values[name] = given === undefined || readSwitch(shown, given);
      return;
    }
    const value = given ?? flag.byDefault ?? rest.shift();
    if (value === undefined) throw new UsageError(`${shown} needs a value: ${flag.value}`);
    const before = values[name];
    values[name] = flag.isRepeated === true ? [...(isList(before) ? before : []), value] : value;
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "--") {
      others.push(...rest);
      break;
    }
    if (word === "-" || !word.startsWith("-")) others.push(word);
    else if (word.startsWith("--")) {
      const [, name = "", given] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      if (!Object.hasOwn(flags, name)) throw unknownFlag(`--${name}`, flags);
      take(name, `--${name}`, given);
    } else takeLetters(flags, word.slice(1), take);
  }
  return { values: values as FlagValues<T>, others }; // each is as its flag says
}

/** `-qt x`, `-qtx`, `-f=x`: switches, of which the last letter may be one with a value. */
function takeLetters(
  flags: Flags,
  letters: string,
  take: (name: string, shown: string, given: string | undefined) => void,
): void {
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? "";
    const [name, flag] = Object.entries(flags).find(([, { short }]) => short === letter) ?? [];
    if (name === undefined) throw unknownFlag(`-${letter}`, flags);
    const behind = letters.slice(at + 1);
    const isAssigned = behind.startsWith("=");
    if (flag?.value === undefined && !isAssigned) {
      take(name, `-${letter}`, undefined);
      continue;
    }
    take(name, `-${letter}`, isAssigned ? behind.slice(1) : behind || undefined);
    return;
  }
}

function isList(value: Value | undefined): value is readonly string[] {
  return Array.isArray(value);
}

/** Those of Go, as docker takes them. */
function readSwitch(shown: string, text: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new UsageError(`${shown} ${text}: true or false`);
}

function unknownFlag(written: string, flags: Flags): UsageError {
  const near = nearest(written.replace(/^-+/, ""), Object.keys(flags));
  const meant = near === null ? "; --help lists those that there are" : `; did you mean --${near}?`;
  return new UsageError(`there is no ${written}${meant}`);
}

/** One of some words. Errors: `UsageError`. */
export function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((word) => word === value);
  if (found !== undefined) return found;
  const near = nearest(value, known);
  const meant = near === null ? "" : ` (did you mean ${near}?)`;
  throw new UsageError(`${name} ${value}: choose one of ${known.join(", ")}${meant}`);
}

/** A whole number above 0. Errors: `UsageError`. */
export function readCount(name: string, text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text))
    throw new UsageError(`${name} ${text}: not a whole number above 0`);
  return Number(text);
}

/** A whole number. Errors: `UsageError`. */
export function readNumber(name: string, text: string): number {
  return text === "0" ? 0 : readCount(name, text);
}
