/**
 * Sources that are not there and no mistake: something makes them before the build, as git's files tell.
 */
import { contextFolder } from "../build/definition.js";
import { ignoringLine, submoduleOf } from "../context/gitIgnore.js";
import {
  failsStep,
  type MadeBefore,
  type MadeBy,
  nothingMade,
  type SelectionProblem,
} from "../context/selection.js";
import type { ContextInput, ContextView } from "../files/contextInput.js";
import { RememberedByObjects } from "../graph/remembered.js";
import { joinPath, parentPath } from "../text/paths.js";
import type { Analysis, ContextState } from "./analyse.js";
import type { Problem } from "./problem.js";
import type { Read } from "./read.js";

/** So many sources that are not there are looked into. */
const mostSources = 50;

/** What is known of the sources that an analysis does not find in the main context. */
export function madeBefore({ problems, graph }: Analysis, read: Read): MadeBefore {
  const folder = contextFolder(graph.definition);
  const missing = problems.filter(isMissing).slice(0, mostSources);
  if (folder === null || missing.length === 0) return nothingMade;
  const made = new Map<string, MadeBy>();
  for (const { path } of missing) {
    // A name that a pattern would match stands for all of them.
    const inside = path.replace(/[*?]+/g, "x");
    const above = parentPath(inside);
    const rules = read({ kind: "gitRules", folder: above === "" ? folder : `${folder}/${above}` });
    if (rules.kind !== "known" || inside === "") continue;
    const place = joinPath(rules.value.folder, inside.slice(above === "" ? 0 : above.length + 1));
    const line = ignoringLine(rules.value, place);
    const submodule = submoduleOf(rules.value, place);
    if (submodule !== null) made.set(path, { kind: "submodule", path: submodule });
    else if (line !== null) made.set(path, { kind: "ignored", ...line });
  }
  return made;
}

const views = new RememberedByObjects<ContextView>();

/** The context with what is made before the build told apart from what is missing. */
export function withMade(state: ContextState, made: MadeBefore): ContextState {
  if (made.size === 0) return state;
  const { view } = state;
  return { ...state, view: views.get([view, made], () => viewWith(view, made)) };
}

function viewWith(view: ContextView, made: MadeBefore): ContextView {
  const known = new WeakMap<ContextInput, ContextInput>();
  return {
    input(request) {
      const found = view.input(request);
      const input = known.get(found) ?? inputWith(found, made);
      known.set(found, input);
      return input;
    },
  };
}

function inputWith(input: ContextInput, made: MadeBefore): ContextInput {
  const { selection } = input;
  if (!selection.problems.some((problem) => isMissing(problem) && made.has(problem.path)))
    return input;
  const problems = selection.problems.map((problem): SelectionProblem => {
    const by = isMissing(problem) ? made.get(problem.path) : undefined;
    const { index, source, path } = problem;
    return by === undefined ? problem : { code: "source-made-before", by, index, source, path };
  });
  const content = problems.some(failsStep) ? input.content : ({ kind: "absent" } as const);
  return { ...input, selection: { ...selection, problems }, content, manifest: null };
}

type Missing = Extract<SelectionProblem, { readonly code: MissingCode }>;

type MissingCode = "source-not-found" | "wildcard-without-match" | "source-made-before";

/** True where nothing is, in the main context. */
function isMissing<P extends Problem | SelectionProblem>(problem: P): problem is P & Missing {
  switch (problem.code) {
    case "source-not-found":
    case "wildcard-without-match":
    case "source-made-before":
      return problem.place === undefined || problem.place.kind === "guess";
    default:
      return false;
  }
}
