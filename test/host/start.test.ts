/**
 * How long it takes until the extension is there: by VS Code's own report, and until the first lens is
 * seen. Both are printed; the limits are for a machine that does other things at once.
 */
import assert from "node:assert/strict";
import { screenshot } from "../support/editor.js";
import { openFile, runCommand, seeLensOver } from "../support/editorView.js";
import { journey, sample } from "../support/journey.js";

/** Milliseconds. */
const limits = { activation: 600, firstLens: 8_000 };

journey("the start", { workspace: sample("python-app"), file: "app.py" }, async (editor, step) => {
  await step("the first Dockerfile has its lenses", async () => {
    await openFile(editor, "Dockerfile");
    // Its tab is there.
    const began = performance.now();
    await seeLensOver(editor, "RUN pip", /layer 3/i);
    const took = performance.now() - began;
    process.stdout.write(`  a Dockerfile opened, its lenses seen after ${took.toFixed(0)} ms\n`);
    assert.ok(took < limits.firstLens, `${took} ms`);
  });

  await step("VS Code itself says that it was active at once", async () => {
    await runCommand(editor, "Developer: Show Running Extensions");
    const list = editor.page.locator(".runtime-extensions-editor");
    const row = list.locator(".monaco-list-row", { hasText: "Stratacast" });
    await list.locator(".monaco-list-row").first().hover();
    // The slowest come first, and rows below the last one that is seen are not there.
    for (let rows = 0; rows < 40 && (await row.count()) === 0; rows += 4) {
      await editor.page.mouse.wheel(0, 280);
      await editor.page.waitForTimeout(100);
    }
    const told = await row
      .getByText(/Activation: \d+ms/)
      .first()
      .textContent();
    const [, time = "NaN"] = /Activation: (\d+)ms/.exec(told ?? "") ?? [];
    await screenshot(editor, "start");
    // What it refuses of a manifest it says there.
    assert.equal(await row.getByText(/already contributed|is not|must be/).count(), 0);
    process.stdout.write(`  activation by VS Code's report: ${time} ms\n`);
    assert.ok(Number(time) < limits.activation, told ?? "");
  });
});
