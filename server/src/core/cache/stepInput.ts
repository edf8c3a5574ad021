/** One input of a step besides the root file system: files, a download, another stage. */

import type { BuilderRules } from "../build/builderRules.js";
import { type ContextSource, contextName } from "../build/definition.js";
import type { Platform } from "../build/platform.js";
import { formatPlatform } from "../build/platform.js";
import type { Selection, SelectionProblem } from "../context/selection.js";
import type { ContextInput } from "../files/contextInput.js";
import type { OpenBase } from "../files/stageFiles.js";
import type { StageBase } from "../graph/graph.js";
import type { BuiltImage } from "../image/baseImage.js";
import type { SourceReference } from "../instructions/operation.js";
import { downloadName, type InputName, readName } from "./inputName.js";
import { type NamedInput, type Token, unrecorded } from "./matches.js";
import type { OpenName } from "./openName.js";

/** Why an input cannot be known before the build. */
export type OpenInput =
  | { readonly kind: "stage"; readonly stage: number }
  | { readonly kind: "image"; readonly reference: string }
  /** What a stage starts with: it may be the image of before, by another name. */
  | { readonly kind: "base"; readonly reference: string }
  /** What another build of the workspace leaves, which may be something else than before. */
  | { readonly kind: "build"; readonly image: BuiltImage; readonly reference: string }
  | { readonly kind: "remote"; readonly url: string }
  /** Files that go by variables of which only the base image can tell the values; none: the step itself does. */
  | { readonly kind: "variables"; readonly names: readonly string[] }
  /** Files whose names are no text: what a builder makes of them is not known. */
  | { readonly kind: "names" }
  /** Files that are too large to be read for a forecast. */
  | { readonly kind: "size" }
  /** No input: a build that failed may have cancelled the step. */
  | { readonly kind: "failed-build" }
  /** Files that are made before the build, and are not there. */
  | { readonly kind: "absent" }
  /** Files whose change the engine notices, or not. */
  | { readonly kind: "perhaps-sent" }
  | { readonly kind: "pending" };

export interface StepInput extends Omit<NamedInput, "name"> {
  readonly name: OpenName;
  /** Files of the very thing that the step stands on. */
  readonly isBase?: true;
  readonly context?: ContextInput;
  /** The files that it is; absent or null: not known. */
  readonly taken?: Selection | null;
  /** Of how many stages they were handed on: see `TakenFiles`; absent: of none. */
  readonly handed?: number;
  /** One of the sources is a folder, whatever is in it. Told where empty layers are dropped. */
  readonly takesFolder?: boolean;
  /** What it turns on where it is not known, or where another name may stand for the same bytes. */
  readonly open?: OpenInput;
  readonly problems?: readonly SelectionProblem[];
  readonly fails?: boolean;
}

export type ImageReference = Extract<SourceReference, { kind: "image" }>;

export function known(name: InputName): StepInput {
  return { name, token: { kind: "known" } };
}

/** A checksum names the content; any other address may answer something new. */
export function httpInput({ url, checksum }: { url: string; checksum: string }): StepInput {
  const open = { kind: "remote", url } as const;
  if (checksum !== "") return { ...known(downloadName(checksum)), isPinned: true, open };
  return { name: downloadName(url), token: { kind: "any" }, open };
}

/**
 * A repository goes by the commit that its reference leads to and by the folder that is taken of it,
 * whatever its address: a commit that is named is known, what a branch or tag leads to is not. Source:
 * BuildKit, source/git/source.go `shaToCacheKey`.
 */
export function gitInput(item: GitItem): StepInput {
  const { url, keepGitDir } = item;
  const open = { kind: "remote", url } as const;
  const named = namedCommit(item);
  if (named === null) return { name: downloadName(url), token: { kind: "any" }, open };
  const { commit, ref, folder } = named;
  const kept = keepGitDir ? `.git#${ref}` : "";
  const tree = `${commit}${kept}:${folder}`;
  return { ...known({ kind: "git", tree }), isPinned: true, open };
}

interface GitItem {
  readonly url: string;
  readonly keepGitDir: boolean;
  readonly checksum: string;
}

/** null: a branch, a tag, or a query says which one. */
function namedCommit({ url, checksum }: GitItem) {
  const [, ref = "", folder = ""] = /#([^:]*):?(.*)$/s.exec(url) ?? [];
  const commit = [ref, checksum].find((name) => /^[0-9a-f]{40}$/.test(name));
  return commit === undefined || url.includes("?") ? null : { commit, ref, folder };
}

/** The commit that is taken as a whole, without its repository; null: it is not known, or a part is taken. */
export function wholeCommit(item: GitItem): string | null {
  const named = namedCommit(item);
  return named === null || item.keepGitDir || named.folder !== "" ? null : named.commit;
}

/** Why a context that is not on this machine cannot be known; null: it is, and its files can. */
export function elsewhere(source: ContextSource | null | undefined): OpenInput | null {
  switch (source?.kind) {
    case undefined:
    case "path":
      return null;
    case "image":
      return { kind: "image", reference: source.reference };
    case "git":
      return { kind: "remote", url: source.url };
    case "build":
      return { kind: "image", reference: source.id };
  }
}

/** What a stage starts with, where that is not made here. `scratch` is in place of one that cannot be read. */
export function baseInput(base: OpenBase, platform: Platform, rules: BuilderRules): StepInput {
  switch (base.kind) {
    // Files that a client sends are named by its session where a stage starts with them, so that
    // what is stacked on them is made anew each time: buildkit, source/local `CacheKey`.
    case "folder":
      return { name: { kind: "folder", context: base.name }, token: unrecorded };
    case "elsewhere": {
      const open = elsewhere(base.source);
      const name = { kind: "elsewhere", context: base.name } as const;
      return { name, token: { kind: "any" }, ...(open === null ? {} : { open }) };
    }
    case "image":
      return base.image?.built === undefined
        ? imageInput(base, platform, rules)
        : builtInput(base.image.built, base.reference);
    case "broken":
      return known({ kind: "scratch" });
  }
}

/**
 * What another build leaves. Linked ones are one build to BuildKit: the key of what stands on it goes on
 * from its own (buildx, build/build.go, hands its result on as the input of the next). By a tag it comes
 * back as an image by its digest, which is another one once a step of it has run again, unless that
 * left the very same files.
 */
function builtInput(image: BuiltImage, reference: string): StepInput {
  const name: InputName =
    image.by === "linked" ? readName(image.key) : { kind: "image", identity: `built:${image.key}` };
  const open = { kind: "build", image, reference } as const;
  return { name, token: tokenOf(image), open };
}

function tokenOf({ fate, by }: BuiltImage): Token {
  switch (fate) {
    case "cached":
    case "none":
      return { kind: "known" };
    case "rebuilds":
      return by === "linked" ? unrecorded : { kind: "any" };
    case "may-rebuild":
    case "fails":
      return { kind: "any" };
  }
}

/** What a stage that continues no other one stands on: see `Vertex`. */
export function baseVertex(base: StageBase, platform: Platform): string {
  return base.kind === "image" ? imageVertex(base, platform) : base.kind;
}

/** An image that a `--build-context` names is asked for otherwise than one that the file names. */
export function imageVertex(
  { reference, isNamed }: Omit<ImageReference, "kind">,
  platform: Platform,
): string {
  const name = `${contextName(reference)}@${formatPlatform(platform)}`;
  return isNamed === true ? `named:${name}` : `image:${name}`;
}

/** By what the cache knows an image, as far as that is known here. */
function imageInput(
  { reference, image }: Omit<ImageReference, "kind">,
  platform: Platform,
  rules: BuilderRules,
): StepInput {
  if (image === null) {
    const name = `${contextName(reference)}@${formatPlatform(platform)}`;
    return { ...known({ kind: "reference", name }), open: { kind: "base", reference } };
  }
  const identity = rules.knowsImagesByLayers ? image.layersId : image.id;
  return known({ kind: "image", identity });
}
