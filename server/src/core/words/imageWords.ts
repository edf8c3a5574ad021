/** What is known of a base image, or why nothing is, in sentences. */
import { type Known, unknown } from "../host.js";
import type { BaseImage, BaseLayer, ImageOrigin } from "../image/baseImage.js";
import { listed } from "../text/lists.js";
import { onOneLine } from "../text/oneLine.js";
import { say } from "../text/say.js";
import { count, formatBytes } from "../text/sizes.js";
import { codeSpan, markdownText } from "../text/surfaces.js";
import { sayMoment } from "../text/times.js";

/** What is answered of an image, by the words that it is asked for with. */
export type ImageFact = (reference: string, platform: string) => Known<BaseImage>;

export const nobodyAsked: ImageFact = () => unknown("off");

/** So many variables are named; a list of them all would hide the rest. */
const maxNames = 8;

/** What the image sets for all that stands on it, as Markdown; empty: nothing. */
export function baseSets(image: BaseImage): string {
  const names = image.environment.map((entry) => codeSpan(entry.split("=", 1)[0] ?? ""));
  const shown = names.length > maxNames ? [...names.slice(0, maxNames), "…"] : names;
  const { user, workingDirectory: directory, entrypoint, cmd, onBuild } = image;
  const parts = [
    ...(names.length === 0 ? [] : [`ENV ${shown.join(", ")}`]),
    ...(user === "" ? [] : [`USER ${codeSpan(user)}`]),
    ...(directory === "" ? [] : [`WORKDIR ${codeSpan(directory)}`]),
    ...(entrypoint === null ? [] : [`ENTRYPOINT ${codeSpan(JSON.stringify(entrypoint))}`]),
    ...(cmd === null ? [] : [`CMD ${codeSpan(JSON.stringify(cmd))}`]),
    ...onBuild.map((line) => `ONBUILD ${codeSpan(line)}`),
  ];
  return parts.join(" · ");
}

/** Which image it is, where that was found out and when, as Markdown; empty: it was handed in. */
export function baseOrigin({ origin, layers }: BaseImage): string {
  if (origin === undefined) return "";
  const { digest, created, platform, bytes } = origin;
  const facts = [
    ...(digest === null ? [] : [codeSpan(shortDigest(digest))]),
    codeSpan(platform),
    count(layers, "layer"),
    ...(bytes === null ? [] : [formatBytes(bytes)]),
    ...(created === null ? [] : [markdownText(say`made ${sayMoment(created)}`)]),
  ];
  return `${listed(facts)}. ${markdownText(askedWords(origin))}`;
}

/** `As its registry said at 14:03.` */
export function askedWords({ source, at }: ImageOrigin): string {
  if (source === "archive") return say`As its archive says.`;
  return source === "registry"
    ? say`As its registry said on ${sayMoment(at)}.`
    : say`As the Docker engine said on ${sayMoment(at)}.`;
}

/** Why nothing is known of an image; empty: nobody is asked, or it is being found out. */
export function unknownImageWords(reference: string, fact: Known<BaseImage>): string {
  if (fact.kind !== "unknown" || fact.reason === "off") return "";
  return say`${reference} is not known: ${fact.error?.message ?? fact.reason}.`;
}

/** What a look-up has found, in sentences. */
export function lookedUpWords(
  found: readonly { readonly reference: string; readonly fact: Known<BaseImage> }[],
): string {
  const known = found.filter(({ fact }) => fact.kind === "known").length;
  const failures = found.map(({ reference, fact }) => unknownImageWords(reference, fact));
  const sentences = [
    ...(known > 0 ? [say`${count(known, "base image")} looked up.`] : []),
    ...failures.filter((words) => words !== ""),
  ];
  return sentences.length === 0 ? say`No base image to look up.` : sentences.join(" ");
}

/** The command that made a layer of an image, as it stands in its history without what builders put around it. */
export function madeByWords({ madeBy }: Pick<BaseLayer, "madeBy">): string {
  const command = madeBy
    .replace(/^\/bin\/sh -c #\(nop\)\s*/, "")
    .replace(/^\/bin\/sh -c /, "RUN ")
    // Behind the shell stands what is run; before it the build arguments with their values.
    .replace(/^RUN (?:\|\d+ .*? )?\/bin\/sh -c /s, "RUN ")
    .replace(/\s*# buildkit$/, "");
  const plain = onOneLine(command);
  return plain === "" ? say`a layer of unknown making` : plain;
}

/** Twelve digits of a digest tell images apart. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(\w+:[0-9a-f]{12})[0-9a-f]+$/, "$1…");
}
