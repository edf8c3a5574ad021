import path from "node:path";
import { toNumber, toText, toUri } from "../convert/fromProtocol.js";
import type { View } from "../core/analysis/view.js";
import { compareMarkdown, type NamedBuilt } from "../core/documents/imageComparison.js";
import type { Result } from "../core/host.js";
import { shownImage } from "../core/insight/builtImage.js";
import { findInImage } from "../core/insight/imageFileRows.js";
import { say } from "../core/text/say.js";
import { count, formatBytes } from "../core/text/sizes.js";
import { interfaceText, markdownText, printable } from "../core/text/surfaces.js";
import { sayMoment } from "../core/text/times.js";
import { layerDifference, likenessSentence } from "../core/words/shownImageWords.js";
import { engineImages } from "../host/baseImages/engineImages.js";
import { findImage, imageName } from "../host/images/findImage.js";
import type { CompareImageResult, EngineImages, FoundInImage, ImageFile } from "../protocol.js";
import type { ChosenImage } from "../workspace/besideImage.js";
import type { LiveBuild } from "../workspace/build.js";
import type { Workspace } from "../workspace/workspace.js";

/** `stratacast/compareImage`: an image is shown beside the Dockerfile, or none any more. */
export async function handleCompareImage(
  workspace: Workspace,
  params: unknown,
): Promise<CompareImageResult> {
  const build = workspace.build(toUri(params));
  if (build === undefined) return { outcome: "refused", message: say`The Dockerfile is not open.` };
  const asked = toText(params, "image");
  if (asked === "") {
    build.beside.choose(null);
    return { outcome: "closed", message: "" };
  }
  const found = await findFor(workspace, build, asked);
  if (!found.ok) return { outcome: "refused", message: refusal(asked, found.error.message) };
  build.beside.choose(found.value);
  return { outcome: "compared", message: interfaceText(comparedWords(build.writtenView())) };
}

/** `stratacast/imageFile`: what a layer of the image holds under a name. */
export async function handleImageFile(workspace: Workspace, params: unknown): Promise<ImageFile> {
  const build = workspace.build(toUri(params));
  if (build === undefined) return { text: null, problem: say`The Dockerfile is not open.` };
  const path = toText(params, "path");
  const file = await build.beside.file(toNumber(params, "layer"), path);
  const refuse = (why: string): ImageFile => ({
    text: null,
    problem: printable(say`${path} cannot be shown: ${why}.`),
  });
  if (!file.ok) return refuse(file.error.message);
  const { value: bytes } = file;
  if (bytes.includes(0)) return refuse(say`it is no text, but ${formatBytes(bytes.length)}`);
  return { text: bytes.toString("utf8"), problem: "" };
}

/** `stratacast/findInImage`: files of the image by a part of their paths. */
export async function handleFindInImage(
  workspace: Workspace,
  params: unknown,
): Promise<FoundInImage> {
  const build = workspace.build(toUri(params));
  if (build === undefined) return { rows: [], problem: say`The Dockerfile is not open.` };
  const read = await build.beside.read();
  if (!read.ok)
    return {
      rows: [],
      problem: interfaceText(say`The layers cannot be read: ${read.error.message}`),
    };
  const { built } = build.view();
  const rows = built === undefined ? [] : findInImage(built, toText(params, "text"));
  return {
    rows: rows.map((row) => ({
      ...row,
      label: interfaceText(row.label),
      description: interfaceText(row.description),
    })),
    problem: "",
  };
}

/** `stratacast/grownImage`: what grew from one image to another, as Markdown for a pull request. */
export async function handleGrownImage(workspace: Workspace, params: unknown): Promise<string> {
  const build = workspace.build(toUri(params));
  if (build === undefined) return markdownText(say`The Dockerfile is not open.`);
  const images: NamedBuilt[] = [];
  for (const asked of [toText(params, "before"), toText(params, "after")]) {
    const found = await findFor(workspace, build, asked);
    if (!found.ok) return `${markdownText(refusal(asked, found.error.message))}\n`;
    images.push(found.value);
  }
  const newer = images.at(-1);
  const { analysis } = build.writtenView();
  const shown = newer === undefined ? null : shownImage(analysis, newer.image, newer.name);
  return compareMarkdown(images, shown?.comparison ?? null);
}

/** `stratacast/engineImages` */
export async function handleEngineImages({ imageSources }: Workspace): Promise<EngineImages> {
  if (imageSources.engine === null) return { images: [], problem: "" };
  const found = await engineImages(process.env);
  if (!found.ok) return { images: [], problem: interfaceText(found.error.message) };
  return {
    images: found.value.map(({ reference, bytes, created }) => ({
      reference,
      description: [
        ...(bytes === null ? [] : [formatBytes(bytes)]),
        ...(created === null ? [] : [sayMoment(created)]),
      ].join(" · "),
    })),
    problem: "",
  };
}

async function findFor(
  { imageSources }: Workspace,
  { definition, place }: LiveBuild,
  asked: string,
): Promise<Result<ChosenImage>> {
  const [platform] = definition.platforms;
  const folder = place.file === null ? "" : path.dirname(place.file);
  const found = await findImage(asked, platform, { folder, sources: imageSources });
  if (!found.ok) return found;
  return { ok: true, value: { name: imageName(asked), ...found.value } };
}

function refusal(asked: string, why: string): string {
  return interfaceText(say`${imageName(asked)} cannot be compared: ${why}.`);
}

function comparedWords({ built }: View): string {
  if (built === undefined) return say`The Dockerfile makes no image.`;
  const { layers, config } = built.comparison;
  const differing = layers.filter((layer) => layerDifference(layer) !== "").length + config.length;
  return [
    likenessSentence(built),
    ...(differing === 0 ? [] : [`${count(differing, "difference")}.`]),
  ].join(" ");
}
