/** What stands in the way of a COPY or WORKDIR in its stage. */

import type { SelectionProblem } from "../context/selection.js";
import { say } from "../text/say.js";

/** A file that would have to be a folder. @param path below the root of the stage */
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

/** An owner by name, where nothing is yet that could know it. */
export function ownerProblem(owner: string): SelectionProblem {
  return {
    code: "owner-without-file",
    severity: "error",
    index: -1,
    source: "",
    path: "",
    message: say`"${owner}" is a name, and the stage is still empty: without its /etc/passwd only root and numbers can be owners.`,
  };
}
