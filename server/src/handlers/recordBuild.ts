import { toUri } from "../convert/fromProtocol.js";
import { say } from "../core/text/say.js";
import type { RecordResult } from "../protocol.js";
import type { Workspace } from "../workspace/workspace.js";

/** `stratacast/recordBuild`: a real build becomes what forecasts stand against. */
export function handleRecordBuild(workspace: Workspace, params: unknown): Promise<RecordResult> {
  const build = workspace.build(toUri(params));
  if (build === undefined)
    return Promise.resolve({ outcome: "refused", message: say`The Dockerfile is not open.` });
  const log = (params as { log?: unknown } | null)?.log; // read by type below
  return workspace.record(build, typeof log === "string" ? log : null);
}
