/** The words of the glossary that the hover of an instruction speaks of: few, the nearest first. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { flagAt, stepAt } from "../analysis/stepAt.js";
import { variableAt } from "../analysis/variableAt.js";
import { stageOf } from "../analysis/view.js";
import type { SourceReference } from "../instructions/operation.js";
import { type GlossaryEntry, type GlossaryId, glossary } from "../words/glossary.js";

/** Empty where the hover is about a flag or a variable, or where there is none. */
export function hoverTerms(analysis: Analysis, offset: number): readonly GlossaryEntry[] {
  const analysed = stepAt(analysis, offset);
  if (analysed === undefined) return [];
  const isOnFlag = flagAt(analysed.step.instruction, offset) !== undefined;
  if (isOnFlag || variableAt(analysis, analysed.step, offset) !== null) return [];
  const entries = glossary();
  return termsOf(analysis, analysed).flatMap(
    (id) => entries.find((entry) => entry.id === id) ?? [],
  );
}

function termsOf(analysis: Analysis, analysed: StepAnalysis): readonly GlossaryId[] {
  const { step, isBuilt } = analysed;
  if (!isBuilt) return ["stage", "target"];
  const isClassic = analysis.graph.options.builder === "classic";
  switch (step.keyword) {
    case "FROM":
      return baseTerms(analysis, analysed);
    case "RUN":
      return isClassic
        ? ["container", "intermediate-image", "layer", "build-cache"]
        : ["layer", "build-cache", "cache-key"];
    case "COPY":
    case "ADD":
      return [...sourceTerms(analysed), "layer", "cache-key"];
    case "WORKDIR":
      return analysed.effect === "layer" ? ["layer", "cache-key"] : ["metadata", "cache-key"];
    case "CMD":
    case "ENTRYPOINT":
      return ["entrypoint-and-cmd", "exec-form-and-shell-form", "metadata"];
    case "SHELL":
      return ["exec-form-and-shell-form", "metadata"];
    case "HEALTHCHECK":
      return ["container", "metadata"];
    case "VOLUME":
      return ["volume", "metadata"];
    case "ONBUILD":
      return ["base-image", "metadata"];
    case "ARG":
      return ["build-cache", "cache-key"];
    case "ENV":
    case "USER":
      return ["metadata", "cache-key"];
    default:
      return analysed.effect === "metadata" ? ["metadata"] : [];
  }
}

function baseTerms(analysis: Analysis, analysed: StepAnalysis): readonly GlossaryId[] {
  switch (stageOf(analysis, analysed)?.base.kind) {
    case "image":
      return ["base-image", "registry", "tag-and-digest"];
    case "stage":
      return ["stage", "layer"];
    default:
      return ["base-image"];
  }
}

function sourceTerms({ step: { operation } }: StepAnalysis): readonly GlossaryId[] {
  if (operation?.kind !== "copy") return [];
  if (!operation.items.some(({ kind }) => kind === "paths")) return [];
  return [sourceTerm[operation.from.kind]];
}

const sourceTerm: Readonly<Record<SourceReference["kind"], GlossaryId>> = {
  context: "build-context",
  stage: "stage",
  image: "registry",
  scratch: "stage",
};
