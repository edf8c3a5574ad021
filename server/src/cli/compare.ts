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
import type { BaseImage } from "../core/image/baseImage.js";
import { compareImage } from "../core/insight/builtImage.js";
import {
  builtHistory,
  type ImageHistoryRow,
  simulatedHistory,
} from "../core/insight/imageHistory.js";
import { jsonText } from "../core/text/surfaces.js";
import { engineLookUp } from "../host/baseImages/engine.js";
import { askedImage, findImage } from "../host/images/findImage.js";
import { dockerLogins } from "../host/registry/credentials.js";
import { nodeDoor } from "../host/registry/nodeDoor.js";
import { createRegistry, type RegistrySettings } from "../host/registry/registry.js";
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
import { oneOf, readWords } from "./flags.js";
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
}

const flags = {
  ...usualFlags,
  history: { about: "the history of the image, or of the one that would be made" },
  format: formatFlag(usualFormats),
} as const;

export const compare: CliCommand = {
  name: "compare",
  summary: "hold a built image against its Dockerfile, or another image",
  forms: ["[options] IMAGE [IMAGE2] [CONTEXT]", "--history [options] [IMAGE] [CONTEXT]"],
  about:
    "IMAGE is an archive of docker save or of OCI, the folder of an OCI layout, engine:REF, as the Docker engine has it, or registry:REF. With one image it says which line of the Dockerfile made which layer, real sizes beside predicted ones, and what the image has that the Dockerfile does not say, or the other way round, by the commands of its history and by its config. With two it says what grew. Of the layers nothing is unpacked; a registry tells their packed sizes.",
  flags,
  offers: "files",
  examples: ["stratacast compare app.tar .", "stratacast compare engine:app:1.0 engine:app:1.1"],
  async run(words, io) {
    const given = readArguments(words, io);
    const images: NamedBuilt[] = [];
    for (const name of given.images) images.push({ name, image: await find(name, given, io) });
    const build = given.build === null ? null : await heldAgainst(given.build, images, io);
    const history = given.history ? historyOf(build, images) : null;
    if (given.format === "json") io.print(`${jsonText(compareJson(images, build, history))}\n`);
    else if (history !== null) given.screen.show(historyText(history));
    else if (given.format === "markdown")
      io.print(compareMarkdown(images, build?.comparison ?? null));
    else given.screen.show(compareText(images, build?.comparison ?? null));
    return 0;
  },
};

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
  const takesBuild = images.length < 2 || contexts.length > 0;
  const [platform] = readPlatforms(values.platform);
  return {
    images,
    build: takesBuild ? readBuildArguments({ values, others: contexts }, io, usualFormats) : null,
    format: oneOf("--format", values.format ?? "text", usualFormats),
    platform,
    screen: screenOf(values.color, io),
    history: values.history === true,
    registries: readRegistries(values["registry-mirror"] ?? [], values["insecure-registry"] ?? []),
  };
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
): Promise<BaseImage> {
  const findLogin = dockerLogins({ env, untrusted: () => [path.resolve(cwd)] });
  const registry = createRegistry({
    ...{ door: nodeDoor(env), now: Date.now, ...registries, findLogin },
  });
  const sources = { engine: engineLookUp(env, Date.now), registry: registry.lookUp };
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
