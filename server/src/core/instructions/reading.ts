/**
 * An instruction while it is read in a scope: its words are expanded, what it names is looked up,
 * and what is wrong with it is gathered. It lives for one instruction; scope and facts are values.
 */
import type { BuilderRules } from "../build/builderRules.js";
import { type Feature, type Frontend, hasFeature, neededFrontend } from "../build/frontend.js";
import { referenceMistake } from "../image/reference.js";
import {
  type ExpansionError,
  expandWord,
  expandWords,
  HEREDOC_BODY,
  variableReferences,
  type WordExpansion,
} from "../syntax/expand.js";
import { mostExpanded, shortExpansion } from "../syntax/limits.js";
import type { EscapeCharacter, Word } from "../syntax/syntax.js";
import type { Placed, TextRange } from "../text/range.js";
import type { SourceReference } from "./operation.js";
import { type InstructionProblem, isOfValue } from "./problem.js";
import { isOpenVariable, type Scope } from "./scope.js";
import type { Written } from "./unknowns.js";

/** Something wrong with an instruction, and whether it fails every build or only one that needs its stage. */
export interface Found {
  readonly phase: "read" | "build";
  readonly problem: Placed<InstructionProblem>;
}

/** What an instruction goes by besides its scope, and no instruction of its stage changes. */
export interface StageFacts {
  readonly rules: BuilderRules;
  readonly frontend: Frontend;
  readonly escape: EscapeCharacter;
  /** What the user passes with `--build-arg`. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** The arguments that the builder sets without a line: known before the first FROM, and to a bare ARG. */
  readonly automaticArgs: ReadonlyMap<string, string>;
  /** What the lines before the first FROM set a name to; null: the instruction is one of them. */
  readonly globalArg: ((name: string) => string | undefined) | null;
  /** The stage or image that `--from=name` of a COPY, or `from=name` of a mount, means here. */
  readonly source: (name: string, kind: SourceKind) => SourceReference | SourceMistake;
  /** The stage above that a name of an image may be meant to be; null: none. */
  readonly similarStage: SimilarStage;
}

/** See `StageFacts.similarStage`. */
export type SimilarStage = (name: string) => string | null;

export type SourceKind = "copy" | "mount";

/** Why a name means nothing that files can be taken from. */
export type SourceMistake = "itself" | "later" | "no-such-stage" | "no-reference";

/**
 * What is wrong with an instruction, at its place in it. `read`: it is malformed, the build fails
 * wherever it stands; `build`: the build fails only where the target needs the stage.
 */
export function foundWrong(
  phase: Found["phase"],
  problem: InstructionProblem,
  range: TextRange,
): Found {
  return { phase, problem: { ...problem, range } };
}

/** Begins to read one instruction. */
export function startReading(facts: StageFacts, scope: Scope): Reading {
  return new Reading(facts, scope, []);
}

/** What an expansion found out. */
interface Finished {
  readonly error: ExpansionError | null;
  readonly taken: number;
}

/** Made for every instruction at every keystroke: what it can do stands on the class, made once. */
export class Reading {
  /** Of the words that name variables, by their texts. */
  #expansions: Map<string, WordExpansion> | null = null;
  /** Where words stand of whose value only the base image can tell a part. */
  readonly #openRanges: TextRange[] = [];
  #openLookups = 0;

  /** @param found what was wrong up to now; it grows while the instruction is read */
  constructor(
    private readonly facts: StageFacts,
    readonly scope: Scope,
    readonly found: Found[],
    /** Those read up to now whose values only the base image can tell. */
    readonly openVariables = new Set<string>(),
    /** Characters that its expansions took up to now. */
    private readonly taken = { characters: 0 },
  ) {}

  get rules(): BuilderRules {
    return this.facts.rules;
  }

  /** A frontend is BuildKit's: where there is none, this is nobody's. */
  get frontend(): Frontend {
    return this.facts.frontend;
  }

  get buildArgs(): ReadonlyMap<string, string> {
    return this.facts.buildArgs;
  }

  /** Goes on in another scope, as the second of several ARGs of a line does. */
  within(scope: Scope): Reading {
    return new Reading(this.facts, scope, this.found, this.openVariables, this.taken);
  }

  /**
   * Expands the variables of one word with the variables of the scope; a mistake is reported at the
   * word and the word is returned as it is.
   */
  expand({ value, range }: Word): string {
    // Nothing to expand, and no quote to take away: most words.
    if (!/[$"'\\`\ufeff]/.test(value)) return value;
    const lookups = this.#openLookups;
    const expansion = expandWord(value, this.#lookUp, this.facts.escape, { room: this.#room });
    if (this.#openLookups > lookups) this.#openRanges.push(range);
    if (value.includes("$")) {
      this.#expansions ??= new Map();
      this.#expansions.set(value, expansion);
    }
    this.#finish(expansion, range);
    return expansion.error === null ? expansion.value : value;
  }

  /** The first variable that a text names; null: none. */
  variableIn(text: string): string | null {
    return variableReferences(text, this.facts.escape)[0]?.name ?? null;
  }

  /** What is known of a word that was expanded. */
  written({ value }: Word, expanded: string): Written {
    if (this.scope.unknowns === null || !value.includes("$"))
      return { written: expanded, isKnown: true };
    const { matched = [], unmatched = [] } = this.#expansions?.get(value) ?? {};
    const isKnown = ![...matched, ...unmatched].some((name) => isOpenVariable(this.scope, name));
    return { written: isKnown ? expanded : value.replace(/^(["'])(.*)\1$/, "$2"), isKnown };
  }

  /** As `expand`, where one word may become several (EXPOSE) or none. */
  expandToWords({ value, range }: Word): readonly string[] {
    const lookups = this.#openLookups;
    const expansion = expandWords(value, this.#lookUp, this.facts.escape, { room: this.#room });
    if (this.#openLookups > lookups) this.#openRanges.push(range);
    this.#finish(expansion, range);
    return expansion.words.map((word) => word.value);
  }

  /** Expands the body of a heredoc: quotes stay as they are. */
  expandDocument(content: string, range: TextRange): string {
    const lookups = this.#openLookups;
    const options = { ...HEREDOC_BODY, room: this.#room };
    const expansion = expandWord(content, this.#lookUp, "\\", options);
    if (this.#openLookups > lookups) this.#openRanges.push(range);
    this.#finish(expansion, range);
    return expansion.error === null ? expansion.value : content;
  }

  /** What an ARG without a value takes from before the first FROM. */
  globalArg(name: string): string | undefined {
    // A bare ARG repeated before FROM keeps the value that the name has.
    const { globalArg, automaticArgs } = this.facts;
    const set = globalArg === null ? this.scope.environment.get(name) : globalArg(name);
    return set ?? automaticArgs.get(name);
  }

  /** See `StageFacts.source`; null, and reported, where the name means nothing. */
  source(name: string, range: TextRange, kind: SourceKind): SourceReference | null {
    const source = this.facts.source(name, kind);
    if (typeof source !== "string") {
      if (source.kind === "image" && source.image === null && source.isNamed !== true)
        this.reportSimilar(name, range);
      return source;
    }
    this.#reportSource(source, name, range);
    return null;
  }

  /** The phase of what a translation of the whole file finds, whichever stages the target needs. */
  get inTranslation(): Found["phase"] {
    return this.rules.translatesFirst ? "read" : "build";
  }

  /**
   * False, and reported, where the frontend does not have it.
   * @param without what it does then
   */
  knows(
    feature: Feature,
    range: TextRange,
    without: "fails" | "ignores" = "fails",
    phase: Found["phase"] = "read",
  ): boolean {
    const { frontend } = this;
    const answer = this.rules.knowsNewFlags ? hasFeature(frontend, feature) : "yes";
    if (answer === "yes") return true;
    const effect = answer === "maybe" ? "may-fail" : without;
    const { minor } = frontend;
    const needed = neededFrontend(frontend, feature);
    this.report(phase, { code: "needs-frontend", feature, effect, needed, minor }, range);
    return answer === "maybe";
  }

  /** True, and reported, where the text can be no image, whether or not the target needs the stage. */
  isNoReference(reference: string, { value: written, range }: Word): boolean {
    const why = referenceMistake(reference);
    if (why === null) return false;
    this.report(this.inTranslation, { code: "bad-reference", why, reference, written }, range);
    return true;
  }

  /** An image that nothing is known of: its name may be a slip. */
  reportSimilar(name: string, range: TextRange): void {
    const stage = this.facts.similarStage(name);
    if (stage !== null) this.report("build", { code: "name-like-stage", name, stage }, range);
  }

  /**
   * Gathers what `foundWrong` makes of it. Of a value that only the base image can tell nobody knows
   * that it is wrong.
   */
  report(phase: Found["phase"], problem: InstructionProblem, range: TextRange): void {
    if (!isOfValue(problem) || !this.isOpenIn(range))
      this.found.push(foundWrong(phase, problem, range));
  }

  /** True where something was expanded there of which only the base image can tell a variable. */
  isOpenIn(range: TextRange): boolean {
    return this.#openRanges.some(({ start, end }) => start < range.end && range.start < end);
  }

  get #lookUp(): (name: string) => string | undefined {
    const { globalArg, automaticArgs } = this.facts;
    return (name) => {
      if (isOpenVariable(this.scope, name)) {
        this.openVariables.add(name);
        this.#openLookups++;
      }
      return (
        this.scope.environment.get(name) ??
        (globalArg === null ? automaticArgs.get(name) : undefined)
      );
    };
  }

  /** What it has expanded so far, where that is so much that it counts for the file. */
  get expanded(): number {
    const { characters } = this.taken;
    return characters < shortExpansion ? 0 : characters;
  }

  /** What is left of the file's, see `mostExpanded`. */
  get #room(): number {
    return mostExpanded - this.scope.expanded - this.taken.characters;
  }

  #finish({ error, taken }: Finished, range: TextRange): void {
    this.taken.characters += taken;
    if (error !== null) this.report("build", { code: "bad-expansion", mistake: error }, range);
  }

  #reportSource(mistake: SourceMistake, name: string, range: TextRange): void {
    switch (mistake) {
      case "itself":
        this.report("read", { code: "circular-stage" }, range);
        break;
      case "later":
        this.report("build", { code: "later-stage", name }, range);
        break;
      case "no-such-stage":
        this.report("read", { code: "no-such-stage", name }, range);
        break;
      case "no-reference":
        this.isNoReference(name, { value: name, range });
        break;
    }
  }
}
