/**
 * What an instruction looks up in its file, besides the scope that it stands in: a step stands as
 * long as it would be told the same again.
 */
import type { SourceReference } from "../instructions/operation.js";
import type { SourceKind, SourceMistake, StageFacts } from "../instructions/reading.js";
import { keptList } from "../text/keptList.js";

export type FileRead =
  | { readonly kind: "argument"; readonly name: string; readonly answer: string | undefined }
  | { readonly kind: "similar"; readonly name: string; readonly answer: string | null }
  | {
      readonly kind: "source";
      readonly name: string;
      readonly of: SourceKind;
      readonly answer: SourceReference | SourceMistake;
    };

/** Facts that write down what is looked up in them. */
export interface WatchedFacts {
  readonly facts: StageFacts;
  /** What was looked up since the last call. */
  readonly reads: () => readonly FileRead[];
}

export function watched(facts: StageFacts): WatchedFacts {
  const { globalArg, source, similarStage } = facts;
  let reads: FileRead[] = [];
  return {
    facts: {
      ...facts,
      globalArg:
        globalArg &&
        ((name) => {
          const answer = globalArg(name);
          reads.push({ kind: "argument", name, answer });
          return answer;
        }),
      similarStage(name) {
        const answer = similarStage(name);
        reads.push({ kind: "similar", name, answer });
        return answer;
      },
      source(name, of) {
        const answer = source(name, of);
        reads.push({ kind: "source", name, of, answer });
        return answer;
      },
    },
    reads() {
      const taken = keptList(reads);
      reads = [];
      return taken;
    },
  };
}

/** True for what turns on more than the words of the file and the build's arguments. */
export function turnsOnImage(read: FileRead): boolean {
  if (read.kind !== "source" || typeof read.answer === "string") return false;
  const { answer } = read;
  // What another build leaves takes the place of a named context once it is known.
  return answer.kind === "image" || (answer.kind === "context" && answer.folder !== undefined);
}

/** True where all of it would be answered as it was. Everything is asked: who answers may listen. */
export function hold(reads: readonly FileRead[], facts: StageFacts): boolean {
  let holds = true;
  for (const read of reads) {
    holds = isSameAnswer(read, facts) && holds;
  }
  return holds;
}

function isSameAnswer(read: FileRead, { globalArg, source, similarStage }: StageFacts): boolean {
  switch (read.kind) {
    case "argument":
      return globalArg?.(read.name) === read.answer;
    case "similar":
      return similarStage(read.name) === read.answer;
    case "source":
      return isSameSource(source(read.name, read.of), read.answer);
  }
}

type Source = SourceReference | SourceMistake;

function isSameSource(one: Source, other: Source): boolean {
  if (typeof one === "string" || typeof other === "string") return one === other;
  switch (one.kind) {
    case "context":
      return other.kind === "context" && one.folder === other.folder;
    case "stage":
      return other.kind === "stage" && one.index === other.index;
    case "image":
      return (
        other.kind === "image" &&
        one.reference === other.reference &&
        one.image === other.image &&
        one.isNamed === other.isNamed
      );
    case "scratch":
      return other.kind === "scratch";
  }
}
