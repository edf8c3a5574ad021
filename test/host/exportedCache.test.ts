/** The cache that a build server imports: what of it would be taken, before anybody pushes. */
import { screenshot, type Theme, writeOnDisk } from "../support/editor.js";
import { choose, runCommand, seeLensOver } from "../support/editorView.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey } from "../support/journey.js";
import { writeIn } from "../support/temporaryFolder.js";
import { seeInSideBar, seeStatus, showViewContainer } from "../support/workbench.js";
import { recordsOf, simulatedExactly, writeCache } from "../support/writtenCache.js";

const cache = temporaryFolder("stratacast-cache-");

journey(
  "an exported cache",
  { workspace: exportedProject(), file: "Dockerfile" },
  async (editor, step) => {
    await step("a folder is chosen, and every lens says what is in it", async () => {
      await seeStatus(editor, /not simulated yet/);
      await runCommand(editor, "Stratacast: Compare With…");
      await choose(editor, "Exported cache…");
      const input = editor.page.locator(".quick-input-widget input").first();
      await input.fill(`${cache}/`);
      // The list follows what was typed; before that the button is of another folder.
      const rows = editor.page.locator(".quick-input-list .monaco-list-row");
      await rows.filter({ hasText: "blobs" }).waitFor();
      await editor.page.locator(".quick-input-action .monaco-button").first().click();
      await seeLensOver(editor, "COPY rules", /^Cached · layer 1/);
      await seeStatus(editor, /3 cached/);
      await showViewContainer(editor, "Stratacast");
      await seeInSideBar(editor, /Compared with the cache that was exported: /);
    });

    await step("an edit says what the cache lacks of it", async () => {
      writeOnDisk(editor, "site/index.html", "<h1>Hello</h1>\n");
      await seeLensOver(editor, "COPY site", /^Rebuilds: exported with other files/);
      await seeLensOver(editor, "COPY rules", /^Cached · layer 1/);
      for (const theme of ["light", "dark"] satisfies Theme[]) {
        await editor.useTheme(theme);
        await screenshot(editor, `exported-cache-${theme}`);
      }
    });
  },
);

/** A project whose build was exported, by what the command line says of it. */
function exportedProject(): string {
  const folder = temporaryFolder("stratacast-exported-");
  const text = "FROM scratch\nCOPY rules /rules\nCOPY site /site\nWORKDIR /site\n";
  writeIn(folder, "Dockerfile", text);
  writeIn(folder, "rules", "all\n");
  writeIn(folder, "site/index.html", "<h1>Hi</h1>\n");
  writeCache(cache, { records: recordsOf(simulatedExactly(folder)) });
  return folder;
}
