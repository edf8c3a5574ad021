/** What is mostly not meant, as a person reads it. */
import type { Advice } from "../analysis/problem.js";
import { listed } from "../text/lists.js";
import { say } from "../text/say.js";
import type { ProblemRows } from "./problemRow.js";

export const adviceRows: ProblemRows<Advice> = {
  "stray-files-taken": {
    severity: "information",
    words: ({ names }) =>
      say`This also takes ${listed(names)}: each change there rebuilds it, and what is copied can be read in the image. The ignore file can leave that out.`,
  },
  "package-index-stale": {
    severity: "information",
    words: ({ line }) =>
      say`Line ${line} updates the package index in a layer of its own. While that is cached this line looks packages up in an old index, and fails once they are gone from the server: update and install in one RUN.`,
  },
};
