import { interfaceText } from "../core/text/surfaces.js";
import { statusDetail, statusText } from "../core/words/summary.js";
import type { AnalysisState } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/analysisState` */
export function makeAnalysisState(build: LiveBuild): AnalysisState {
  const view = build.view();
  return {
    uri: build.place.uri,
    busy: build.isBusy,
    text: interfaceText(statusText(view)),
    detail: interfaceText(statusDetail(view)),
  };
}
