/** The images that a build starts from or takes files of. */
import { formatPlatform } from "../build/platform.js";
import type { BaseImage } from "../image/baseImage.js";
import type { BuildGraph, Stage } from "./graph.js";

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

/** The image that a stage starts from; null: it starts from something else. */
export function baseOf({ base, platform }: Stage): NamedImage | null {
  if (base.kind !== "image") return null;
  const { reference, image } = base;
  return { reference, platform: formatPlatform(platform), image };
}

/** @param platform of the build, which what files are taken of is looked up for */
function imagesOf(stage: Stage, platform: string): readonly NamedImage[] {
  const own = baseOf(stage);
  const taken = stage.steps.flatMap(({ operation }) => {
    if (operation?.kind === "copy") return operation.from;
    return operation?.kind === "run" ? operation.mounts.map(({ from }) => from) : [];
  });
  const others = taken.flatMap((from) =>
    from?.kind === "image" ? [{ reference: from.reference, platform, image: from.image }] : [],
  );
  return [...(own === null ? [] : [own]), ...others];
}
