/** Restricted mode: a folder that is not trusted chooses no other context, until it is trusted. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { screenshot } from "../support/editor.js";
import { hoverOn, leaveHover, runCommand, seeLensOver } from "../support/editorView.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey, sample } from "../support/journey.js";
import { seeRows, seeStatus, seeToast, showViewContainer } from "../support/workbench.js";

journey(
  "a folder that is not trusted",
  { workspace: folderWithChoice(), file: "Dockerfile", untrusted: true },
  async (editor, step) => {
    await step("lenses and hovers are there in restricted mode", async () => {
      await seeStatus(editor, "Restricted Mode");
      await seeLensOver(editor, "RUN pip", /layer 3\b/i);
      await hoverOn(editor, "RUN pip", "RUN", /What happens/);
      await leaveHover(editor);
    });

    await step("the folder's own choice of a context is left aside", async () => {
      await showViewContainer(editor, "Stratacast");
      await seeRows(editor, [/Build context .*project(?!\/templates)/]);
      await seeLensOver(editor, "COPY . .", /[67] files/);
      await screenshot(editor, "untrusted");
    });

    await step("a build can be simulated: nothing is run", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      await seeToast(editor, /steps/);
    });

    await step("trusted, the choice counts at once", async () => {
      await runCommand(editor, "Workspaces: Manage Workspace Trust");
      const { page } = editor;
      await page
        .locator(".workspace-trust-editor")
        .getByRole("button", { name: "Trust" })
        .first()
        .click();
      await seeRows(editor, [/Build context .*templates/]);
    });
  },
);

function folderWithChoice(): string {
  const folder = path.join(temporaryFolder("stratacast-untrusted-"), "project");
  cpSync(sample("python-app"), folder, { recursive: true });
  mkdirSync(path.join(folder, ".vscode"));
  writeFileSync(
    path.join(folder, ".vscode", "settings.json"),
    '{ "stratacast.context": "templates" }\n',
  );
  return folder;
}
