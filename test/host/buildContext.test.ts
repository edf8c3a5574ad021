/** The Build Context view: what is in it, what hides the rest, and a line of the ignore file that is mended. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { eventually, screenshot } from "../support/editor.js";
import { runCommand } from "../support/editorView.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey } from "../support/journey.js";
import {
  clickRow,
  seeInSideBar,
  seeRows,
  showViewContainer,
  toggleRow,
} from "../support/workbench.js";

journey(
  "the build context",
  {
    workspace: project(),
    file: "Dockerfile",
    settings: { "stratacast.layerTree.followCursor": false },
  },
  async (editor, step) => {
    await step("the view shows the largest first, and which lines take it", async () => {
      await showViewContainer(editor, "Stratacast");
      await runCommand(editor, "Stratacast: Focus on Build Context View");
      await seeRows(editor, [/Build context/]);
      // The two views share the height.
      await editor.page.locator(".sidebar .pane-header").filter({ hasText: "Layers" }).click();
      await seeInSideBar(editor, /in the context, 1 file, 90 kB ignored\. A build sends/);
      await seeRows(editor, [
        /node_modules.*counts at the root alone/,
        /\*\.tmp.*matches nothing/,
        /packages.*taken by line 2/,
        /package.json.*taken by line 3/,
        /node_modules.*ignored 1 file: line 1, node_modules/,
      ]);
      await toggleRow(editor, /^packages/);
      await seeRows(editor, [/web.*taken by line 2/]);
      for (const theme of ["dark", "light"] as const) {
        await editor.useTheme(theme);
        await screenshot(editor, "build-context");
      }
    });

    await step("what is hidden leads to the line that hides it", async () => {
      await clickRow(editor, /node_modules.*ignored 1 file/);
      await editor.page.locator(".tab").filter({ hasText: ".dockerignore" }).waitFor();
    });

    await step("the fix of a line is an edit, and the view follows it", async () => {
      const row = editor.page.locator(".monaco-list-row").filter({ hasText: /counts at the root/ });
      await eventually("the new line", async () => {
        const text = await editor.page.locator(".monaco-editor .view-line").first().textContent();
        if (text?.startsWith("**/node_modules")) return true;
        // The rows may be made anew under the mouse.
        await row.hover({ timeout: 1_000 });
        await row.getByLabel("Hide All Folders of That Name").click({ timeout: 1_000 });
        return null;
      });
      await editor.page.keyboard.press("Control+S");
      await seeInSideBar(editor, /2 files, 150 kB ignored/);
      await screenshot(editor, "build-context-mended");
    });
  },
);

function project(): string {
  const folder = temporaryFolder("stratacast-context-");
  const files = {
    Dockerfile: "FROM node:22\nCOPY packages /app/packages\nCOPY package.json /app/\nRUN npm ci\n",
    ".dockerignore": "node_modules\n*.tmp\n",
    "package.json": "{}\n",
    "packages/web/main.js": "1".repeat(2_000),
    "packages/web/node_modules/left-pad/index.js": "1".repeat(60_000),
    "node_modules/react/index.js": "1".repeat(90_000),
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return folder;
}
