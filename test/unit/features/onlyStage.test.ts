/**
 * Where a Dockerfile has one stage without a name, that is the image: no surface calls it by a number. In front
 * of a step's number stands what BuildKit prints, `stage-0` too.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { explain } from "../../../server/src/core/documents/explain.js";
import { explainDocument } from "../../../server/src/core/documents/explainDocument.js";
import { explainPage } from "../../../server/src/core/documents/explainPage.js";
import { explainText } from "../../../server/src/core/documents/explainText.js";
import { failureDocument } from "../../../server/src/core/documents/failureDocument.js";
import { runJson, runPlanDocument } from "../../../server/src/core/documents/runPlanText.js";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import {
  simulationMarkdown,
  simulationText,
} from "../../../server/src/core/documents/simulationText.js";
import { codeLenses } from "../../../server/src/core/features/codeLens.js";
import { diagnostics } from "../../../server/src/core/features/diagnostics.js";
import { hover } from "../../../server/src/core/features/hover.js";
import { layerStack } from "../../../server/src/core/features/layerStack.js";
import { failureAt } from "../../../server/src/core/insight/failure.js";
import type { LayerNode } from "../../../server/src/core/insight/layerRow.js";
import {
  baselineMessage,
  statusDetail,
  statusText,
  summarySentence,
} from "../../../server/src/core/words/summary.js";
import { readFixture } from "../../support/fixtures.js";
import { openProject, type Project } from "../../support/fixturesProject.js";

const dockerfile = `FROM alpine
ARG VERSION=1
RUN echo $VERSION
COPY a /x/
WORKDIR /x
RUN --mount=source=a,target=/a cat /a
ENTRYPOINT ["x"]
`;

const moments = {
  "before the first build": "",
  "after an edit": "-- change --\nreplace Dockerfile: echo => echo -n\nwrite a: other\\n\n",
  "where it fails": "-- change --\ndelete a\n",
};

for (const [moment, change] of Object.entries(moments)) {
  for (const builder of ["buildkit", "classic"] as const) {
    // Mounts are BuildKit's.
    const own =
      builder === "classic" ? dockerfile.replace("--mount=source=a,target=/a ", "") : dockerfile;
    test(`the only stage has no number ${moment} (${builder})`, async () => {
      const project = await projectOf(own, change, builder);
      const texts = textsOf(project);
      for (const text of texts) assert.doesNotMatch(text, /\bstage \d/i);
      assert.ok(texts.length > 20);
    });
  }
}

test("that nothing was built before is said once", async () => {
  const { view } = await projectOf(dockerfile, "", "buildkit");
  const never = /has not been built before/g;
  const rows = codeLenses(view, "all").map(({ title }) => title);
  assert.equal(rows.join("\n").match(never), null);
  const text = simulationText(view.analysis, "Dockerfile");
  assert.ok((text.match(never) ?? []).length <= 1);
  const told = explainText(explain(view.analysis, "Dockerfile"), 100);
  assert.ok((told.match(never) ?? []).length <= 1);
  const log = simulationLog(view.analysis).join("\n");
  assert.ok((log.match(never) ?? []).length <= 1);
});

async function projectOf(text: string, change: string, builder: Builder): Promise<Project> {
  const fixture = readFixture(
    `A case.\n-- options --\nbuilder ${builder}\n-- a --\na\n-- Dockerfile --\n${text}${change}`,
  );
  const project = await openProject(fixture, "posix", builder);
  assert.ok(project !== null);
  return project;
}

function rowTexts(row: LayerNode): readonly string[] {
  const { label, description, tooltip, accessibilityLabel, children } = row;
  const below = Array.isArray(children) ? children.flatMap(rowTexts) : [];
  return [label, description, tooltip, accessibilityLabel, ...below];
}

/** All that is said of it, surface by surface. */
function textsOf({ view, analysed }: Project): readonly string[] {
  const { analysis } = view;
  const offsets = Array.from({ length: analysed.length / 3 }, (_, at) => 3 * at);
  const lines = analysed.split("\n").keys();
  const context = { folder: ".", problem: "", isWatched: true, isGuessed: false };
  const run = runJson(analysis, { remove: false, args: [], image: null }, "Dockerfile");
  return [
    ...codeLenses(view, "all").map(({ title }) => title),
    ...offsets.flatMap((at) => hover(view, at)?.markdown ?? []),
    ...diagnostics(analysis).map(({ message }) => message),
    ...layerStack(view, context).flatMap(rowTexts),
    explainDocument(view, { name: "Dockerfile", picture: "svg" }),
    explainDocument(view, { name: "Dockerfile", picture: "text" }),
    explainPage(view, { name: "Dockerfile" }),
    explainText(explain(analysis, "Dockerfile"), 100),
    ...[...lines].map((line) =>
      failureDocument(failureAt(analysis, line + 1, { dockerfile: "Dockerfile" }), "Dockerfile"),
    ),
    runPlanDocument(run, "Dockerfile"),
    simulationText(analysis, "Dockerfile"),
    simulationMarkdown(analysis),
    ...simulationLog(analysis),
    ...[summarySentence(analysis), statusText(view), statusDetail(view), baselineMessage(view)],
  ];
}
