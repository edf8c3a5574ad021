/** The graph of a text, remembered: it turns on nothing that becomes known of files or earlier builds. */
import type { DefinitionId, PlatformBuild } from "../build/definition.js";
import { buildGraph, type GraphHost, type WalkedGraph } from "../graph/build.js";
import type { BaseImage } from "../image/baseImage.js";
import type { Dockerfile } from "../syntax/syntax.js";

/** The graph of the last text. */
export interface RememberedGraph extends PlatformBuild {
  readonly dockerfile: Dockerfile;
  /** Every image that was asked for, with the answer. */
  readonly asked: readonly Asked[];
  readonly askedBuilds: readonly AskedBuild[];
  readonly walked: WalkedGraph;
}

interface Asked {
  readonly reference: string;
  readonly platform: string;
  readonly image: BaseImage | null;
}

/** A build that was asked for what it leaves. */
interface AskedBuild extends Omit<Asked, "reference"> {
  readonly build: DefinitionId;
}

/** The graph itself is `walked.graph`. */
export function graphOf(
  dockerfile: Dockerfile,
  { definition, platform }: PlatformBuild,
  host: GraphHost,
  last: RememberedGraph | null,
): RememberedGraph {
  const isSame =
    last !== null &&
    last.dockerfile === dockerfile &&
    last.definition === definition &&
    last.platform === platform &&
    // All of them: who asks is told what the graph turns on.
    last.asked.filter((old) => host.baseImage(old.reference, old.platform) !== old.image).length ===
      0 &&
    last.askedBuilds.filter((old) => host.builtImage(old.build, old.platform) !== old.image)
      .length === 0;
  if (isSame) return last;
  // A file of a thousand stages asks for one image a thousand times.
  const asked = new Map<string, Asked>();
  const askedBuilds: AskedBuild[] = [];
  const watchedHost: GraphHost = {
    digest: host.digest,
    builtImage: (build, imagePlatform) => {
      const image = host.builtImage(build, imagePlatform);
      askedBuilds.push({ build, platform: imagePlatform, image });
      return image;
    },
    baseImage: (reference, imagePlatform) => {
      const key = `${imagePlatform} ${reference}`;
      const known = asked.get(key);
      if (known !== undefined) return known.image;
      const image = host.baseImage(reference, imagePlatform);
      asked.set(key, { reference, platform: imagePlatform, image });
      return image;
    },
  };
  const walked = buildGraph(dockerfile, { definition, platform }, watchedHost, last?.walked);
  return { dockerfile, definition, platform, asked: [...asked.values()], askedBuilds, walked };
}
