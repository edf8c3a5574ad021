/** One analysis for a text, a definition and the answers that it turns on, kept while all are the same. */
import { type BaselineChoice, readBaseline } from "../core/analysis/baselineChoice.js";
import { onDisk } from "../core/analysis/place.js";
import { analysePlatforms, PlatformMemory } from "../core/analysis/platforms.js";
import type { Answer } from "../core/analysis/snapshot.js";
import type { Digest } from "../core/host.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import { isSameFor, type World } from "../core/world/world.js";
import { sha256 } from "../host/digest.js";
import type { Chosen } from "./meantBuild.js";
import type { Typing } from "./typing.js";

export interface Question {
  readonly dockerfile: Dockerfile;
  readonly world: World;
  readonly chosen: Chosen;
  /** The words of the baseline. */
  readonly against: string;
  /** Of keys and values that are kept. */
  readonly digest: Digest;
}

export class KeptAnswer {
  #made: { question: Question; readonly answer: Answer } | null = null;
  readonly #memory = new PlatformMemory();

  of(question: Question): Answer {
    const made = this.#made;
    if (made !== null && isSameQuestion(made, question)) {
      made.question = question;
      return made.answer;
    }
    const answer = this.analyse(question, readBaseline(question.against));
    this.#made = { question, answer };
    return answer;
  }

  /** The same compared with something else; it is not kept. */
  analyse(question: Question, baseline: BaselineChoice): Answer {
    const answer = analyseText(question, baseline, this.#memory);
    const { needs, reads } = question.chosen;
    return { ...answer, needs: [...needs, ...answer.needs], reads: [...reads, ...answer.reads] };
  }
}

/** The answers of one build: of its text as it stands, and of what is shown in its place while somebody types. */
export class ShownAnswers {
  readonly written = new KeptAnswer();
  readonly #held = new KeptAnswer();
  #both: { readonly written: Answer; readonly held: Answer; readonly answer: Answer } | null = null;
  #last: Answer | null = null;

  /** The last that was shown. */
  get last(): Answer | null {
    return this.#last;
  }

  /** What is shown, with all that it and the text as it stands turn on. */
  of(question: Question, typing: Typing): Answer {
    const written = this.written.of(question);
    const half = typing.of(written.analysis.problems);
    this.#last = half === null ? written : this.#heldWith(written, half.before, question);
    return this.#last;
  }

  /** Who made an answer. */
  keptOf(answer: Answer): KeptAnswer {
    return answer === this.#both?.answer ? this.#held : this.written;
  }

  #heldWith(written: Answer, dockerfile: Dockerfile, question: Question): Answer {
    const held = this.#held.of({ ...question, dockerfile });
    if (this.#both?.written !== written || this.#both.held !== held) {
      const needs = [...held.needs, ...written.needs];
      const reads = [...held.reads, ...written.reads];
      this.#both = { written, held, answer: { ...held, needs, reads } };
    }
    return this.#both.answer;
  }
}

/** An analysis of a text, without what the choice of its definition turns on. */
export function analyseText(
  { dockerfile, chosen: { definition, builds }, world, digest }: Question,
  baseline: BaselineChoice,
  memory: PlatformMemory,
): Answer {
  const build = { place: onDisk, definition, dockerfile };
  return analysePlatforms({ world, baseline, digest, sha256, builds, ...build }, memory);
}

function isSameQuestion(
  { question: last, answer }: { readonly question: Question; readonly answer: Answer },
  { dockerfile, chosen, against, world }: Question,
): boolean {
  return (
    last.dockerfile === dockerfile &&
    last.chosen.definition === chosen.definition &&
    last.against === against &&
    isSameFor(last.world, world, answer.reads)
  );
}
