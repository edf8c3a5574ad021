/** Dockerfiles by any of their names, beside each other and in several folders. */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { writeOnDisk } from "../support/editor.js";
import {
  offersCommand,
  openFile,
  runCommand,
  seeLenses,
  seeLensOver,
  typeInEditor,
} from "../support/editorView.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey, sample } from "../support/journey.js";
import { seeInSideBar, seeRows, seeToast, showViewContainer } from "../support/workbench.js";

journey(
  "other file names",
  { workspace: sample("names"), file: "package.json" },
  async (editor, step) => {
    await step("without a Dockerfile nothing is started", async () => {
      // The command is there only while the extension is active.
      const offered = await offersCommand(editor, "Stratacast: Restart Language Server");
      if (offered) throw new Error("The extension is active without a Dockerfile.");
    });

    await step("and its view says how to begin", async () => {
      await showViewContainer(editor, "Stratacast");
      await seeInSideBar(editor, /Open a Dockerfile to see/);
    });

    await step("Containerfile", async () => {
      await openFile(editor, "Containerfile");
      await seeLensOver(editor, "COPY entrypoint.sh", /layer 2 · 1 file/i);
    });

    await step("Dockerfile.dev, with an ignore file of its own", async () => {
      await openFile(editor, "Dockerfile.dev");
      await seeLensOver(editor, "COPY package.json", /layer 2 · 1 file/i);
      writeOnDisk(editor, "Dockerfile.dev.dockerignore", "*\n");
      await seeLensOver(editor, "COPY package.json", /ignore|no file|nothing|match|fail/i);
    });

    await step("api.dockerfile", async () => {
      await openFile(editor, "api.dockerfile");
      await seeLensOver(editor, "COPY package.json", /layer 2 · 1 file/i);
      await seeRows(editor, ["3  RUN npm install --omit=dev", "Base image node:22-alpine"]);
    });

    await step("an untitled document of the language", async () => {
      await runCommand(editor, "File: New Untitled Text File");
      await runCommand(editor, "Change Language Mode");
      await editor.page.locator(".quick-input-widget input").first().fill("Dockerfile");
      await editor.page.keyboard.press("Enter");
      await editor.page.locator(".editor-instance .view-lines").first().click();
      await typeInEditor(editor, "FROM alpine\nRUN date\n");
      await seeLenses(editor, [/^Base image alpine · no earlier/, /layer 1\b/i]);
    });
  },
);

journey(
  "several folders",
  { workspace: severalFolders(), file: "python-app/Dockerfile" },
  async (editor, step) => {
    await step("each Dockerfile has its own folder as context", async () => {
      await seeLensOver(editor, "COPY . .", /6 files/);
      await showViewContainer(editor, "Stratacast");
      await seeRows(editor, [/Build context .*python-app/]);
    });

    await step("a simulated build is that Dockerfile's", async () => {
      await runCommand(editor, "Stratacast: Simulate Build");
      await seeToast(editor, /steps/);
      await openFile(editor, "go-server/Dockerfile");
      await seeLensOver(editor, "COPY ./server.go", /^Layer \d · /);
      await seeRows(editor, [/Build context .*go-server/]);
    });

    await step("settings of a folder are that folder's", async () => {
      // go-server/.vscode/settings.json asks for the classic builder and fewer lenses.
      await seeLenses(editor, [
        /^Base image/,
        /layer 1\b/i,
        /layer 2\b/i,
        /layer 3\b/i,
        /layer 4\b/i,
      ]);
      await openFile(editor, "python-app/Dockerfile");
      await seeLensOver(editor, "CMD", /^Metadata only/);
    });
  },
);

function severalFolders(): string {
  const folder = temporaryFolder("stratacast-several-");
  for (const name of ["python-app", "go-server"]) {
    cpSync(sample(name), path.join(folder, name), { recursive: true });
  }
  const settings = path.join(folder, "go-server", ".vscode");
  mkdirSync(settings);
  writeFileSync(path.join(settings, "settings.json"), '{ "stratacast.codeLens": "layers" }\n');
  const file = path.join(folder, "several.code-workspace");
  writeFileSync(file, '{ "folders": [{ "path": "python-app" }, { "path": "go-server" }] }\n');
  return file;
}
