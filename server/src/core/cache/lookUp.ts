/** Looks a step up in the records of earlier builds, and of this one as far as it has come. */
import type { Definition } from "./definition.js";
import type { Names } from "./names.js";
import type { PredictionKind } from "./prediction.js";
import {
  matchesOf,
  type NamedInput,
  type RecordGraph,
  type Token,
  unrecorded,
} from "./recordGraph.js";
import type { OpenInput, StepInput } from "./stepInput.js";

/** What the cache will do with a step, and what is known of its result. */
export interface Found {
  readonly kind: PredictionKind;
  readonly token: Token;
}

export const fresh: Found = { kind: "miss", token: unrecorded };

/**
 * @param graphs of earlier builds, and what this one has left so far
 * @param inputs the root file system first
 */
export function lookUp(
  graphs: readonly RecordGraph[],
  definition: Definition,
  inputs: readonly StepInput[],
  names: Names,
): Found {
  // On a result that no record knows nothing stands.
  const [root] = inputs;
  if (root?.token.kind === "records" && root.token.records.size === 0) return fresh;
  const named = inputs.map((input) => namedInput(input, names));
  const matches = graphs.flatMap((graph) => matchesOf(graph, definition.digest, named));
  if (matches.length === 0) return fresh;
  const results = matches.filter(({ hasResult }) => hasResult);
  const sure = results.filter(({ isSure }) => isSure);
  const [kind, found, isSure] =
    sure.length > 0
      ? (["hit", sure, true] as const)
      : results.length > 0
        ? (["unknown", results, false] as const)
        : (["miss", matches.filter((match) => match.isSure), true] as const);
  const records = new Set(found.map(({ record }) => record));
  return { kind, token: { kind: "records", records, isSure } };
}

/** The name is made where it is looked at: hardly ever. */
function namedInput({ name, token, isPinned }: StepInput, names: Names): NamedInput {
  return {
    get name() {
      return names.resolved(name);
    },
    token,
    ...(isPinned === undefined ? {} : { isPinned }),
  };
}

/** What an answer turned on. Where every input has a name, another name may stand for the same bytes. */
export function openInputs(inputs: readonly StepInput[], { kind }: Found): readonly OpenInput[] {
  const open = inputs.filter(({ token }) => !isSettled(token));
  const turnedOn = open.length === 0 && kind === "unknown" ? inputs : open;
  return turnedOn.flatMap((input) => input.open ?? []);
}

function isSettled(token: Token): boolean {
  return token.kind === "known" || (token.kind === "records" && token.isSure);
}
