/** What is foreseen of a build from the cache that the build before it exported. */

import { isDeepStrictEqual } from "node:util";
import type { Analysis } from "../../../server/src/core/analysis/analyse.js";
import { exactKeys } from "../../../server/src/core/cache/exact/exactKeys.js";
import type {
  ExportedCache,
  ExportedRecord,
} from "../../../server/src/core/cache/exact/exportedCache.js";
import { forecastExport } from "../../../server/src/core/cache/exact/exportForecast.js";
import { neededImages } from "../../../server/src/core/graph/images.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { exactContents } from "../../../server/src/host/exactContents.js";
import type { CacheExport } from "./cacheExport.js";
import type { Case } from "./caseFile.js";
import { applyOperations, dropCaseFolder, newCaseFolder } from "./caseFolder.js";
import { type Comparison, compareBuild } from "./compare.js";
import { imageRecords } from "./compareExport.js";
import { versionOf } from "./engineVersion.js";
import type { Recording } from "./recording.js";
import { newSession, type Session, type Simulation, simulateCase } from "./simulate.js";

/**
 * The build after the first change, held against what the engine did.
 * @returns null: there is nothing to compare
 */
export async function forecastCase(
  theCase: Case,
  exported: CacheExport,
  recording: Recording,
): Promise<Comparison | null> {
  const recorded = recording.builds[1];
  if (exported.records === null || recorded === undefined) return null;
  const version = versionOf(exported.engine);
  const session = newSession();
  let folder = applyOperations(newCaseFolder(), theCase.setup);
  try {
    const { analysis: first } = await simulateCase(session, folder, "buildkit", version);
    const before = first && cacheOf(exported, first);
    if (before === null) return null;
    folder = applyOperations(folder, theCase.changes[0]?.operations ?? []);
    // An engine that still has the context of the build before may not see what changed in it: one that
    // imports the cache is sent all.
    const sent: Session = {
      state: { ...session.state, transfers: new Map() },
      knowsBase: true,
      kept: null,
    };
    const [held, anew] = [session, sent].map((one) =>
      simulateCase(one, folder, "buildkit", version),
    );
    const isHeld = !isDeepStrictEqual(decisions(await held), decisions(await anew));
    if (isHeld) return null;
    const { analysis } = await simulateCase(newSession(), folder, "buildkit", version);
    if (analysis === null) return null;
    const forecast = forecastExport(before, await forecastInput(analysis));
    if (forecast === null) throw new Error("the export was given up");
    const simulated = await simulateCase(newSession(), folder, "buildkit", version, {
      kind: "export",
      ...{ forecast, label: "", own: { kind: "empty" } },
    });
    return compareBuild({
      ...{ recorded, simulated, changedPaths: null },
      ...{ unsure: new Set(), tellsTriggers: true },
    });
  } finally {
    dropCaseFolder(folder);
  }
}

async function forecastInput(analysis: Analysis) {
  const keys = exactKeys(analysis.graph, sha256);
  const contents = await exactContents(analysis);
  return { graph: analysis.graph, keys, contents, digest: sha256 };
}

function decisions(simulation: Simulation | undefined) {
  return simulation?.json.steps.map(({ prediction }) => prediction);
}

/** What is kept of an export lacks the selectors and the base's name: they are put back. */
function cacheOf({ base, records }: CacheExport, { graph }: Analysis): ExportedCache | null {
  if (records === null) return null;
  const selectors = new Map<string, readonly (string | null)[]>();
  for (const { ops } of exactKeys(graph, sha256).values())
    for (const { digest, inputs } of ops)
      selectors.set(
        digest,
        inputs.map(({ selector }) => selector),
      );
  const ofBase = new Set(imageRecords(base));
  const [image] = neededImages(graph);
  const layers = image?.image?.layersId ?? "";
  const key = `sha256:${sha256(`buildkit.source.v0:${layers}`)}`;
  const named = `sha256:${sha256(`${key}@0`)}`;
  return {
    records: records.map(([hex, inputs]): ExportedRecord => {
      const digest = `sha256:${hex}`;
      const own = selectors.get(digest) ?? [];
      return {
        digest: ofBase.has(hex) ? named : digest,
        inputs: inputs.map((links, at) =>
          links.map((link) =>
            typeof link === "number"
              ? { record: link, selector: null }
              : { record: link.selected, selector: own[at] ?? "another" },
          ),
        ),
        // Built with mode=max: each step's result is there.
        isKept: inputs.length > 0 || selectors.has(digest),
      };
    }),
  };
}
