/** `stratacast compare`: an image that was built beside its Dockerfile, or beside another image. */
import { statSync } from "node:fs";
import path from "node:path";
import type { Platform } from "../core/build/platform.js";
import {
  type ComparedBuild,
  compareJson,
  compareMarkdown,
  compareText,
  historyText,
  type NamedBuilt,
} from "../core/documents/imageComparison.js";
import {
  contentsJson,
  contentsText,
  foundJson,
  foundText,
} from "../core/documents/imageContents.js";
import { neverCancelled } from "../core/host.js";
import { compareImage } from "../core/insight/builtImage.js";
import { fileAtTop } from "../core/insight/imageContents.js";
import {
  builtHistory,
  type ImageHistoryRow,
  simulatedHistory,
} from "../core/insight/imageHistory.js";
import { codeBlock, jsonText, printable } from "../core/text/surfaces.js";
import {
  askedImage,
  engineSource,
  type FoundImage,
  findImage,
  registrySource,
} from "../host/images/findImage.js";
import { type ReadImage, readImage, readImageFile } from "../host/images/imageLayers.js";
import type { RegistrySettings } from "../host/registry/registry.js";
import {
  type BuildArguments,
  type Format,
  formatFlag,
  readBuildArguments,
  readPlatforms,
  usualFlags,
  usualFormats,
} from "./buildArguments.js";
import type { CliCommand, CliIo } from "./command.js";
import { oneOf, readNumber, readWords } from "./flags.js";
import { registryFor } from "./lookUps.js";
import { defaultDockerfile } from "./places.js";
import { explainResolved, meantBuild } from "./project.js";
import { readRegistries } from "./resolve.js";
import { type Screen, screenOf } from "./terminal.js";
import { UsageError } from "./usageError.js";

interface CompareArguments {
  /** The images as they are written: one, or two. */
  readonly images: readonly string[];
  /** null: two images without a word of a Dockerfile. */
  readonly build: BuildArguments | null;
  readonly format: Format;
  readonly platform: Platform;
  readonly registries: RegistrySettings;
  readonly screen: Screen;
  readonly history: boolean;
  readonly contents: boolean;
  /** Of a file to be looked for in the layers; null: none. */
  readonly find: string | null;
  /** Of a file to be printed; null: none. */
  readonly show: string | null;
  /** null: the topmost that has it. */
  readonly layer: number | null;
}

const flags = {
  ...usualFlags,
  history: { about: "the history of the image, or of the one that would be made" },
  contents: { about: "what each layer adds, changes and removes, and the bytes wasted" },
  find: { value: "PATH", about: "the layers that hold, replace or remove that file" },
  show: { value: "PATH", about: "print that file, as the image has it" },
  layer: { value: "N", about: "with --show: as layer N has it, counted from 0" },
  format: formatFlag(usualFormats),
} as const;

export const compare: CliCommand = {
  name: "compare",
  summary: "hold a built image against its Dockerfile, or another image",
  forms: [
    "[options] IMAGE [IMAGE2] [CONTEXT]",
    "--history [options] [IMAGE] [CONTEXT]",
    "--contents | --find PATH [options] IMAGE [CONTEXT]",
    "--show PATH [--layer N] [options] IMAGE",
  ],
  about:
    "IMAGE is an archive of docker save or of OCI, the folder of an OCI layout, engine:REF, as the Docker engine has it, or registry:REF. With one image it says which line of the Dockerfile made which layer, real sizes beside predicted ones, and what the image has that the Dockerfile does not say, or the other way round, by the commands of its history and by its config. With two it says what grew; a registry tells packed sizes. With --contents, --find and --show the layers are read too, plain or packed by gzip or zstd: an engine and a registry then send them. Nothing of them is unpacked anywhere. Bytes are wasted that a later layer replaces or removes, since they are stored and sent all the same.",
  flags,
  offers: "files",
  examples: [
    "stratacast compare app.tar .",
    "stratacast compare engine:app:1.0 engine:app:1.1",
    "stratacast compare --contents app.tar .",
    "stratacast compare --show etc/os-release engine:app:1.0",
  ],
  async run(words, io) {
    const given = readArguments(words, io);
    const images: (NamedBuilt & FoundImage)[] = [];
    for (const name of given.images) images.push({ name, ...(await find(name, given, io)) });
    const last = images.at(-1);
    if (given.show !== null && last !== undefined) {
      io.printBytes(await shownFile(last, given.show, given.layer, io));
      return 0;
    }
    const build = given.build === null ? null : await heldAgainst(given.build, images, io);
    const told =
      last !== undefined && (given.contents || given.find !== null)
        ? { ...last, contents: (await read(last, io)).contents, comparison: comparisonOf(build) }
        : null;
    const history = given.history ? historyOf(build, images) : null;
    const { find: path, format, screen } = given;
    if (format === "json") {
      const contents = told !== null && given.contents ? contentsJson(told) : null;
      const found = told === null || path === null ? null : foundJson(told, path);
      io.print(`${jsonText(compareJson(images, build, { history, contents, found }))}\n`);
    } else if (told !== null) {
      const text = path === null ? contentsText(told) : foundText(told, path);
      if (format === "markdown") io.print(`${codeBlock(text, "text")}\n`);
      else screen.show(text);
    } else if (history !== null) screen.show(historyText(history));
    else if (format === "markdown") io.print(compareMarkdown(images, comparisonOf(build)));
    else screen.show(compareText(images, comparisonOf(build)));
    return 0;
  },
};

function comparisonOf(build: ComparedBuild | null) {
  return build?.comparison ?? null;
}

/** Errors: `UsageError`. */
async function read({ name, layers }: NamedBuilt & FoundImage, io: CliIo): Promise<ReadImage> {
  io.progress(`Reading the layers of ${printable(name)}`);
  const found = await readImage(layers, neverCancelled);
  if (!found.ok) throw new UsageError(`${name}: ${found.error.message}`);
  return found.value;
}

/** Errors: `UsageError`. */
async function shownFile(
  image: NamedBuilt & FoundImage,
  path: string,
  layer: number | null,
  io: CliIo,
): Promise<Uint8Array> {
  const opened = await read(image, io);
  const place = layer === null ? fileAtTop(opened.contents, path) : { layer, path };
  if (place === null) throw new UsageError(`${image.name} has no file ${path}`);
  const file = await readImageFile(image.layers, opened, place, neverCancelled);
  if (!file.ok) throw new UsageError(`${image.name}: ${path}: ${file.error.message}`);
  return file.value;
}

/** Errors: `UsageError`. */
function readArguments(words: readonly string[], io: CliIo): CompareArguments {
  const { values, others } = readWords(flags, words);
  // The last one may be a folder to build in.
  const first = others.findIndex((word) => !isImage(word, io));
  const images = first < 0 ? others : others.slice(0, first);
  const contexts = first < 0 ? [] : others.slice(first);
  if (images.length === 0 && values.history !== true)
    throw new UsageError("IMAGE is missing: engine:REF, registry:REF, an archive or a layout");
  if (images.length > 2) throw new UsageError("two images at most are compared");
  const { find = null, show = null, contents = false, layer } = values;
  const ofFiles = contents || find !== null || show !== null;
  if (ofFiles && images.length !== 1)
    throw new UsageError("name one image to look into its layers");
  if (layer !== undefined && show === null) throw new UsageError("--layer needs --show");
  // What is in an image can be seen without a Dockerfile.
  const hasBuild =
    contexts.length > 0 ||
    values.file !== undefined ||
    values.build !== undefined ||
    statSync(defaultDockerfile(io.cwd), { throwIfNoEntry: false }) !== undefined;
  const takesBuild =
    images.length === 2 ? contexts.length > 0 : ofFiles ? hasBuild && show === null : true;
  const [platform] = readPlatforms(values.platform);
  return {
    images,
    build: takesBuild ? readBuildArguments({ values, others: contexts }, io, usualFormats) : null,
    format: oneOf("--format", values.format ?? "text", usualFormats),
    platform,
    screen: screenOf(values.color, io),
    history: values.history === true,
    contents,
    find: find === null ? null : inImage(find),
    show: show === null ? null : inImage(show),
    layer: layer === undefined ? null : readNumber("--layer", layer),
    registries: readRegistries(values["registry-mirror"] ?? [], values["insecure-registry"] ?? []),
  };
}

/** As a layer has it: it knows no root. Errors: `UsageError`. */
function inImage(word: string): string {
  const plain = path.posix.normalize(`/${word}`).replace(/^\/+|\/+$/g, "");
  if (plain === "") throw new UsageError(`"${word}" is no file of an image`);
  return plain;
}

function isImage(word: string, { cwd }: CliIo): boolean {
  if (askedImage(word) !== null) return true;
  const isThere = (file: string) => statSync(file, { throwIfNoEntry: false });
  const stat = isThere(path.resolve(cwd, word));
  if (stat?.isDirectory() !== true) return true;
  return isThere(path.resolve(cwd, word, "oci-layout")) !== undefined;
}

/** Errors: `UsageError`. */
async function find(
  name: string,
  { platform, registries }: CompareArguments,
  { cwd, env }: CliIo,
): Promise<FoundImage> {
  const registry = registryFor(env, () => [path.resolve(cwd)], registries);
  const sources = { engine: engineSource(env), registry: registrySource(registry) };
  const found = await findImage(name, platform, { folder: cwd, sources });
  if (!found.ok) throw new UsageError(`${name}: ${found.error.message}`);
  return found.value;
}

async function heldAgainst(
  args: BuildArguments,
  images: readonly NamedBuilt[],
  io: CliIo,
): Promise<ComparedBuild | null> {
  const { shown, ...meant } = await meantBuild(args, io);
  const analysis = await explainResolved({ ...args, ...meant }, io);
  if (analysis.graph.target === null) throw new UsageError("the Dockerfile makes no image");
  const image = images.at(-1)?.image;
  const comparison = image === undefined ? null : compareImage(analysis, image);
  return { analysis, comparison, place: shown };
}

function historyOf(
  build: ComparedBuild | null,
  images: readonly NamedBuilt[],
): readonly ImageHistoryRow[] {
  const image = images.at(-1)?.image;
  if (image === undefined) return build === null ? [] : simulatedHistory(build.analysis);
  return builtHistory(image, build?.comparison ?? null);
}
