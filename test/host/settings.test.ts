/** Settings take effect in the open window, without a reload. */
import { eventually, screenshot } from "../support/editor.js";
import {
  hoverOn,
  leaveHover,
  lenses,
  runCommand,
  seeLenses,
  seeLensOver,
} from "../support/editorView.js";
import { journey, sample } from "../support/journey.js";
import {
  clearToasts,
  closePanel,
  outputLines,
  pressButton,
  seeRows,
  seeToast,
  showViewContainer,
} from "../support/workbench.js";

journey(
  "settings",
  { workspace: sample("python-app"), file: "Dockerfile", theme: "high-contrast" },
  async (editor, step) => {
    await step("lenses over layers only", async () => {
      await seeLensOver(editor, "CMD", /^Metadata only$/);
      editor.changeSettings({ "stratacast.codeLens": "layers" });
      await seeLenses(editor, [
        /^Base image/,
        /layer 1\b/i,
        /layer 2\b/i,
        /layer 3\b/i,
        /layer 4\b/i,
      ]);
    });

    await step("a few words at the ends of the lines", async () => {
      editor.changeSettings({ "stratacast.codeLens": "inlay" });
      const line = editor.page
        .locator(".view-line")
        .filter({ hasText: /WORKDIR\s\/app\s*Layer\s1/ });
      await line.first().waitFor();
      await eventually("no lens", async () => ((await lenses(editor)).length === 0 ? true : null));
      await screenshot(editor, "settings-inlay");
    });

    await step("no lenses", async () => {
      editor.changeSettings({ "stratacast.codeLens": "off" });
      await eventually("no lens", async () => ((await lenses(editor)).length === 0 ? true : null));
    });

    await step("no hover", async () => {
      await hoverOn(editor, "RUN pip", "RUN", /What happens/);
      editor.changeSettings({ "stratacast.hover.enabled": false });
      await seeLensOver(editor, "CMD", /^Metadata only$/);
      await leaveHover(editor);
      const hovers = await hoverOn(editor, "RUN pip", "RUN", /What happens/).then(
        () => "a hover",
        () => "none",
      );
      if (hovers !== "none") throw new Error("There is a hover although it is switched off.");
    });

    await step("the classic builder counts and logs in its own manner", async () => {
      editor.changeSettings({ "stratacast.builder": "classic" });
      await showViewContainer(editor, "Stratacast");
      await runCommand(editor, "Stratacast: Simulate Build");
      await seeToast(editor, /steps/);
      await pressButton(editor, "Show Log");
      await outputLines(editor, /Step 5\/6 : COPY \. \.[\s\S]*--->/);
      await screenshot(editor, "settings-classic-log");
      await closePanel(editor);
      await clearToasts(editor);
    });

    await step("another context folder shows in the tree, and its files count", async () => {
      editor.changeSettings({ "stratacast.context": "templates" });
      await seeRows(editor, [/Build context .*templates/]);
      await seeLensOver(editor, "COPY . .", /layer 4 · 1 file/i);
    });
  },
);
