/** The graph of a text, remembered: it turns on nothing that becomes known of files or earlier builds. */
import type { PlatformBuild } from "../build/definition.js";
import { buildGraph, type GraphHost } from "../graph/build.js";
import type { BuildGraph } from "../graph/graph.js";
import type { BaseImage } from "../image/baseImage.js";
import type { Dockerfile } from "../syntax/syntax.js";

interface Asked {
  readonly reference: string;
  readonly platform: string;
  readonly image: BaseImage | null;
}

interface Remembered extends PlatformBuild {
  /** Every image that was asked for, with the answer. */
  readonly asked: readonly Asked[];
  readonly graph: BuildGraph;
}

/** The last one of each text. */
const graphs = new WeakMap<Dockerfile, Remembered>();

export function graphOf(
  dockerfile: Dockerfile,
  { definition, platform }: PlatformBuild,
  host: GraphHost,
): BuildGraph {
  const last = graphs.get(dockerfile);
  const isSame =
    last?.definition === definition &&
    last.platform === platform &&
    // All of them: who asks is told what the graph turns on.
    last.asked.filter((old) => host.baseImage(old.reference, old.platform) !== old.image).length ===
      0;
  if (last !== undefined && isSame) return last.graph;
  const asked: Asked[] = [];
  const graph = buildGraph(
    dockerfile,
    { definition, platform },
    {
      digest: host.digest,
      baseImage: (reference, imagePlatform) => {
        const image = host.baseImage(reference, imagePlatform);
        asked.push({ reference, platform: imagePlatform, image });
        return image;
      },
    },
  );
  graphs.set(dockerfile, { definition, platform, asked, graph });
  return graph;
}
