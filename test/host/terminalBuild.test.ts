/** With the setting on, a build that ends in VS Code's terminal is recorded by itself. */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { screenshot } from "../support/editor.js";
import { runCommand } from "../support/editorView.js";
import { temporaryFolder } from "../support/hosts/vscodeServer.js";
import { journey } from "../support/journey.js";
import { inRepository } from "../support/repository.js";
import { seeInSideBar, showViewContainer } from "../support/workbench.js";
import { greeting, greetingFiles } from "../unit/records/projects.js";

/** A docker that says what a real one said. */
const docker = `#!/bin/sh
case "$*" in
"buildx history ls --format json")
  echo '{"ref":"default/default/ours0","created_at":"2026-11-27T02:55:00Z","completed_at":"2026-11-27T02:55:05Z"}' ;;
*history*) cat "${inRepository("test/unit/records/logs/history.rawjson")}" >&2 ;;
*) echo built ;;
esac
`;

journey(
  "a build in the terminal",
  {
    workspace: project(),
    file: "Dockerfile",
    settings: { "stratacast.record": "on", "terminal.integrated.shellIntegration.enabled": true },
    env: { HOME: homeWithDocker() },
  },
  async (editor, step) => {
    await step("it ends, and forecasts stand against it", async () => {
      await showViewContainer(editor, "Stratacast");
      await seeInSideBar(editor, /No simulated build yet/);
      await runCommand(editor, "Terminal: Create New Terminal");
      await editor.page.locator(".terminal-wrapper.active").waitFor({ timeout: 15_000 });
      await editor.page.waitForTimeout(3_000);
      await editor.page.keyboard.type("docker build .\n");
      await seeInSideBar(editor, /Compared with the build of/);
      await screenshot(editor, "terminal-build");
    });
  },
);

function project(): string {
  const folder = temporaryFolder("stratacast-terminal-");
  const files = {
    Dockerfile: greeting.replace("GREETING=hello", "GREETING=swordfish"),
    ...greetingFiles,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

/** VS Code takes the PATH of a login shell, which reads what is here. */
function homeWithDocker(): string {
  const home = temporaryFolder("stratacast-home-");
  writeFileSync(path.join(home, "docker"), docker);
  chmodSync(path.join(home, "docker"), 0o755);
  for (const name of [".profile", ".bashrc"])
    writeFileSync(path.join(home, name), `export PATH="${home}:$PATH"\n`);
  return home;
}
