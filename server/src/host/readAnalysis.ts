/** Analyses a Dockerfile that is not open, with the folder that it is in as its context. */
import path from "node:path";
import { type Analysis, analyse, neededFiles } from "../core/analysis/analyse.js";
import { noBuildFlags } from "../core/build/buildFlags.js";
import type { BuildDefinition } from "../core/build/definition.js";
import { emptyBaseline } from "../core/cache/state.js";
import type { Cancellation } from "../core/host.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import { sha256 } from "./digest.js";
import { hostPlatform } from "./platform.js";
import { hashNeeded, openContext } from "./project.js";

/** A context with more entries is left out: what is copied from it is then not compared. */
const maxEntries = 50_000;

/** With BuildKit, for this machine's platform, against no earlier build. */
export async function readAnalysis(
  file: string,
  text: string,
  cancel: Cancellation,
): Promise<Analysis> {
  const dockerfile = parseDockerfile(text);
  const place = { dockerfile: file, folder: path.dirname(file), builder: "buildkit" } as const;
  const definition = plainDefinition(file);
  const context = openContext(place, { maxEntries });
  const scanned = await context.reader.scan(cancel);
  const current = (): Analysis =>
    analyse({
      definition,
      platform: definition.platforms[0],
      dockerfile,
      context: scanned.ok ? context.state(null) : null,
      baseline: emptyBaseline(sha256),
      baseImage: () => null,
      digest: sha256,
    });
  if (scanned.ok) await hashNeeded(context, () => neededFiles(current()), cancel);
  return current();
}

function plainDefinition(file: string): BuildDefinition {
  return {
    id: `guess:${file}`,
    name: null,
    dockerfile: { kind: "file", path: file },
    context: { kind: "path", folder: path.dirname(file) },
    contexts: new Map(),
    target: null,
    args: new Map(),
    platforms: [hostPlatform()],
    builder: "buildkit",
    flags: noBuildFlags,
    foundAt: null,
  };
}
