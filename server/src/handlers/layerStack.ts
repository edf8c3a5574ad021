import { toLayerNode } from "../convert/toProtocol.js";
import { isGuess } from "../core/build/definition.js";
import { layerChildren, layerStack } from "../core/features/layerStack.js";
import { isInImage } from "../core/insight/imageFileRows.js";
import { plainNode } from "../core/insight/layerRow.js";
import { say } from "../core/text/say.js";
import { interfaceText, printable } from "../core/text/surfaces.js";
import { baselineMessage } from "../core/words/summary.js";
import { pathRules } from "../host/paths.js";
import type { LayerNode, LayerStack } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";
import { meantWords } from "./meantWords.js";

/** `stratacast/layerStack` */
export function handleLayerStack(build: LiveBuild): LayerStack {
  const view = build.view();
  const folder = build.contextFolder;
  const context = {
    folder: folder ?? say`no folder`,
    problem: build.contextProblem,
    isWatched: build.isContextWatched,
    isGuessed: isGuess(build.definition) && !isOwnFolder(build),
  };
  const roots = layerStack(view, context, (reference, platform) =>
    build.image(reference, platform),
  );
  const meant = meantWords(build);
  return {
    uri: build.place.uri,
    version: build.version,
    roots: roots.map((node) => toLayerNode(node, folder)),
    message: [...(meant === "" ? [] : [`${meant}.`]), interfaceText(baselineMessage(view))].join(
      " ",
    ),
  };
}

/** True where the context is the folder of the Dockerfile: of this guess nobody is surprised. */
function isOwnFolder({ contextFolder, place: { file } }: LiveBuild): boolean {
  return (
    contextFolder === null ||
    file === null ||
    pathRules.isSame(pathRules.parent(file), contextFolder)
  );
}

/** `stratacast/layerChildren`: the layers of a built image are read when the first of them is opened. */
export async function handleLayerChildren(build: LiveBuild, id: string): Promise<LayerNode[]> {
  if (isInImage(id)) {
    const read = await build.beside.read();
    if (!read.ok) return [unreadRow(id, read.error.message)];
  }
  return layerChildren(build.view(), id).map((node) => toLayerNode(node, build.contextFolder));
}

function unreadRow(id: string, why: string): LayerNode {
  const words = printable(say`The layers cannot be read: ${why}`);
  const { contextPath: _none, ...row } = plainNode(`${id}#unread`, "imageFile", words);
  return { ...row, state: "fails" };
}
