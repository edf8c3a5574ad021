/** What is wrong with a build definition, or cannot be told of it, in sentences. */
import type { DefinitionProblem } from "../build/foundBuild.js";
import { say } from "../text/say.js";
import type { Severity } from "./problemRow.js";

export function definitionProblemWords(problem: DefinitionProblem): string {
  switch (problem.code) {
    case "not-evaluated":
      if (problem.step !== undefined)
        return say`What "${problem.of}" is comes from ${problem.step}, which runs before the build: ${problem.text}`;
      return say`What "${problem.of}" is can only be told by the build itself: ${problem.text}`;
    case "dockerfile-missing":
      return say`The Dockerfile ${problem.path} is not there.`;
    case "dockerfile-remote":
      return say`Its Dockerfile lies in its build context, ${problem.address}, which is not fetched: nothing of this build is forecast.`;
    case "context-missing":
      return problem.path === "-"
        ? say`The build context comes from stdin: no checkout holds it.`
        : say`The build context ${problem.path} is not there: it is made before the build, if at all.`;
    case "context-made":
      return problem.by === ""
        ? say`The Dockerfile alone is sent, on stdin: there is no build context.`
        : say`The build context is made before the build, by ${problem.by}: no checkout holds it.`;
    case "partly-known":
      return say`Only partly known: a Dockerfile is generated that adds the features ${problem.what}.`;
    case "definition-unreadable":
      return say`${problem.path} cannot be read: ${problem.reason}.`;
    case "definition-refused":
      return say`Docker does not take ${problem.path}: ${lackingWords(problem)}. It is read here all the same, as far as that goes.`;
    case "definition-circle":
      return say`${problem.path} leads back to itself.`;
    case "definition-outside":
      return say`${problem.path} is outside the workspace and is not read.`;
    case "definition-unknown":
      return say`"${problem.name}" is named and defined nowhere.`;
  }
}

function lackingWords({
  kind,
  lacks,
}: Extract<DefinitionProblem, { readonly code: "definition-refused" }>): string {
  switch (lacks?.what) {
    case "variable":
      return say`the variable ${lacks.name} has no value`;
    case "file":
      return say`the file ${lacks.name} is not there`;
    case "target":
      return say`the target ${lacks.name} is defined nowhere`;
    case undefined:
      return kind === "bake"
        ? say`"docker buildx bake --print" says why`
        : say`"docker compose build --print" says why`;
  }
}

export function definitionSeverity({ code }: DefinitionProblem): Severity {
  switch (code) {
    case "partly-known":
    case "not-evaluated":
    case "dockerfile-remote":
    case "definition-refused":
      return "information";
    default:
      return "warning";
  }
}
