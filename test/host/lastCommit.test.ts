/** A project that nobody has simulated: the first look is at what changed since the last commit. */
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import { screenshot, type Theme, writeOnDisk } from "../support/editor.js";
import { choose, openFile, runCommand, seeLenses, seeLensOver } from "../support/editorView.js";
import { gitEnvironment } from "../support/gitEnvironment.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey, sample } from "../support/journey.js";
import {
  clearToasts,
  seeInSideBar,
  seeStatus,
  seeToast,
  showViewContainer,
} from "../support/workbench.js";

journey(
  "the last commit",
  { workspace: committedSample(), file: "Dockerfile" },
  async (editor, step) => {
    const git = (...words: readonly string[]) =>
      execFileSync("git", words, { cwd: editor.folder, env: gitEnvironment(editor.folder) });
    const app = readFileSync(path.join(editor.folder, "app.py"), "utf8");

    await step("without a click every lens says what a build would do", async () => {
      await seeLenses(editor, [
        "Base image python:3.12-slim",
        "Cached · layer 1",
        /^Cached · layer 2 · 1 file, \d+ B$/,
        "Cached · layer 3",
        /^Cached · layer 4 · 6 files, [\d.]+ kB$/,
        "Metadata only",
      ]);
      await seeStatus(editor, /4 cached/);
    });

    await step("an edit shows at once, with what it is compared with", async () => {
      writeOnDisk(editor, "app.py", `${app}# edited\n`);
      await seeLensOver(editor, "COPY . .", /Rebuilds: app.py changed/);
      await showViewContainer(editor, "Stratacast");
      await seeInSideBar(
        editor,
        /Compared with the commit HEAD \([0-9a-f]{10}\), which counts as built/,
      );
      await screenshot(editor, "last-commit");
      for (const theme of ["light", "high-contrast"] satisfies Theme[]) {
        await editor.useTheme(theme);
        await screenshot(editor, `last-commit-${theme}`);
      }
    });

    await step("a commit in a terminal moves the comparison", async () => {
      git("commit", "--quiet", "--all", "--message", "second");
      await seeLensOver(editor, "COPY . .", /^Cached · /);
    });

    await step("another commit is chosen", async () => {
      await runCommand(editor, "Stratacast: Compare With…");
      await editor.page.getByText("As on a machine that never built anything.").waitFor();
      await screenshot(editor, "last-commit-choice");
      await choose(editor, "Another commit or branch…");
      const input = editor.page.getByPlaceholder("main");
      await input.fill("HEAD~1");
      await input.press("Enter");
      await seeLensOver(editor, "COPY . .", /Rebuilds: app.py changed/);
      await seeInSideBar(editor, /Compared with the commit HEAD~1/);
    });

    await step("and the choice is kept for the file", async () => {
      await openFile(editor, "app.py");
      await openFile(editor, "Dockerfile");
      await seeLensOver(editor, "COPY . .", /Rebuilds: app.py changed/);
      await runCommand(editor, "Stratacast: Compare With…");
      await choose(editor, /^Automatic/);
      await seeLensOver(editor, "COPY . .", /^Cached · /);
    });

    await step("a simulated build takes the commit's place", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      await seeToast(editor, /All 4 cached/);
      await clearToasts(editor);
      await seeInSideBar(editor, /The first simulated build, compared with the commit HEAD/);
      writeOnDisk(editor, "app.py", `${app}# edited again\n`);
      await seeLensOver(editor, "COPY . .", /Rebuilds: app.py changed/);
      await seeInSideBar(editor, /Compared with the last simulated build/);
    });
  },
);

/** A copy of the Python sample in a repository of its own, committed. */
function committedSample(): string {
  const folder = temporaryFolder("stratacast-committed-");
  cpSync(sample("python-app"), folder, { recursive: true });
  const git = (...words: readonly string[]) =>
    execFileSync("git", words, { cwd: folder, env: gitEnvironment(folder) });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  return folder;
}
