/** The images that a build starts from or takes files of. */
import { formatPlatform } from "../build/platform.js";
import type { BaseImage, BuiltImage } from "../image/baseImage.js";
import type { BuildGraph, Stage, StageBase } from "./graph.js";
import { sourcesOf } from "./sources.js";

/** An image by the words that it is asked for with. */
export interface NamedImage {
  readonly reference: string;
  readonly platform: string;
  /** null: nothing is known of it. */
  readonly image: BaseImage | null;
}

/** Those that the target needs, each once, in the file's order. */
export function neededImages(graph: BuildGraph): readonly NamedImage[] {
  const found = new Map<string, NamedImage>();
  for (const stage of graph.stages) {
    if (!stage.isBuilt) continue;
    for (const one of imagesOf(stage, formatPlatform(graph.platform)))
      found.set(`${one.platform} ${one.reference}`, one);
  }
  return [...found.values()];
}

/** The image that a stage starts from; null: it starts from something else, or a build makes it. */
export function baseOf({ base, platform }: Stage): NamedImage | null {
  if (base.kind !== "image" || base.image?.built !== undefined) return null;
  const { reference, image } = base;
  return { reference, platform: formatPlatform(platform), image };
}

/** What another build of the workspace makes and a stage starts with; null: it starts with something else. */
export function builtBase({ base }: Stage): BuiltImage | null {
  return base.kind === "image" ? (base.image?.built ?? null) : null;
}

/** An image that another build of the workspace makes, as the file calls it. */
export interface NamedBuild {
  readonly reference: string;
  readonly image: BuiltImage;
}

/** Those that the target needs, each once, in the file's order. */
export function neededBuilds({ stages }: BuildGraph): readonly NamedBuild[] {
  const found = new Map<string, NamedBuild>();
  for (const { isBuilt, base, steps } of stages) {
    if (!isBuilt) continue;
    for (const from of [base, ...steps.flatMap(sourcesOf)]) {
      const image = from.kind === "image" ? from.image?.built : undefined;
      if (from.kind === "image" && image !== undefined)
        found.set(from.reference, { reference: from.reference, image });
    }
  }
  return [...found.values()];
}

/** The build that makes the base in the same run, and fails; null: there is none. */
export function failedBuild(base: StageBase): BuiltImage | null {
  const built = base.kind === "image" ? base.image?.built : undefined;
  return built?.by === "linked" && built.fate === "fails" ? built : null;
}

/** @param platform of the build, which what files are taken of is looked up for */
function imagesOf(stage: Stage, platform: string): readonly NamedImage[] {
  const own = baseOf(stage);
  const taken = stage.steps.flatMap(({ operation }) => {
    if (operation?.kind === "copy") return operation.from;
    return operation?.kind === "run" ? operation.mounts.map(({ from }) => from) : [];
  });
  const others = taken.flatMap((from) =>
    from?.kind === "image" && from.image?.built === undefined
      ? [{ reference: from.reference, platform, image: from.image }]
      : [],
  );
  return [...(own === null ? [] : [own]), ...others];
}
