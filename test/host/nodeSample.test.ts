/** A multi-stage Dockerfile as users write them: stages, target and build args, heredocs. */
import assert from "node:assert/strict";
import { screenshot, writeOnDisk } from "../support/editor.js";
import {
  choose,
  hoverOn,
  leaveHover,
  openFile,
  placeCursor,
  runCommand,
  seeLensOver,
} from "../support/editorView.js";
import { journey, sample } from "../support/journey.js";
import {
  clearToasts,
  clickRow,
  closePanel,
  pressButton,
  pressRowButton,
  runFromViewMenu,
  seeInSideBar,
  seeNoStatus,
  seeRows,
  seeSelectedRow,
  seeStatus,
  seeToast,
  showViewContainer,
} from "../support/workbench.js";

journey(
  "the multi-stage Node sample",
  { workspace: sample("node-shop"), file: "Dockerfile" },
  async (editor, step) => {
    await step("lenses resolve variables and name the stage of a layer", async () => {
      await seeLensOver(editor, "AS base", /^Base image node:22-alpine3\.20 · no earlier build/);
      await seeLensOver(editor, "AS deps", /base/);
      await seeLensOver(editor, "ARG NPM_REGISTRY", /^Build argument only/);
      await seeLensOver(editor, "RUN --mount=type=cache", /layer 4 of stage deps/i);
    });

    await step("a variable under the mouse tells its value", async () => {
      await hoverOn(editor, "AS base", "ALPINE_VERSION", /3\.20/);
      await leaveHover(editor);
    });

    await step(
      "the tree has the target's stack first, then the stages it needs and the one it does not",
      async () => {
        await showViewContainer(editor, "Stratacast");
        await seeRows(editor, [
          /Stage runtime .*the image/,
          "Container's writable layer",
          "7  COPY",
          "1  RUN apk add",
          "Base image node:22-alpine3.20",
          "Image config",
          /Stage test .*not needed/,
          /Stage build .*needed/,
          /Stage base .*needed/,
          "Build context",
        ]);
        await screenshot(editor, "shop-1-stages");
      },
    );

    await step("Simulate Build asks for target and build args, as there is a choice", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      await choose(editor, /^runtime/);
      await screenshot(editor, "shop-2-build-args");
      await choose(editor, /Simulate|Start/);
      await seeToast(editor, /steps/);
      await clearToasts(editor);
    });

    await step("a change of a source reaches the image through COPY --from", async () => {
      await seeLensOver(editor, "RUN apk add", /^Built · /);
      writeOnDisk(editor, "src/price.ts", "export const price = 42;\n");
      await placeCursor(editor, 65);
      await seeLensOver(editor, "COPY --from=build", /rebuild/i);
      await seeLensOver(editor, "COPY --from=prod-deps", /^Cached · /);
      await seeRows(editor, [/COPY --from=build.*rebuild/]);
      await screenshot(editor, "shop-3-cascade");
    });

    await step("the tree follows the cursor into another stage", async () => {
      await placeCursor(editor, 38);
      await seeSelectedRow(editor, "5  COPY tsconfig.json");
    });

    await step("a file that the ignore file hides changes nothing", async () => {
      writeOnDisk(editor, "README.md", "# another text\n");
      writeOnDisk(editor, "config/default.json", '{ "changed": true }\n');
      await placeCursor(editor, 65);
      await seeLensOver(editor, "COPY --chown=node:node config", /Rebuilds: config\/default\.json/);
      await seeLensOver(editor, "COPY --from=prod-deps", /^Cached · /);
    });

    await step("a second Simulate Build asks nothing, and its log names the stages", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      const sentence = await seeToast(editor, /cached/);
      assert.match(sentence, /\d+ .*rebuil/);
      await pressButton(editor, "Show Log");
      await closePanel(editor);
      await clearToasts(editor);
    });

    await step("another target is seen in tree and status until it is taken back", async () => {
      await runFromViewMenu(editor, "Simulate Build with Other Target or Arguments…");
      await choose(editor, /^test/);
      await choose(editor, /Simulate|Start/);
      await seeToast(editor, /steps|cached/);
      await clearToasts(editor);
      await seeRows(editor, ["Target test", /Stage test .*the image/]);
      assert.match(await seeStatus(editor, /· test$/), /Target test/);
      await seeLensOver(editor, "FROM base AS runtime", /Not needed for stage test/);
      await screenshot(editor, "shop-4-target");
      await clickRow(editor, "Target test");
      await pressRowButton(editor, "Target test", "Reset Target and Arguments");
      await seeRows(editor, [/Stage runtime .*the image/]);
      await seeNoStatus(editor, /· test$/);
    });

    await step("a Compose file leads to the build of one of its services", async () => {
      writeOnDisk(
        editor,
        "compose.yaml",
        "services:\n  shop:\n    build: .\n  check:\n    build: {context: ., target: test}\n",
      );
      await openFile(editor, "compose.yaml");
      await editor.page.locator('.editor-actions a[aria-label*="Simulate Build"]').first().click();
      await screenshot(editor, "shop-5-compose");
      await choose(editor, /^check/);
      await seeToast(editor, /steps|cached/);
      await clearToasts(editor);
      await seeInSideBar(editor, /Build: check \(compose\.yaml:4\)/);
      await seeRows(editor, [/Stage test .*the image/]);
    });
  },
);
