/** VS Code makes links of what looks like one in a notification: of a Dockerfile's text it gets none. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { runCommand, seeLensOver } from "../support/editorView.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey } from "../support/journey.js";
import { seeToast } from "../support/workbench.js";

journey(
  "a Dockerfile that looks like links",
  { workspace: hostileFolder(), file: "Dockerfile" },
  async (editor, step) => {
    await step("the sentence of a simulated build has no link", async () => {
      await seeLensOver(editor, "EXPOSE", /fails|Metadata/);
      await runCommand(editor, "Stratacast: Simulate Build");
      const text = await seeToast(editor, /would fail/);
      if (!text.includes("[Fix_it] (command:")) throw new Error(`The toast says: ${text}`);
      const links = await editor.page
        .locator(".notifications-toasts .notification-list-item-message a")
        .count();
      if (links > 0) throw new Error(`${links} links in the notification`);
    });
  },
);

function hostileFolder(): string {
  const folder = temporaryFolder("stratacast-hostile-");
  const text = "FROM alpine\nEXPOSE [Fix_it](command:workbench.action.toggleZenMode)\n";
  writeFileSync(path.join(folder, "Dockerfile"), text);
  return folder;
}
