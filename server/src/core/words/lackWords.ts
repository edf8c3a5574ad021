/** What an exported cache lacks of a step. */
import type { Cause } from "../cache/prediction.js";
import { say } from "../text/say.js";

type Lack = Extract<Cause, { code: "not-exported" }>["lacks"];

/** For a lens. */
export function lackWords(lacks: Lack): string {
  switch (lacks) {
    case "step":
      return say`not in the exported cache`;
    case "files":
      return say`exported with other files`;
    case "base":
      return say`exported on another base`;
    case "result":
      return say`its result was not exported`;
  }
}

export function lackSentence(lacks: Lack): string {
  switch (lacks) {
    case "step":
      return say`The exported cache has no such step: none with these words, variables and options.`;
    case "files":
      return say`The exported cache has this step only with other files.`;
    case "base":
      return say`The exported cache has this step only on another base image.`;
    case "result":
      return say`The exported cache knows this step, but its result was not exported with it.`;
  }
}
