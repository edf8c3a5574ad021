/** The files of a built image: its layers unfold in the tree, a file is found across them and opened read-only. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after } from "node:test";
import { gzipSync } from "node:zlib";
import { eventually, screenshot } from "../support/editor.js";
import { choose, runCommand } from "../support/editorView.js";
import { type TarEntry, tarArchive } from "../support/engine/tar.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey } from "../support/journey.js";
import { startRegistry } from "../support/registryServer.js";
import {
  clearToasts,
  clickRow,
  pressRowButton,
  seeRows,
  seeToast,
  showViewContainer,
  toggleRow,
} from "../support/workbench.js";

const registry = await startRegistry({ after });

const layers: readonly { readonly command: string; readonly entries: readonly TarEntry[] }[] = [
  { command: "ADD rootfs.tar /", entries: [{ name: "bin/sh", data: Buffer.alloc(100_000, "x") }] },
  {
    command: "COPY app /srv # buildkit",
    entries: [
      { name: "srv/" },
      { name: "srv/main.py", data: Buffer.from("print('one')\n") },
      { name: "srv/model.bin", data: Buffer.alloc(900_000, "x") },
    ],
  },
  {
    command: "RUN /bin/sh -c chmod 600 /srv/* # buildkit",
    entries: [
      { name: "srv/main.py", data: Buffer.from("print('one')\n"), mode: 0o600 },
      { name: "srv/model.bin", data: Buffer.alloc(900_000, "x"), mode: 0o600 },
    ],
  },
  {
    command: "RUN /bin/sh -c rm /srv/model.bin # buildkit",
    entries: [{ name: "srv/.wh.model.bin", data: Buffer.alloc(0) }],
  },
];

built("base", layers.slice(0, 1));
built("built", layers);

journey(
  "the files of a built image",
  {
    workspace: project(),
    file: "Dockerfile",
    settings: {
      ...{ "stratacast.platform": "linux/amd64", "stratacast.resolve": "registry" },
      "stratacast.layerTree.followCursor": false,
    },
  },
  async (editor, step) => {
    const input = editor.page.locator(".quick-input-widget input");
    const openTab = (name: RegExp) => editor.page.locator(".tab").filter({ hasText: name });

    await step("a layer unfolds to what it adds, changes and removes", async () => {
      await showViewContainer(editor, "Stratacast");
      await runCommand(editor, "Stratacast: Compare with Built Image…");
      await choose(editor, /An image in a registry/);
      await input.first().fill(`${registry.host}/app:built`);
      await editor.page.keyboard.press("Enter");
      await seeToast(editor, /app:built is what this Dockerfile makes/);
      await clearToasts(editor);
      await toggleRow(editor, /RUN chmod.*line 3/);
      await toggleRow(editor, /^srv/);
      await seeRows(editor, [
        /app:built.*1\.8 MB wasted/,
        /RUN rm/,
        /RUN chmod.*900 kB wasted/,
        /srv.*2 files, 900 kB/,
        /main\.py.*changed · 13 B, the same bytes again/,
        /model\.bin.*changed · 900 kB, the same bytes again/,
        /COPY app.*900 kB wasted/,
      ]);
      for (const theme of ["dark", "light"] as const) {
        await editor.useTheme(theme);
        await screenshot(editor, "image-layers");
      }
    });

    await step(
      "a click opens the file as that layer has it, and it cannot be written",
      async () => {
        await clickRow(editor, /main\.py/);
        await openTab(/main\.py/).waitFor();
        await editor.page.locator(".view-line").filter({ hasText: "print('one')" }).waitFor();
        await editor.page.locator(".monaco-editor.focused, .monaco-editor").last().click();
        await editor.page.keyboard.type("x");
        await editor.page.getByText("Cannot edit in read-only editor").first().waitFor();
        await screenshot(editor, "image-file");
      },
    );

    await step("a file is found across the layers", async () => {
      await pressRowButton(editor, "1.8 MB wasted", "Find in Image…");
      await input.first().fill("model");
      const rows = editor.page.locator(".quick-input-list .monaco-list-row");
      await eventually("the layers of the file", async () => {
        const texts = await rows.allInnerTexts();
        const all = texts.map((text) => text.replace(/\s+/g, " ")).join("\n");
        return /layer 1 · line 2 · added[\s\S]*layer 2 · line 3 · changed[\s\S]*layer 3 · line 4 · removed/.test(
          all,
        )
          ? true
          : null;
      });
      for (const theme of ["dark", "light"] as const) {
        await editor.useTheme(theme);
        await screenshot(editor, "image-find");
      }
      await editor.page.keyboard.press("Escape");
    });

    await step("the image is still there once the server was started anew", async () => {
      await runCommand(editor, "Stratacast: Restart Language Server");
      await seeRows(editor, [/app:built.*what this Dockerfile makes/, /RUN rm/]);
    });
  },
);

function built(tag: string, made: typeof layers): void {
  const kept = made.map(({ entries }) => {
    const bytes = gzipSync(tarArchive(entries));
    return { digest: registry.blob(bytes), size: bytes.length };
  });
  const text = JSON.stringify({
    ...{ os: "linux", architecture: "amd64", created: "2026-08-06T10:00:00Z" },
    config: {
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      WorkingDir: "/",
    },
    rootfs: { type: "layers", diff_ids: kept.map(({ digest }) => digest) },
    history: made.map(({ command }) => ({ created_by: command })),
  });
  registry.manifest(
    { config: { digest: registry.blob(text), size: text.length }, layers: kept },
    tag,
  );
}

function project(): string {
  const folder = temporaryFolder("stratacast-layers-");
  const files = {
    Dockerfile: `FROM ${registry.host}/app:base\nCOPY app /srv\nRUN chmod 600 /srv/*\nRUN rm /srv/model.bin\n`,
    "app/main.py": "print('one')\n",
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}
