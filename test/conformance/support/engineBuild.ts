/** Builds a case with a real engine and reads from its progress, provenance and image what it decided. */

import { readFile, rm } from "node:fs/promises";
import { importBaseImage } from "../../support/engine/baseImage.js";
import type { Engine } from "../../support/engine/engine.js";
import { serve } from "../../support/engine/serve.js";
import { readFromTar } from "../../support/engine/tar.js";
import { caseDigest } from "./caseDigest.js";
import type { Builder, Case } from "./caseFile.js";
import {
  applyOperations,
  type CaseFolder,
  dropCaseFolder,
  findDockerfile,
  newCaseFolder,
} from "./caseFolder.js";
import { classicFailure, classicSteps } from "./classicOutput.js";
import { instructionLines } from "./dockerfileLines.js";
import {
  buildkitFailure,
  buildkitSteps,
  isProgress,
  type Progress,
  type Provenance,
} from "./progress.js";
import type { BuildRecord, HistoryRecord, ImageRecord, Recording } from "./recording.js";
import { requestArguments } from "./requestArguments.js";

/** Builds the case before and after each change; leaves no image, cache or file of it behind. */
export async function recordCase(
  engine: Engine,
  theCase: Case,
  text: string,
  builder: Builder,
): Promise<Recording> {
  const tag = `stratacast-case:${process.pid}`;
  let folder = newCaseFolder();
  const seen = new Set<string>();
  const builds: BuildRecord[] = [];
  const nonce = `${theCase.name} ${builder} ${process.pid} ${Date.now()}`;
  try {
    let base = "";
    for (const operations of [theCase.setup, ...theCase.changes.map((c) => c.operations)]) {
      folder = applyOperations(folder, operations);
      const { baseInstructions, baseMark } = folder.request;
      const wanted = JSON.stringify([baseInstructions, baseMark]);
      if (wanted !== base) {
        await importBaseImage(engine, "local/base", `${nonce} ${baseMark}`, baseInstructions);
        base = wanted;
      }
      const stop = isServed(text) ? await serve(engine, folder.path) : null;
      try {
        builds.push(await buildOnce(engine, folder, builder, tag, seen));
      } finally {
        await stop?.();
      }
    }
  } finally {
    dropCaseFolder(folder);
    await forget(engine, tag, text);
  }
  const { docker, buildx, store } = engine.versions;
  return {
    case: theCase.name,
    builder,
    digest: caseDigest(text),
    engine: `Docker ${docker}, buildx ${buildx}, ${store}`,
    builds,
  };
}

/** True for a case with files that a server has for the engine. */
function isServed(text: string): boolean {
  return text.includes("-- served/");
}

/**
 * One build of the folder as it is.
 * @param seen layers of earlier builds; those of this one are added
 */
export async function buildOnce(
  engine: Engine,
  folder: CaseFolder,
  builder: Builder,
  tag: string,
  seen: Set<string>,
): Promise<BuildRecord> {
  const file = findDockerfile(folder);
  const spans = instructionLines(file === null ? "" : await readFile(file, "utf8"));
  if (builder === "classic") {
    const { code, stdout, stderr } = await engine.docker(
      ["build", "--force-rm", "-t", tag, ...requestArguments(folder.request)],
      { cwd: folder.path, env: { DOCKER_BUILDKIT: "0" } },
    );
    mustHaveRun(code, stderr);
    const labels = folder.request.options.filter((option) => option.startsWith("--label ")).length;
    const steps = classicSteps(stdout, spans, labels);
    return code === 0
      ? { steps, image: await readImage(engine, tag, seen), failure: null }
      : { steps, image: null, failure: classicFailure(stdout, stderr, spans) };
  }
  const metadata = `${folder.path}.metadata.json`;
  const { code, stderr } = await engine.docker(
    [
      ...["buildx", "build", "--progress=rawjson", "--metadata-file", metadata],
      ...["-t", tag, ...requestArguments(folder.request)],
    ],
    { cwd: folder.path, env: { BUILDX_METADATA_PROVENANCE: "max" } },
  );
  mustHaveRun(code, stderr);
  const lines = stderr.split("\n");
  const progress = progressOf(lines);
  const provenance: Provenance | null =
    code === 0
      ? (JSON.parse(await readFile(metadata, "utf8"))["buildx.build.provenance"] ?? null)
      : null;
  await rm(metadata, { force: true });
  const steps = buildkitSteps(progress, { provenance, hasFailed: code !== 0 }, spans);
  return code === 0
    ? { steps, image: await readImage(engine, tag, seen), failure: null }
    : { steps, image: null, failure: buildkitFailure(lines, steps) };
}

/** One report a line, or of older clients one on many lines; a failure comes with other lines. */
function progressOf(lines: readonly string[]): readonly Progress[] {
  const reports: Progress[] = [];
  let begun: string[] = [];
  for (const line of lines) {
    if (line === "{") begun = [line];
    else if (begun.length > 0) begun.push(line);
    const text = line === "}" ? begun.join("\n") : /^{.+}$/.test(line) ? line : null;
    if (text === null) continue;
    begun = [];
    const value: unknown = JSON.parse(text);
    if (isProgress(value)) reports.push(value);
  }
  return reports;
}

/** A build that fails is an answer; a command that cannot be started or hangs is none. */
function mustHaveRun(code: number, stderr: string): void {
  if (code === 127 || code === 124 || code === 137)
    throw new Error(`docker build: ${stderr.trim()}`);
}

/**
 * Takes back what the case put into the engine. Its base image is its own, so its cache can serve
 * no other case; only what stands on `scratch` could, and a download.
 */
async function forget(engine: Engine, tag: string, text: string): Promise<void> {
  await engine.docker(["image", "rm", "-f", tag, "local/base"]);
  if (text.includes("scratch") || isServed(text)) await engine.forgetBuilds();
}

interface ImageFile {
  readonly author?: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly rootfs: { readonly diff_ids?: readonly string[] };
  readonly history?: readonly {
    readonly created_by?: string;
    readonly comment?: string;
    readonly empty_layer?: boolean;
  }[];
}

/** The digest of an archive without entries. */
const emptyLayer = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

async function readImage(engine: Engine, tag: string, seen: Set<string>): Promise<ImageRecord> {
  const image = await imageFile(engine, tag);
  // An imported base image is one entry and one layer; without it the image stands on `scratch`.
  const ofBase = image.history?.[0]?.comment === "Imported from -" ? 1 : 0;
  const layers = (image.rootfs.diff_ids ?? []).slice(ofBase);
  const before = new Set(seen);
  let at = 0;
  const history = (image.history ?? []).slice(ofBase).map((entry): HistoryRecord => {
    const createdBy = (entry.created_by ?? "").replaceAll(
      /(sha256|file|dir|multi):[0-9a-f]{64}/g,
      "DIGEST",
    );
    if (entry.empty_layer === true) return [createdBy, "none"];
    const id = layers[at++] ?? "";
    seen.add(id);
    return [createdBy, id === emptyLayer ? "empty" : before.has(id) ? "kept" : "new"];
  });
  return {
    layers: layers.length,
    history,
    config: steadyConfig(image.config),
    author: image.author ?? "",
  };
}

async function imageFile(engine: Engine, name: string): Promise<ImageFile> {
  const bytes = await engine.saveImage(name);
  if (bytes === null) return emptyImage(engine, name);
  const manifest = readFromTar(bytes, "manifest.json");
  if (manifest === null) throw new Error(`docker save ${name}: no manifest in it`);
  const [first]: readonly { readonly Config: string }[] = JSON.parse(manifest.toString());
  const config = readFromTar(bytes, first?.Config ?? "");
  if (config === null) throw new Error(`docker save ${name}: no config in it`);
  return JSON.parse(config.toString());
}

/** An image without a layer, which the engine does not save: it only tells of it. */
async function emptyImage(engine: Engine, name: string): Promise<ImageFile> {
  const inspected = await engine.docker(["image", "inspect", name]);
  const told = await engine.docker([
    "history",
    "--no-trunc",
    "--format",
    "{{json .CreatedBy}}",
    name,
  ]);
  const [image]: readonly { readonly Author?: string; readonly Config: ImageFile["config"] }[] =
    JSON.parse(inspected.stdout);
  const lines = told.stdout.split("\n").filter(Boolean).reverse();
  return {
    author: image?.Author ?? "",
    config: image?.Config ?? {},
    rootfs: {},
    history: lines.map((line) => ({ created_by: JSON.parse(line), empty_layer: true })),
  };
}

/** The classic builder puts the last container's name and image in: they differ each time. */
function steadyConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key !== "Hostname" && key !== "Image")
      .filter(([, value]) => value !== null && value !== false && value !== "")
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
