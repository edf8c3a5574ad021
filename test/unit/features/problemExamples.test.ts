/** The bad examples of docs/problems.md have the problem that they show, the good ones have none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnostics } from "../../../server/src/core/features/diagnostics.js";
import { openProject } from "../../support/fixturesProject.js";
import { problemPages } from "../../support/problemPages.js";

/** The context that the document describes. */
const context = [
  { name: "app.py", text: "print()\n" },
  { name: "setup.py", text: "setup()\n" },
  { name: "lib/app.py", text: "print(1)\n" },
  { name: "docs/guide.md", text: "# Guide\n" },
  { name: "secrets/key", text: "key\n" },
  { name: ".dockerignore", text: "secrets\n" },
  { name: "gone -> nowhere", text: "" },
  { name: "loop -> loop", text: "" },
];

for (const { code, examples } of problemPages()) {
  if (examples.length === 0) continue;
  test(`${code} is in its bad example, and nothing in its good one`, async () => {
    for (const { isBad, builder, dockerfile } of examples) {
      const sections = [...context, { name: "Dockerfile", text: dockerfile }];
      const options = { name: "options", text: `builder ${builder}` };
      const fixture = { intent: code, sections: [...sections, options] };
      const project = await openProject(fixture, "posix", builder);
      assert.ok(project !== null);
      const found: readonly string[] = diagnostics(project.view.analysis).map(({ code }) => code);
      if (isBad) assert.ok(found.includes(code), `${dockerfile}${found}`);
      else assert.deepEqual(found, [], dockerfile);
    }
  });
}
