/** What stands in the way of a COPY or WORKDIR: a file that would have to be a folder. */
import { say } from "../text/say.js";
import type { SelectionProblem } from "./select.js";

/** @param path below the root of the stage */
export function obstacleProblem(path: string): SelectionProblem {
  return {
    code: "destination-is-file",
    severity: "error",
    // None of the sources is to blame.
    index: -1,
    source: "",
    path,
    message: say`/${path} is a file by now: no folder can be made in its place.`,
  };
}
