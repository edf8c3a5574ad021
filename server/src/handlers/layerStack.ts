import { toLayerNode } from "../convert/toProtocol.js";
import { layerChildren, layerStack } from "../core/features/layerStack.js";
import { say } from "../core/text/say.js";
import { interfaceText } from "../core/text/surfaces.js";
import { baselineMessage } from "../core/words/summary.js";
import type { LayerNode, LayerStack } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/layerStack` */
export function handleLayerStack(build: LiveBuild): LayerStack {
  const view = build.view();
  const folder = build.contextFolder;
  const roots = layerStack(view, {
    folder: folder ?? say`no folder`,
    problem: build.contextProblem,
    isWatched: build.isContextWatched,
  });
  return {
    uri: build.place.uri,
    version: build.version,
    roots: roots.map((node) => toLayerNode(node, folder)),
    message: interfaceText(baselineMessage(view)),
  };
}

/** `stratacast/layerChildren` */
export function handleLayerChildren(build: LiveBuild, id: string): LayerNode[] {
  return layerChildren(build.view(), id).map((node) => toLayerNode(node, build.contextFolder));
}
