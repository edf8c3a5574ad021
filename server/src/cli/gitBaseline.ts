/** Predicts against a git commit, and says why that cannot be. */
import { commitNeed } from "../core/analysis/commitContext.js";
import type { Answer } from "../core/analysis/snapshot.js";
import type { HostError } from "../core/host.js";
import { printable } from "../core/text/surfaces.js";
import type { CommitFacts } from "../core/world/facts.js";
import { factOf } from "../core/world/world.js";
import type { CliIo } from "./command.js";
import { type CliProject, predictProject } from "./project.js";
import { UsageError } from "./usageError.js";

/** Predicts the project against the commit that a ref names. Errors: `UsageError`. */
export async function predictAgainstGit(
  project: CliProject,
  ref: string,
  io: CliIo,
): Promise<Answer> {
  const { definition, machine } = project;
  if (definition.dockerfile.kind !== "file") {
    throw new UsageError("a Dockerfile from stdin cannot be compared with a commit");
  }
  const answer = await predictProject(project, { kind: "git", ref }, io);
  const need = commitNeed(definition, ref);
  const commit = need === null ? null : factOf(machine.pool.world, need);
  if (commit?.kind === "unknown") throw new UsageError(reason(commit.error, ref));
  const { kind, label, build } = answer.analysis.input.baseline;
  if (kind !== "git") throw new UsageError(`--against ${ref}: git could not read the commit`);
  if (build === null && commit?.kind === "known") {
    const { file } = commit.value;
    io.error(`stratacast simulate: ${label} has no ${file}: nothing to compare with`);
  }
  if (commit?.kind === "known") tellIncomparable(commit.value, project, io);
  return answer;
}

/** So many are named, the rest are counted. */
const maxNamed = 5;

function tellIncomparable(
  { repository, commit, folder }: CommitFacts,
  { machine }: CliProject,
  io: CliIo,
): void {
  const files = factOf(machine.pool.world, { kind: "commitFiles", repository, commit, folder });
  if (files.kind !== "known" || files.value.incomparable.length === 0) return;
  const { incomparable } = files.value;
  const more = incomparable.length - maxNamed;
  const named = incomparable.slice(0, maxNamed).map(printable).join(", ");
  io.error(
    `stratacast simulate: not comparable with the commit, counted as changed: ${named}${more > 0 ? ` and ${more} more` : ""} (no filter is run, and nothing fetched)`,
  );
}

function reason(error: HostError | null, ref: string): string {
  if (error === null) return `--against ${ref}: git could not be asked`;
  const { code, path, message } = error;
  switch (code) {
    case "ENOREF":
    case "EOUTSIDE":
      return `--against: ${message}`;
    case "ENOREPO":
      return `--against ${ref}: ${path} ${message}`;
    default:
      return `--against ${ref}: ${message}`;
  }
}
