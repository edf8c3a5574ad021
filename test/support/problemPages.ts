/** What docs/problems.md says of each code. */
import type { Builder } from "../../server/src/core/build/builder.js";
import { projectText } from "./projectFiles.js";

export interface ProblemPage {
  readonly code: string;
  /** What stands above the examples, on one line. */
  readonly text: string;
  readonly examples: readonly ProblemExample[];
}

/** A Dockerfile that has the problem, or that has not. */
export interface ProblemExample {
  readonly isBad: boolean;
  readonly builder: Builder;
  readonly dockerfile: string;
}

/** In the order of the document. */
export function problemPages(): readonly ProblemPage[] {
  return projectText("docs/problems.md")
    .split(/^(?=##+ )/m)
    .filter((section) => section.startsWith("### "))
    .map((section) => {
      const [title = "", ...lines] = section.split("\n");
      const fence = lines.findIndex((line) => line.startsWith("```"));
      const text = fence < 0 ? lines : lines.slice(0, fence);
      return {
        code: title.slice("### ".length),
        text: text.join(" ").trim(),
        examples: examplesIn(section),
      };
    });
}

function examplesIn(section: string): readonly ProblemExample[] {
  const fences = section.matchAll(/^```dockerfile (bad|good)( classic)?\n(.*?)^```$/gms);
  return [...fences].map(([, kind, classic, dockerfile = ""]) => ({
    isBad: kind === "bad",
    builder: classic === undefined ? "buildkit" : "classic",
    dockerfile,
  }));
}
