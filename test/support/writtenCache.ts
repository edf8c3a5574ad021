/** Caches as BuildKit exports them into a folder, of what the command line says of a build. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { SimulationJson } from "../../server/src/core/documents/simulation.js";
import { inRepository } from "./repository.js";

export const configType = "application/vnd.buildkit.cacheconfig.v0";

export interface Exported {
  readonly digest: string;
  readonly layers?: readonly object[];
  readonly inputs?: readonly (readonly { readonly link: number; readonly selector?: string }[])[];
}

export function sha(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** What the built command line says of a build, for `recordsOf`. */
export function simulatedExactly(folder: string): SimulationJson {
  const words = ["simulate", "--dry-run", "--exact", "--format=json", "--platform=linux/amd64"];
  const cli = inRepository("dist/cli.mjs");
  const json = execFileSync(process.execPath, [cli, ...words, "."], { cwd: folder });
  return JSON.parse(String(json)) as SimulationJson; // the schema test checks it
}

/**
 * The records of a build, each step on the one before, with the content of what it takes.
 * @param json of `simulate --exact`
 * @param mode of `min` only the last step's result is kept
 */
export function recordsOf(
  json: SimulationJson,
  base: readonly Exported[] = [],
  mode: "min" | "max" = "max",
): readonly Exported[] {
  const records = [...base];
  let below = base.length - 1;
  const steps = json.steps.filter(({ key }) => key !== null);
  for (const [at, { key, content = [], instruction }] of steps.entries()) {
    const taken = content.flatMap((digest) =>
      digest === null ? [] : [[{ link: records.push({ digest }) - 1 }]],
    );
    const selector = instruction === "RUN" ? { selector: sha("/") } : {};
    const stood = below < 0 ? [] : [[{ link: below, ...selector }]];
    const isKept = mode === "max" || at === steps.length - 1;
    below =
      records.push({
        digest: key?.digest ?? "",
        ...(isKept ? { layers: [{ layer: at }] } : {}),
        inputs: [...stood, ...taken],
      }) - 1;
  }
  return records;
}

/** As `--cache-to type=local` writes it. */
export function writeCache(folder: string, config: unknown, tag = "latest"): void {
  mkdirSync(path.join(folder, "blobs/sha256"), { recursive: true });
  const blob = (text: string) => {
    const digest = sha(text);
    writeFileSync(path.join(folder, "blobs", ...digest.split(":")), text);
    return { digest, size: text.length };
  };
  const text = JSON.stringify(config);
  const manifest = { manifests: [{ mediaType: configType, ...blob(text) }] };
  const annotations = { "org.opencontainers.image.ref.name": tag };
  const index = { manifests: [{ ...blob(JSON.stringify(manifest)), annotations }] };
  writeFileSync(path.join(folder, "index.json"), JSON.stringify(index));
}
