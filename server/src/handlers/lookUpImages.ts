import { toUri } from "../convert/fromProtocol.js";
import { type NamedImage, neededImages } from "../core/graph/images.js";
import { interfaceText } from "../core/text/surfaces.js";
import { lookedUpWords } from "../core/words/imageWords.js";
import type { LookUpResult } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";
import type { Workspace } from "../workspace/workspace.js";

/** `stratacast/lookUpImages` */
export async function handleLookUpImages(
  workspace: Workspace,
  params: unknown,
): Promise<LookUpResult> {
  const build = workspace.build(toUri(params));
  if (build === undefined) return { outcome: "done", message: "" };
  const outcome = await workspace.lookUp(build);
  if (outcome !== "done") return { outcome, message: "" };
  const found = neededImages(build.writtenView().analysis.graph).map(({ reference, platform }) => ({
    reference,
    fact: build.image(reference, platform),
  }));
  return { outcome, message: interfaceText(lookedUpWords(found)) };
}

/** True where nothing is known of an image because nobody may be asked. */
export function isLookUpOff(build: LiveBuild, { reference, platform }: NamedImage): boolean {
  const fact = build.image(reference, platform);
  return fact.kind === "unknown" && fact.reason === "off";
}
