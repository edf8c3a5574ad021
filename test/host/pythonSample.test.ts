/** The whole main job on the Python sample, as its author would go through it. */
import assert from "node:assert/strict";
import { readFileSync, utimesSync } from "node:fs";
import path from "node:path";
import { screenshot, type Theme, writeOnDisk } from "../support/editor.js";
import {
  appendToLine,
  clickLensOver,
  hoverOn,
  leaveHover,
  lenses,
  openFile,
  placeCursor,
  runCommand,
  seeLenses,
  seeLensOver,
  seeMarks,
} from "../support/editorView.js";
import { journey, sample } from "../support/journey.js";
import {
  clearToasts,
  clickRow,
  closePanel,
  outputLines,
  pressButton,
  runFromViewMenu,
  seeInSideBar,
  seeNoStatus,
  seeRows,
  seeSelectedRow,
  seeStatus,
  seeToast,
  showViewContainer,
  toggleRow,
} from "../support/workbench.js";

journey(
  "the Python sample",
  { workspace: sample("python-app"), file: "Dockerfile" },
  async (editor, step) => {
    const onDisk = (file: string) => readFileSync(path.join(editor.folder, file), "utf8");
    const app = onDisk("app.py");
    const requirements = onDisk("requirements.txt");

    await step("a lens over every instruction says what it makes", async () => {
      await seeLenses(editor, [
        "Base image python:3.12-slim · no earlier build to compare with",
        "Layer 1",
        /^Layer 2 · 1 file, \d+ B$/,
        "Layer 3",
        /^Layer 4 · 6 files, [\d.]+ kB$/,
        "Metadata only",
      ]);
      await seeLensOver(editor, "COPY requirements.txt .", /layer 2\b/i);
      await editor.page.locator(".detected-link").first().waitFor({ timeout: 15_000 });
      await screenshot(editor, "1-lenses");
    });

    await step("hovers say what happens, what rebuilds the step and what follows", async () => {
      const run = await hoverOn(editor, "RUN pip install", "RUN", /layer 3/i);
      for (const part of [
        /What happens/i,
        /Rebuilds when/i,
        /Does not rebuild/i,
        /If it changes/i,
      ]) {
        assert.match(run, part);
      }
      const copy = await hoverOn(editor, "COPY requirements.txt .", "COPY", /requirements\.txt/);
      assert.match(copy, /\/app\//, "the destination is resolved");
      await hoverOn(editor, "COPY . .", "COPY", /app\.py/);
      await screenshot(editor, "2-hover");
      await leaveHover(editor);
    });

    await step("the layer tree stands as the image does, base at the bottom", async () => {
      await showViewContainer(editor, "Stratacast");
      const rows = await seeRows(editor, [
        "Container's writable layer",
        "4  COPY . .",
        "3  RUN pip install -r requirements.txt",
        "2  COPY requirements.txt .",
        "1  WORKDIR /app",
        "Base image python:3.12-slim",
        "Image config",
        "Build context",
      ]);
      for (const row of rows)
        assert.notEqual(row.spoken, "", `${row.label} has words to be read aloud`);
    });

    await step(
      "a COPY's row opens on its files, the image config on its instructions",
      async () => {
        await toggleRow(editor, "COPY requirements.txt .");
        await seeRows(editor, ["2  COPY", /^requirements\.txt/, "1  WORKDIR"]);
        await toggleRow(editor, "Image config");
        await seeRows(editor, ["Image config", /CMD/]);
        await screenshot(editor, "3-tree");
        await toggleRow(editor, "COPY requirements.txt .");
      },
    );

    await step("Simulate Build sums up the first build", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      await seeToast(editor, /4 steps/);
      await seeLensOver(editor, "RUN pip", /^Built · layer 3$/);
    });

    await step("its log has the builder's manner", async () => {
      await pressButton(editor, "Show Log");
      const log = (await outputLines(editor, /Nothing was run/)).join("\n");
      assert.match(log, /\[4\/5\] RUN pip install -r requirements\.txt/);
      await screenshot(editor, "4-simulated");
      await closePanel(editor);
      await clearToasts(editor);
    });

    await step("simulated again, everything is cached", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      await seeToast(editor, /cached/i);
      await seeLenses(editor, [
        /^Base image/,
        "Cached · layer 1",
        /^Cached · layer 2 · /,
        "Cached · layer 3",
        /^Cached · layer 4 · /,
        "Metadata only",
      ]);
      await clearToasts(editor);
    });

    await step(
      "app.py changes on disk: the last COPY alone rebuilds, within a second",
      async () => {
        const times: number[] = [];
        for (const text of ["print('one')\n", "print('three')\n", "print('seven')\n"]) {
          writeOnDisk(editor, "app.py", app);
          await seeLensOver(editor, "COPY . .", /^Cached · /);
          const started = performance.now();
          writeOnDisk(editor, "app.py", text);
          await seeLensOver(editor, "COPY . .", /^Rebuilds: app\.py changed/);
          times.push(performance.now() - started);
        }
        await seeLenses(editor, [
          /^Base image/,
          /^Cached · /,
          /^Cached · /,
          /^Cached · /,
          /^Rebuilds: app\.py changed/,
          "Metadata only",
        ]);
        await seeRows(editor, [/COPY \. \. .*rebuilds: app\.py changed/, /RUN .*cached/]);
        // The quickest of three, since a test machine may be busy with other things.
        assert.ok(Math.min(...times) < 1_000, `after ${times.map(Math.round).join(", ")} ms`);
      },
    );

    await step("the status bar and a mark say it, too, unless they are switched off", async () => {
      await seeStatus(editor, /3 cached.*1 step rebuilds/);
      await seeMarks(editor, 1);
      editor.changeSettings({
        "stratacast.gutter.enabled": false,
        "stratacast.statusBar.enabled": false,
      });
      await seeMarks(editor, 0);
      await seeNoStatus(editor, /3 cached/);
      editor.changeSettings({});
      await seeStatus(editor, /3 cached.*1 step rebuilds/);
      await seeMarks(editor, 1);
    });

    await step("so do all themes", async () => {
      for (const theme of ["light", "high-contrast", "dark"] satisfies Theme[]) {
        await editor.useTheme(theme);
        await seeLensOver(editor, "COPY . .", /^Rebuilds: app\.py changed/);
        await seeMarks(editor, 1);
        await screenshot(editor, "5-app-changed");
        await hoverOn(editor, "COPY . .", "COPY", /app\.py/);
        await screenshot(editor, "5-app-changed-hover");
        await leaveHover(editor);
      }
    });

    await step("a touch without a change does nothing", async () => {
      writeOnDisk(editor, "app.py", app);
      await seeLensOver(editor, "COPY . .", /^Cached · /);
      utimesSync(path.join(editor.folder, "requirements.txt"), new Date(), new Date());
      // Nothing is to be seen, so the next change is made to be sure that the touch was read.
      writeOnDisk(editor, "app.py", `${app}# end\n`);
      await seeLensOver(editor, "COPY . .", /^Rebuilds: app\.py changed/);
      assert.match((await lenses(editor)).at(2)?.text ?? "", /^Cached · /);
      writeOnDisk(editor, "app.py", app);
    });

    await step("requirements.txt changes: lines 3 to 5 rebuild, and say why", async () => {
      writeOnDisk(editor, "requirements.txt", `${requirements}gunicorn==22.0.0\n`);
      await seeLenses(editor, [
        /^Base image/,
        "Cached · layer 1",
        /^Rebuilds: requirements\.txt changed/,
        /^Rebuilds: .*(line|step|COPY).* · layer 3$/,
        /^Rebuilds: .* · layer 4 · /,
        "Metadata only",
      ]);
      await seeMarks(editor, 3);
      await screenshot(editor, "6-requirements-changed");
    });

    await step("a half-typed line changes nothing but itself", async () => {
      await appendToLine(editor, 3, "\nRU");
      await editor.page.locator(".squiggly-error").first().waitFor();
      await seeLensOver(editor, "WORKDIR", /^Cached · layer 1$/);
      await seeLensOver(editor, "COPY . .", /^Rebuilds: .* · layer 4 · /);
      await seeMarks(editor, 3);
      await seeStatus(editor, /1 cached.*3 rebuild/);
      await screenshot(editor, "6-half-typed");
      // The completions go first.
      await editor.page.keyboard.press("Escape");
      await editor.page.keyboard.press("Control+.");
      const fixes = editor.page.locator(".action-widget").filter({ hasText: "Replace with RUN" });
      await fixes.first().waitFor();
      await screenshot(editor, "6-quick-fix");
      await editor.page.keyboard.press("Escape");
      await placeCursor(editor, 6);
      await seeStatus(editor, /build would fail/);
      await editor.page.keyboard.press("Control+Z");
      await seeStatus(editor, /1 cached.*3 rebuild/);
      writeOnDisk(editor, "requirements.txt", requirements);
      await seeLensOver(editor, "RUN pip", /^Cached · /);
    });

    await step("an edit of the Dockerfile is followed without a save", async () => {
      await appendToLine(editor, 4, " --no-cache-dir");
      await seeLensOver(editor, "RUN pip", /Rebuilds: /);
      await seeLensOver(editor, "COPY requirements.txt", /^Cached · /);
      await editor.page.keyboard.press("Control+Z");
      await seeLensOver(editor, "RUN pip", /^Cached · /);
    });

    await step("a lens leads to its layer, a layer to its line", async () => {
      await clickLensOver(editor, "RUN pip");
      await seeSelectedRow(editor, "3  RUN pip");
      await clickRow(editor, "4  COPY . .");
      await seeStatus(editor, /Ln 5,/);
    });

    await step("the tree follows the cursor", async () => {
      await placeCursor(editor, 2);
      await seeSelectedRow(editor, "1  WORKDIR /app");
    });

    await step("an unsaved file of the context counts as it is on disk", async () => {
      await openFile(editor, "app.py");
      await appendToLine(editor, 1, " # unsaved");
      await openFile(editor, "Dockerfile");
      await seeLensOver(editor, "COPY . .", /^Cached · /);
    });

    await step("Forget Simulated Builds empties the baseline", async () => {
      await runFromViewMenu(editor, "Forget Simulated Builds");
      await pressButton(editor, "Forget");
      await seeLensOver(editor, "COPY . .", /^Layer 4 · /);
      await seeInSideBar(editor, /No simulated build yet/i);
    });
  },
);
