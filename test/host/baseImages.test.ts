/** What a base image holds: offered in hover and tree, looked up in a registry once that is chosen. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after } from "node:test";
import { eventually, screenshot } from "../support/editor.js";
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
      await leaveHover(editor);
    });

    const named = async (name: string): Promise<void> => {
      await choose(editor, /An image in a registry/);
      const input = editor.page.locator(".quick-input-widget input").first();
      await editor.page
        .locator(".quick-input-message")
        .filter({ hasText: "docker pull" })
        .waitFor();
      await input.fill(`${registry.host}/app:${name}`);
      await editor.page.keyboard.press("Enter");
    };

    const previewed = (heading: RegExp): Promise<boolean> =>
      eventually("the document in its preview", async () => {
        const frame = editor.page.locator("iframe.webview.ready").last().contentFrame();
        const page = frame.locator("iframe#active-frame").contentFrame();
        await page
          .locator("h1, h3")
          .filter({ hasText: heading })
          .first()
          .waitFor({ timeout: 2_000 });
        return true;
      });

    await step("a built image stands beside the lines that made it", async () => {
      built("built", 5_000);
      await runCommand(editor, "Stratacast: Compare with Built Image…");
      await named("built");
      await seeToast(editor, /app:built is not what this Dockerfile makes.*difference/);
      await clearToasts(editor);
      await seeLensOver(editor, "COPY", /5 kB in app:built/);
      await seeRows(editor, [/app:built.*not what this Dockerfile makes · 4 layers/, /RUN test/]);
      await previewed(/app:built beside Dockerfile/);
      for (const theme of ["dark", "light"] as const) {
        await editor.useTheme(theme);
        await screenshot(editor, "built-image");
      }
    });

    await step("what grew since another image is a table for a pull request", async () => {
      built("before", 2_000);
      await runCommand(editor, "Stratacast: Compare with Built Image…");
      await choose(editor, /What grew since another image/);
      await named("before");
      await seeToast(editor, /What grew can go into a pull request/);
      await clearToasts(editor);
      await previewed(/The image grew by 3 kB/);
      for (const theme of ["dark", "light"] as const) {
        await editor.useTheme(theme);
        await screenshot(editor, "built-image-grown");
      }
    });
  },
);

/** Keeps an image of this Dockerfile as it was, with one layer more; the COPY left so many bytes. */
function built(tag: string, bytes: number): void {
  const made = ["ADD rootfs.tar /", "COPY a.txt . # buildkit", "RUN /bin/sh -c make # buildkit"];
  const layers = [...made, "RUN /bin/sh -c test # buildkit"].map((command, at) => {
    const size = at === 1 ? bytes : 1_234;
    return { command, digest: registry.blob(`${command} ${size}`), size };
  });
  const text = JSON.stringify({
    ...{ os: "linux", architecture: "amd64", created: "2026-08-06T10:00:00Z" },
    config: { ...base, User: "other" },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    history: layers.map(({ command }) => ({ created_by: command })),
  });
  const config = { digest: registry.blob(text), size: text.length };
  registry.manifest({ config, layers: layers.map(({ digest, size }) => ({ digest, size })) }, tag);
}

function project(): string {
  const folder = temporaryFolder("stratacast-base-");
  writeFileSync(
    path.join(folder, "Dockerfile"),
    `FROM ${registry.host}/app:1\nCOPY a.txt .\nRUN make\n`,
  );
  writeFileSync(path.join(folder, "a.txt"), "a\n");
  return folder;
}
