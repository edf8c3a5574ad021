import { toLayerNode } from "../convert/toProtocol.js";
import { layerChildren, layerStack } from "../core/features/layerStack.js";
import { say } from "../core/text/say.js";
import { baselineMessage } from "../core/words/summary.js";
import type { LayerNode, LayerStack } from "../protocol.js";
import type { Session } from "../workspace/session.js";

/** `stratacast/layerStack` */
export function handleLayerStack(session: Session): LayerStack {
  const view = session.view();
  const folder = session.contextFolder;
  const roots = layerStack(view, {
    folder: folder ?? say`no folder`,
    problem: session.contextProblem,
    isWatched: session.isContextWatched,
  });
  return {
    uri: session.place.uri,
    version: session.version,
    roots: roots.map((node) => toLayerNode(node, folder)),
    message: baselineMessage(view),
  };
}

/** `stratacast/layerChildren` */
export function handleLayerChildren(session: Session, id: string): LayerNode[] {
  return layerChildren(session.view(), id).map((node) => toLayerNode(node, session.contextFolder));
}
