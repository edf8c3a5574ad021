/** The oldest VS Code that the manifest promises: the main things, once. */
import { screenshot, writeOnDisk } from "../support/editor.js";
import { hoverOn, leaveHover, runCommand, seeLensOver } from "../support/editorView.js";
import { journey, sample } from "../support/journey.js";
import { clickRow, seeRows, seeStatus, seeToast, showViewContainer } from "../support/workbench.js";

journey(
  "the oldest VS Code",
  { workspace: sample("python-app"), file: "Dockerfile", version: "oldest" },
  async (editor, step) => {
    await step("lenses, a hover and the tree", async () => {
      await seeLensOver(editor, "RUN pip", /^Layer 3$/);
      await hoverOn(editor, "RUN pip", "RUN", /What happens/);
      await leaveHover(editor);
      await showViewContainer(editor, "Stratacast");
      await seeRows(editor, ["4  COPY . .", "Base image python:3.12-slim"]);
    });

    await step("Simulate Build, and a file that changes afterwards", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      await seeToast(editor, /4 steps/);
      writeOnDisk(editor, "app.py", "print('changed')\n");
      await seeLensOver(editor, "COPY . .", /^Rebuilds: app\.py changed/);
      await screenshot(editor, "oldest");
    });

    await step("a row leads to its line", async () => {
      await clickRow(editor, "4  COPY . .");
      await seeStatus(editor, /Ln 5,/);
    });
  },
);
