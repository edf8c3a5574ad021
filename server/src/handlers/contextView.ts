import { toContextPath, toUri } from "../convert/fromProtocol.js";
import { toContextPart } from "../convert/toProtocol.js";
import { contextView } from "../core/features/contextView.js";
import { buildContext } from "../core/insight/buildContext.js";
import { say } from "../core/text/say.js";
import { interfaceText } from "../core/text/surfaces.js";
import type { ContextPart } from "../protocol.js";
import type { Workspace } from "../workspace/workspace.js";

/** `stratacast/contextView` */
export async function handleContextView(
  workspace: Workspace,
  params: unknown,
): Promise<ContextPart | null> {
  const build = workspace.build(toUri(params));
  if (build === undefined) return null;
  const folder = build.contextFolder;
  const found = await build.wholeContext();
  if (found === null || folder === null) {
    const { contextProblem } = build;
    const message = contextProblem === "" ? say`The build context is no folder.` : contextProblem;
    return { message: interfaceText(message), ignoreFile: null, rows: [] };
  }
  const { listing, everything } = found;
  const context = buildContext(build.view().analysis, listing, everything.tree);
  return toContextPart(contextView(context, toContextPath(params)), folder, listing.ignorePath);
}
