/**
 * Which baseline a choice comes to for one build, and what is known of it: the last simulated build, the last
 * recorded one, a commit, exported caches or nothing.
 */
import type { BuildDefinition, PlatformBuild } from "../build/definition.js";
import type { Baseline, BuildRecord } from "../cache/records.js";
import {
  type BuildState,
  emptyBaseline,
  emptyState,
  lastBuild,
  transferOf,
} from "../cache/state.js";
import type { Transfer } from "../context/transfer.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { Digest } from "../host.js";
import type { BaselineChoice, DecidedBaseline } from "./baselineChoice.js";
import { commitNeed } from "./commitContext.js";
import { likeness } from "./likeness.js";
import type { ComparedBaseline } from "./memory.js";
import type { Read } from "./read.js";
import { notKnown } from "./unknownBaseline.js";

/** The build that is compared. */
interface Compared extends PlatformBuild {
  readonly digest: Digest;
}

/** The newest build there is of it, before there is one the last commit. */
export function decidedBaseline(
  build: Compared,
  baseline: BaselineChoice,
  read: Read,
): DecidedBaseline {
  if (baseline.kind !== "auto") return baseline;
  const [state, recorded] = [read({ kind: "state" }), read({ kind: "recorded" })];
  const last: DecidedBaseline = { ...baseline, kind: "last" };
  if (state.kind === "pending" || recorded.kind === "pending") return last;
  const simulated = state.kind === "known" ? (baseline.before ?? state.value) : emptyState;
  const before = unlessUnlike(lastBuildOf(simulated, build, "last").build, read);
  const real = unlessUnlike(lastRecorded(build, read), read);
  if (real !== null && real.at > (before?.at ?? 0)) return { kind: "recorded" };
  if (before !== null) return last;
  if (mayCompareWithCommit(build.definition, head, read)) return { kind: "git", ref: head };
  return state.kind === "known" ? last : { kind: "empty" };
}

const head = "HEAD";

/** False where a commit is known to be of no use: there is none, or it lacks this Dockerfile. */
function mayCompareWithCommit(definition: BuildDefinition, ref: string, read: Read): boolean {
  const need = commitNeed(definition, ref);
  const commit = need === null ? null : read(need);
  if (commit === null || commit.kind === "unknown") return false;
  if (commit.kind === "pending") return true;
  const { repository, commit: id, folder, file } = commit.value;
  const text = read({ kind: "commitText", repository, commit: id, path: file });
  if (text.kind !== "known") return text.kind === "pending";
  return read({ kind: "commitFiles", repository, commit: id, folder }).kind !== "unknown";
}

/** While a commit or a cache is being found out nothing is compared. */
export function comparedAs(baseline: DecidedBaseline): ComparedBaseline {
  if (baseline.kind === "git" || baseline.kind === "caches") return "empty";
  return baseline.kind === "last" && baseline.before !== undefined ? "before" : baseline.kind;
}

/** The baseline of the records, and what an engine then holds of the context. */
export function recordedBaseline(
  build: Compared,
  baseline: DecidedBaseline,
  read: Read,
): { readonly baseline: Baseline; readonly transfer: Transfer | null } {
  const none = emptyBaseline;
  if (baseline.kind === "empty") return { baseline: none, transfer: null };
  if (baseline.kind === "git") return { baseline: notKnown(none, "pending"), transfer: null };
  if (baseline.kind === "caches")
    return { ...recordedBaseline(build, baseline.own, read), baseline: notKnown(none, "pending") };
  if (baseline.kind === "export") {
    const { forecast: exported, label, own } = baseline;
    const found = recordedBaseline(build, own, read);
    return { ...found, baseline: { ...found.baseline, kind: "export", label, exported } };
  }
  const { kind } = baseline;
  const state = read({ kind: kind === "last" ? "state" : kind });
  if (state.kind !== "known") return { baseline: notKnown(none, state.kind), transfer: null };
  const from = kind === "last" ? (baseline.before ?? state.value) : state.value;
  return {
    baseline: comparable(lastBuildOf(from, build, kind), read),
    transfer: transferOf(state.value, build.definition),
  };
}

/** The baseline as far as it can be compared with what is known of base images now. */
function comparable(baseline: Baseline, read: Read): Baseline {
  if (baseline.build === null) return baseline;
  switch (likeness(baseline.build, read)) {
    case "like":
      return baseline;
    case "pending":
      return notKnown(emptyBaseline, "pending");
    case "unlike":
      return unlikeOnes.get([baseline], () => {
        return { ...baseline, build: null, label: "no earlier build", isUnlike: true };
      });
  }
}

const unlikeOnes = new RememberedByObjects<Baseline>();

function unlessUnlike(build: BuildRecord | null, read: Read): BuildRecord | null {
  return build !== null && likeness(build, read) === "unlike" ? null : build;
}

/** null: there is none, or it is not known yet. */
export function lastRecorded(build: Compared, read: Read): BuildRecord | null {
  const recorded = read({ kind: "recorded" });
  return recorded.kind === "known" ? lastBuildOf(recorded.value, build, "recorded").build : null;
}

/** One object, so that what is compared with it can be kept. */
function lastBuildOf(
  state: BuildState,
  { definition, platform, digest }: Compared,
  kind: "last" | "recorded",
): Baseline {
  return lastBuilds[kind].get([state, definition, platform], () =>
    lastBuild(state, { definition, platform }, digest, kind),
  );
}

const lastBuilds = {
  last: new RememberedByObjects<Baseline>(),
  recorded: new RememberedByObjects<Baseline>(),
};
