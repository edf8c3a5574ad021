/** What a base image holds: offered in hover and tree, looked up in a registry once that is chosen. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after } from "node:test";
import { screenshot } from "../support/editor.js";
import { choose, hoverOn, leaveHover, runCommand, seeLensOver } from "../support/editorView.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey } from "../support/journey.js";
import { startRegistry } from "../support/registryServer.js";
import {
  clearToasts,
  seeInSideBar,
  seeRows,
  seeToast,
  showViewContainer,
  toggleRow,
} from "../support/workbench.js";

const registry = await startRegistry({ after });
const base = {
  ...{ Env: ["PATH=/usr/local/bin:/usr/bin", "LANG=C.UTF-8"], User: "app" },
  ...{ WorkingDir: "/srv", Entrypoint: ["/init"], Cmd: ["serve"] },
};
const lookedUp = { "stratacast.platform": "linux/amd64", "stratacast.resolve": "registry" };

const before = registry.image(base, "1");

journey(
  "base images",
  {
    workspace: project(),
    file: "Dockerfile",
    settings: { "stratacast.platform": "linux/amd64" },
  },
  async (editor, step) => {
    await step("nobody was asked, and hover and tree offer to look", async () => {
      await showViewContainer(editor, "Stratacast");
      await seeInSideBar(editor, /No simulated build yet: run Simulate Build\.\s/);
      await editor.page
        .locator(".monaco-list-row")
        .filter({ hasText: /Base image/ })
        .hover();
      await editor.page
        .locator('.monaco-list-row a[aria-label="Look Up Base Images"]')
        .first()
        .waitFor();
      await hoverOn(editor, "FROM", "FROM", /Look Up Base Images/);
      await screenshot(editor, "base-images-offer");
      await leaveHover(editor);
      if (registry.asked.length > 0) throw new Error("The registry was asked without a word.");
    });

    await step(
      "one click and one choice later the tree holds the layers of the image",
      async () => {
        await hoverOn(editor, "FROM", "FROM", /Look Up Base Images/);
        await editor.page
          .locator(".monaco-hover a")
          .getByText("Look Up Base Images")
          .first()
          .click();
        await choose(editor, /^In their registries/);
        await seeToast(editor, /1 base image looked up/);
        await clearToasts(editor);
        editor.changeSettings({ ...lookedUp });
        await seeRows(editor, [/Base image .*layer 0 · 1 layer · 1.2 kB/]);
        await toggleRow(editor, /Base image/);
        await seeRows(editor, [/ADD rootfs.tar .*1.2 kB/]);
        for (const theme of ["dark", "light"] as const) {
          await editor.useTheme(theme);
          await hoverOn(editor, "FROM", "FROM", /The image sets/);
          await screenshot(editor, "base-images-known");
          await leaveHover(editor);
        }
      },
    );

    await step("a tag that moves rebuilds what stands on it, with both digests", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      await seeToast(editor, /to build/);
      await clearToasts(editor);
      const now = registry.image({ ...base, User: "other" }, "1");
      await runCommand(editor, "Stratacast: Look Up Base Images");
      await seeToast(editor, /1 base image looked up/);
      await clearToasts(editor);
      await seeLensOver(editor, "COPY", /Rebuilds: .*/);
      const hover = await hoverOn(editor, "COPY", "COPY", /leads to another image/);
      for (const digest of [before, now])
        if (!hover.includes(digest.slice(0, 19))) throw new Error(`Not in the hover: ${digest}`);
      await screenshot(editor, "base-images-moved");
    });
  },
);

function project(): string {
  const folder = temporaryFolder("stratacast-base-");
  writeFileSync(
    path.join(folder, "Dockerfile"),
    `FROM ${registry.host}/app:1\nCOPY a.txt .\nRUN make\n`,
  );
  writeFileSync(path.join(folder, "a.txt"), "a\n");
  return folder;
}
