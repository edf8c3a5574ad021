import type { Word } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { expandedValue } from "./env.js";
import { type Assignment, type DeclaredBuildArg, type InstructionKind, noEffect } from "./kind.js";
import type { Reading } from "./reading.js";
import { assigned, changed, type Scope } from "./scope.js";

/** `ARG`: a value for the build alone. */
export const arg: InstructionKind = {
  mayPrecedeStages: true,
  expandedBy: "builder",
  isForRunsAlone: true,
  reaches: ["shell form", "exec form"],
  declares: ({ args }) => args.map(splitArg),
  evaluate(instruction, reading) {
    if (instruction.args.length === 0) {
      const { keyword, keywordRange } = instruction;
      reading.report("read", { code: "missing-argument", keyword, needs: "name" }, keywordRange);
    }
    // Up to Dockerfile 1.7 the words of a line did not see each other: convert.go `dispatchArg`.
    const declaresOneByOne = reading.rules.declaresArgsOneByOne && reading.frontend.minor >= 8;
    // What the words before it set, if it sees them.
    let next = reading;
    const declared: Declared[] = [];
    for (const word of instruction.args) {
      const arg = read(word, declaresOneByOne ? next : reading);
      const one = arg === null ? null : declare(arg, next);
      if (one !== null) next = next.within(one.scope);
      declared.push(one ?? { words: "", assignment: null, scope: next.scope });
    }
    return {
      ...noEffect(next.scope),
      shaping: true,
      words: declared.map(({ words }) => words),
      assignments: declared.flatMap(({ assignment }) => assignment ?? []),
    };
  },
  explain: (_evaluation, rules, { isGlobal }) => ({
    inside: [
      say`Declares a value that exists during the build only: it is never in the image's environment.`,
      isGlobal
        ? say`The FROM lines can use it; a stage sees it only after an ARG of its own.`
        : say`From here on every RUN of the stage has the value in its cache key, used or not.`,
    ],
    traps:
      rules.commitsEveryInstruction || isGlobal
        ? []
        : [say`COPY, ADD and WORKDIR below stay cached unless they use the value themselves.`],
  }),
  terms: () => ["build-cache", "cache-key"],
};

/** Splits `NAME=value`. Source: BuildKit, instructions/parse.go `parseArg`. */
function splitArg(word: Word): DeclaredBuildArg {
  const at = word.value.indexOf("=");
  if (at < 0) return { name: word, value: null };
  // Where an escape makes the text longer than the value, the split falls a little early: only
  // the squiggle of a mistake depends on it.
  const split = Math.min(word.range.start + at, word.range.end);
  return {
    name: { value: word.value.slice(0, at), range: { start: word.range.start, end: split } },
    value: {
      value: word.value.slice(at + 1),
      range: { start: Math.min(split + 1, word.range.end), end: word.range.end },
    },
  };
}

/** Known to every stage without a declaration, and in no key unless declared: dispatch.go. */
const proxyArgs = new Set(
  ["http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy"].flatMap((name) => [
    name,
    name.toUpperCase(),
  ]),
);

/** Speak to the builder alone: dockerfile2llb/convert.go `nonEnvArgs`. */
const builderArgs = new Set(["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"]);

export function isProxyArg(name: string): boolean {
  return proxyArgs.has(name);
}

interface ReadArg {
  readonly name: string;
  /** The default, expanded; null: none, or the builder does not look at it. */
  readonly byDefault: string | null;
  /** The default as it is typed, where only the base image can tell a variable in it. */
  readonly written: string | null;
  /** True for a name alone. */
  readonly isBare: boolean;
}

/** null, and reported: the argument has no name. */
function read(word: Word, reading: Reading): ReadArg | null {
  const { name: nameWord, value: defaultWord } = splitArg(word);
  if (nameWord.value === "") {
    reading.report("read", { code: "blank-name", keyword: "ARG", of: "argument" }, word.range);
    return null;
  }
  const name = reading.expand(nameWord);
  const isNeeded = reading.rules.expandsReplacedDefaults || !reading.buildArgs.has(name);
  const isBare = defaultWord === null;
  if (isBare || !isNeeded) return { name, byDefault: null, written: null, isBare };
  const { value, written = null } = expandedValue(defaultWord, reading);
  return { name, byDefault: value, written, isBare };
}

interface Declared {
  /** As the classic builder notes it. */
  readonly words: string;
  /** null: no RUN sees it. */
  readonly assignment: Assignment | null;
  readonly scope: Scope;
}

function declare(arg: ReadArg, reading: Reading): Declared {
  const { scope, rules, buildArgs } = reading;
  const { name, byDefault, written, isBare } = arg;
  const words = byDefault === null ? name : `${name}=${byDefault}`;
  // The build argument wins over the default, the default over the global value.
  const value = buildArgs.get(name) ?? (isBare ? (reading.globalArg(name) ?? null) : byDefault);
  if (value === null) return { words, assignment: null, scope };
  const declaredArgs = scope.declaredArgs.with(name, value);
  const isHidden = rules.envHidesArgs && scope.config.environment.has(name);
  if (builderArgs.has(name) || isHidden)
    return { words, assignment: null, scope: changed(scope, { declaredArgs }) };
  const isDefault = !buildArgs.has(name) && byDefault !== null;
  const assignment = { name, value, ...(isDefault && written !== null ? { written } : {}) };
  return {
    words,
    assignment,
    scope: changed(assigned(scope, assignment), { declaredArgs, endsAsSet: false }),
  };
}
