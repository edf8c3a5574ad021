/** The bundled server and command line on each version of Node.js that is promised. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { nodeBinary, nodeMajors } from "../support/hosts/nodeBinary.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";
import { startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";
import { pythonApp } from "./support/projects.js";

for (const major of nodeMajors) {
  test(`server and command line answer on Node.js ${major}`, async (t) => {
    const own = process.versions.node.startsWith(`${major}.`);
    if (!own && !isThorough) return t.skip("a thorough run fetches it");
    const node = await nodeBinary(major);
    assert.match(
      execFileSync(node, ["--version"], { encoding: "utf8" }),
      new RegExp(`^v${major}\\.`),
    );
    const folder = temporaryFolder(t, pythonApp);
    const state = temporaryFolder(t);
    const simulate = (): string =>
      execFileSync(node, [inRepository("dist/cli.mjs"), "simulate", "--state", state, folder], {
        encoding: "utf8",
      });
    assert.match(simulate(), /^3 +builds/m);
    assert.match(simulate(), /^All 4 cached/m);
    const editor = await startEditor({ workspaceFolders: [folder], node });
    t.after(() => editor.process.kill());
    const uri = uriOf(path.join(folder, "Dockerfile"));
    await editor.open(uri, pythonApp.Dockerfile);
    await editor.settled(uri);
    assert.equal((await editor.lenses(uri)).length, 6);
    assert.equal(await editor.stop(), 0);
  });
}
