/**
 * `npm run pictures`: takes the pictures of the README and of docs/pictures/README.md from a real
 * VS Code, so that they show what the present version shows. `npm run pictures -- terminal` takes those
 * that are named.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Page } from "playwright-core";
import { type Editor, eventually, openEditor, type Theme } from "./editor.js";
import { choose, placeCursor, runCommand, typeInEditor } from "./editorView.js";
import { gitEnvironment } from "./gitEnvironment.js";
import { temporaryFolder } from "./hosts/vscodeServer.js";
import { inRepository } from "./repository.js";
import { packageExtension } from "./runner/packageExtension.js";
import {
  clearToasts,
  runFromEditorMenu,
  runFromViewMenu,
  seeToast,
  showViewContainer,
} from "./workbench.js";
import { recordsOf, simulatedExactly, writeCache } from "./writtenCache.js";

const pictures = inRepository("docs", "pictures");
mkdirSync(path.join(pictures, "tour"), { recursive: true });
const vsix = await packageExtension();

await picture("python-app", "dark", "editor", async (editor) => {
  await simulate(editor, null);
  appendFileSync(path.join(editor.folder, "app.py"), "\nprint('edited')\n");
  await lens(editor.page, "app.py changed");
  return () => Promise.resolve();
});
await picture("python-app", "dark", "hover", async (editor) => {
  await simulate(editor, null);
  appendFileSync(path.join(editor.folder, "requirements.txt"), "\nrequests==2.32.0\n");
  await lens(editor.page, "requirements.txt changed");
  return () => hoverOn(editor.page, "COPY");
});
await picture("node-shop", "light", "stages", async (editor) => {
  await simulate(editor, /^runtime/);
  appendFileSync(path.join(editor.folder, "src", "server.ts"), "\n// edited\n");
  await placeCursor(editor, 66);
  await lens(editor.page, "may rebuild");
  return () => Promise.resolve();
});
await picture("node-shop", "dark", "terminal", async (editor) => {
  await lens(editor.page, "no earlier build");
  await runCommand(editor, "Terminal: Create New Terminal");
  await editor.page.locator(".terminal-wrapper.active").waitFor({ timeout: 15_000 });
  await runCommand(editor, "View: Toggle Primary Side Bar Visibility");
  await runCommand(editor, "View: Toggle Maximized Panel");
  await runCommand(editor, "Terminal: Focus Terminal");
  // What is typed before the shell has asked is lost, and what it says cannot be read here.
  const type = async (line: string): Promise<void> => {
    await editor.page.waitForTimeout(4000);
    await editor.page.keyboard.type(`${line}\n`);
  };
  await type("clear");
  await type("stratacast simulate .");
  await editor.page.waitForTimeout(4000);
  appendFileSync(path.join(editor.folder, "src", "server.ts"), "\n// edited\n");
  await type("clear; stratacast simulate .");
  return () => editor.page.waitForTimeout(4000);
});

const asIs = () => Promise.resolve();

await picture(committed("python-app"), "light", "tour/first-minute", async (editor) => {
  appendFileSync(path.join(editor.folder, "app.py"), "\nprint('edited')\n");
  await lens(editor.page, "app.py changed");
  return asIs;
});
await picture("python-app", "dark", "tour/typing", async (editor) => {
  await simulate(editor, null);
  await placeCursor(editor, 4);
  await typeInEditor(editor, "CO");
  await editor.page.waitForTimeout(1_500);
  return asIs;
});
await picture("python-app", "light", "tour/quick-fix", async (editor) => {
  await placeCursor(editor, 5, 1);
  await typeInEditor(editor, "COYP app.py .\n");
  await placeCursor(editor, 5, 2);
  await editor.page.waitForTimeout(1_500);
  return async () => {
    await runCommand(editor, "Quick Fix...");
    await editor.page.getByText("Replace with COPY").first().waitFor({ timeout: 15_000 });
  };
});
await picture("node-shop", "dark", "tour/problems", async (editor) => {
  const other = path.join(editor.folder, "jobs");
  mkdirSync(other);
  writeFileSync(path.join(other, "Dockerfile"), "FROM alpine\nCOPY crontab /etc/\n");
  await runCommand(editor, "Problems: Focus on Problems View");
  await editor.page.getByText("crontab").first().waitFor({ timeout: 15_000 });
  return asIs;
});
for (const list of [false, true])
  await picture(
    "node-shop",
    "light",
    list ? "tour/build-graph-list" : "tour/build-graph",
    async (editor) => {
      await simulate(editor, /^runtime/);
      appendFileSync(path.join(editor.folder, "src", "server.ts"), "\n// edited\n");
      await placeCursor(editor, 66);
      await lens(editor.page, "may rebuild");
      await runCommand(editor, "Stratacast: Show Build Graph");
      const page = editor.page.frameLocator("iframe.webview").first().frameLocator("iframe");
      await page.locator("svg.stratacast").waitFor({ timeout: 15_000 });
      if (list) await page.locator("#asList").click();
      return asIs;
    },
  );
await picture("node-shop", "dark", "tour/explain", async (editor) => {
  await lens(editor.page, "no earlier build");
  await runCommand(editor, "Stratacast: Explain Layers");
  await editor.page.waitForTimeout(3_000);
  return asIs;
});

await picture("node-shop", "light", "tour/failure", async (editor) => {
  await lens(editor.page, "no earlier build");
  await placeCursor(editor, 42);
  await runFromEditorMenu(editor, "Simulate Failure at This Step");
  const page = editor.page.frameLocator("iframe.webview").first().frameLocator("iframe");
  await page.locator("h1").waitFor({ timeout: 15_000 });
  return asIs;
});
await picture("node-shop", "dark", "tour/run", async (editor) => {
  await lens(editor.page, "no earlier build");
  await runCommand(editor, "Stratacast: Simulate Run");
  const page = editor.page.frameLocator("iframe.webview").first().frameLocator("iframe");
  await page.locator("h1").waitFor({ timeout: 15_000 });
  return asIs;
});
await picture("node-shop", "light", "tour/glossary", async (editor) => {
  await lens(editor.page, "no earlier build");
  await runFromViewMenu(editor, "Show Glossary");
  const page = editor.page.frameLocator("iframe.webview").first().frameLocator("iframe");
  await page.locator("h1").waitFor({ timeout: 15_000 });
  return asIs;
});

const forTwo = {
  Dockerfile: `FROM --platform=$BUILDPLATFORM golang:1.24 AS build
WORKDIR /src
COPY main.go ./
ARG TARGETARCH
RUN GOARCH=$TARGETARCH go build -o /app main.go

FROM alpine:3.20
ARG TARGETARCH
COPY vendor/$TARGETARCH/ /usr/lib/app/
COPY --from=build /app /usr/bin/app
CMD ["app"]
`,
  "compose.yaml":
    "services:\n  app:\n    build:\n      context: .\n      platforms: [linux/amd64, linux/arm64]\n",
  "main.go": "package main\n",
  "vendor/amd64/libapp.so": "1\n",
  "vendor/arm64/libapp.so": "1\n",
};
const onABase = {
  Dockerfile: 'FROM base\nCOPY server/ server/\nRUN npm run build\nCMD ["node", "server"]\n',
  "server/index.ts": "export {};\n",
  "libs/Dockerfile":
    "FROM node:22\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\nCOPY src/ libs/\n",
  "libs/package.json": "{}\n",
  "libs/src/a.ts": "export {};\n",
  "docker-bake.hcl":
    'target "base" {\n  context = "libs"\n}\ntarget "web" {\n  context  = "."\n  contexts = { base = "target:base" }\n}\n',
};
const ofTwoDefinitions = {
  Dockerfile: "FROM alpine:3.20\nARG FLAVOUR\nCOPY shared.txt /\nRUN make $FLAVOUR\n",
  "shared.txt": "1\n",
  "compose.yaml":
    "services:\n  small:\n    build: { context: ., args: { FLAVOUR: small } }\n  large:\n    build: { context: ., args: { FLAVOUR: large } }\n",
};
const onAServer = {
  Dockerfile: "FROM alpine:3.20\nARG VERSION\nCOPY app /\nRUN echo $VERSION > /version\n",
  app: "1\n",
  "docker-bake.hcl": 'target "app" {\n  context = "."\n  args    = { VERSION = "dev" }\n}\n',
  ".github/workflows/release.yml":
    "on: push\njobs:\n  images:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: docker/bake-action@v6\n        with:\n          targets: app\n          set: |\n            app.args.VERSION=1.4.0\n            app.platform=linux/amd64,linux/arm64\n",
};

const imported = {
  Dockerfile: "FROM scratch\nCOPY rules /rules\nCOPY site /site\nWORKDIR /site\n",
  rules: "all\n",
  "site/index.html": "<h1>Hi</h1>\n",
  ".dockerignore": "cache\ncompose.yaml\n",
  "compose.yaml":
    'services:\n  site:\n    build:\n      context: .\n      cache_from: ["type=local,src=cache"]\n',
};

for (const theme of ["dark", "light"] as const) {
  await picture(exported(made(imported)), theme, `tour/imported-cache-${theme}`, async (editor) => {
    await lens(editor.page, "no earlier build");
    await runCommand(editor, "Stratacast: Compare With…");
    await choose(editor, "Caches that the build imports");
    await lens(editor.page, "Cached");
    appendFileSync(path.join(editor.folder, "site/index.html"), "<p>edited</p>\n");
    await lens(editor.page, "exported with other files");
    return asIs;
  });
  await picture(made(forTwo), theme, `tour/platforms-${theme}`, async (editor) => {
    await simulate(editor, null);
    appendFileSync(path.join(editor.folder, "vendor/arm64/libapp.so"), "2\n");
    await lens(editor.page, "libapp.so changed");
    return asIs;
  });
  await picture(made(onABase), theme, `tour/linked-base-${theme}`, async (editor) => {
    await simulate(editor, null);
    appendFileSync(path.join(editor.folder, "libs/src/a.ts"), "// edited\n");
    await lens(editor.page, "base rebuilds");
    return asIs;
  });
  await picture(made(ofTwoDefinitions), theme, `tour/records-${theme}`, async (editor) => {
    for (const name of ["small", "large"]) {
      await runCommand(editor, "Stratacast: Choose Build…");
      await choose(editor, new RegExp(name));
      // What a build took is older than its log.
      writeFileSync(path.join(editor.folder, `${name}.log`), logOf(name));
      await runCommand(editor, "Stratacast: Import Build Log…");
      await choose(editor, new RegExp(`${name}\\.log`));
      await seeToast(editor, /Recorded/);
      await clearToasts(editor);
      if (name === "small") appendFileSync(path.join(editor.folder, "shared.txt"), "2\n");
    }
    return async () => {
      await runCommand(editor, "Stratacast: Choose Build…");
      await editor.page.getByText("up to date").first().waitFor({ timeout: 15_000 });
    };
  });
  await picture(made(onAServer), theme, `tour/bake-action-${theme}`, async (editor) => {
    await lens(editor.page, "no earlier build");
    return async () => {
      await runCommand(editor, "Stratacast: Choose Build…");
      await editor.page.getByText("release.yml").first().waitFor({ timeout: 15_000 });
    };
  });
}

/** What a build server prints of the build with these words for FLAVOUR. */
function logOf(flavour: string): string {
  return [
    "#5 [1/3] FROM docker.io/library/alpine:3.20",
    "#5 DONE 0.1s",
    "#6 [2/3] COPY shared.txt /",
    "#6 DONE 0.1s",
    `#7 [3/3] RUN make ${flavour}`,
    "#7 DONE 41.0s",
    "",
  ].join("\n");
}

/** The same with the cache that a build of it exports. */
function exported(folder: string): string {
  writeCache(path.join(folder, "cache"), { records: recordsOf(simulatedExactly(folder)) });
  return folder;
}

/** A project of these files. */
function made(files: Readonly<Record<string, string>>): string {
  const folder = path.join(temporaryFolder("stratacast-made-"), "shop");
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

/** A copy of a sample, of which the last commit holds all. */
function committed(workspace: string): string {
  const folder = path.join(temporaryFolder("stratacast-committed-"), workspace);
  cpSync(sampleFolder(workspace), folder, { recursive: true });
  const env = gitEnvironment(folder);
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: folder, env });
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "first");
  return folder;
}

function sampleFolder(workspace: string): string {
  return inRepository("test", "fixtures", "workspaces", workspace);
}

/** `prepare` gives what is left to do once no message hides anything. */
async function picture(
  workspace: string,
  theme: Theme,
  name: string,
  prepare: (editor: Editor) => Promise<() => Promise<void>>,
): Promise<void> {
  if (process.argv.length > 2 && !process.argv.includes(name)) return;
  const editor = await openEditor({
    workspace: path.resolve(sampleFolder("."), workspace),
    file: "Dockerfile",
    vsix,
    theme,
    settings: { "terminal.integrated.gpuAcceleration": "off" },
    env: { HOME: homeWithProgram() },
  });
  try {
    await editor.page.setViewportSize({ width: 1200, height: 720 });
    await showViewContainer(editor, "Stratacast");
    const finish = await prepare(editor);
    await clearToasts(editor).catch(() => {});
    // Nothing under the mouse explains itself, unless it is asked to.
    await editor.page.mouse.move(800, 680);
    await finish();
    await editor.page.waitForTimeout(500);
    await editor.page.screenshot({ path: path.join(pictures, `${name}.png`) });
    console.log(`docs/pictures/${name}.png`);
  } finally {
    await editor.close();
  }
}

/** Runs Simulate Build; `answer` is the row to take where it asks for a target and for values. */
async function simulate(editor: Editor, answer: RegExp | null): Promise<void> {
  await lens(editor.page, "no earlier build");
  await runCommand(editor, "Stratacast: Simulate Build");
  if (answer !== null) {
    await choose(editor, answer);
    await choose(editor, /Simulate/);
  }
  await seeToast(editor, /steps/);
}

async function lens(page: Page, text: string): Promise<void> {
  await eventually(`the lens "${text}"`, async () =>
    (await page.locator(".codelens-decoration a", { hasText: text }).count()) > 0 ? true : null,
  );
}

async function hoverOn(page: Page, text: string): Promise<void> {
  await page.locator(".view-line span", { hasText: text }).first().hover();
  await page.locator(".monaco-hover:not(.hidden)", { hasText: "What happens" }).waitFor();
}

/** The home of a terminal in which `stratacast` is this one. */
function homeWithProgram(): string {
  const home = temporaryFolder("stratacast-home-");
  const profile = `stratacast() { ${process.execPath} ${inRepository("dist/cli.mjs")} "$@"; }`;
  for (const file of [".profile", ".bashrc"])
    writeFileSync(
      path.join(home, file),
      `${profile}\nPS1='$ '\nexport XDG_STATE_HOME=$HOME/state\n`,
    );
  return home;
}
