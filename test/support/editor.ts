/**
 * A window of a real VS Code, driven as a person does: with mouse and keyboard, reading what is on
 * the screen. Every look waits until the screen shows what was asked for, as VS Code draws when it
 * likes; the error of a wait that was in vain says what was there instead.
 */
import { cpSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { browserArguments, findBrowser } from "./hosts/browser.js";
import { installVsCode, type VsCodeVersion } from "./hosts/vscode.js";
import {
  type Settings,
  startVsCodeServer,
  temporaryFolder,
  type VsCodeServer,
  windowAddress,
} from "./hosts/vscodeServer.js";
import { inCache } from "./repository.js";

export type Theme = "light" | "dark" | "high-contrast";

export interface EditorOptions {
  /** Absolute path of the folder, or of the `.code-workspace` in it, to open a copy of. */
  readonly workspace: string;
  /** Opened first, relative to the folder; null: no editor. */
  readonly file: string | null;
  readonly vsix: string;
  readonly version?: VsCodeVersion;
  readonly theme?: Theme;
  readonly settings?: Settings;
  /** True: a fresh VS Code's restricted mode. Default: false. */
  readonly untrusted?: boolean;
  /** Of the server, and so of its extensions and terminals, laid over this process's own. */
  readonly env?: NodeJS.ProcessEnv;
  /** The display language. VS Code's own words stay English: its language packs are not fetched. */
  readonly language?: string;
}

export interface Editor {
  readonly page: Page;
  readonly server: VsCodeServer;
  /** The folder of the copy; files are changed there to see the window follow. */
  readonly folder: string;
  readonly theme: () => Theme;
  /** Replaces the settings of the test by these and keeps the theme. */
  readonly changeSettings: (settings: Settings) => void;
  readonly useTheme: (theme: Theme) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Opens a window on a copy of the workspace with the packaged extension installed. */
export async function openEditor(options: EditorOptions): Promise<Editor> {
  const vscode = await installVsCode(options.version ?? "main");
  const { folder, opened } = copyWorkspace(options.workspace);
  let theme = options.theme ?? "dark";
  let settings = options.settings ?? {};
  const current = (): Settings => ({ "workbench.colorTheme": themes[theme].setting, ...settings });
  const server = await startVsCodeServer({
    vscode,
    vsix: options.vsix,
    settings: current(),
    untrusted: options.untrusted ?? false,
    ...(options.env === undefined ? {} : { env: options.env }),
  });
  const context = await newContext();
  if (options.language !== undefined) {
    await context.addInitScript((language) => {
      Object.defineProperty(globalThis, "_VSCODE_NLS_LANGUAGE", { value: language });
    }, options.language);
  }
  const page = await context.newPage();
  // What has to be waited for longer is asked for again, see `eventually`.
  page.setDefaultTimeout(8_000);
  const editor: Editor = {
    page,
    server,
    folder,
    theme: () => theme,
    changeSettings: (wanted) => {
      settings = wanted;
      server.writeSettings(current());
    },
    useTheme: async (wanted) => {
      theme = wanted;
      // A busy window may miss that the file changed: it is written again until it is seen.
      await eventually(
        `the ${wanted} theme`,
        async () => {
          server.writeSettings(current());
          const workbench = page.locator(`.monaco-workbench.${themes[wanted].marker}`);
          await workbench.waitFor({ timeout: 5_000 });
          return true;
        },
        30_000,
      );
      // The parts of the window follow one after the other; the status bar is the last.
      await eventually(`the ${wanted} theme everywhere`, async () => {
        const light = await page.evaluate(() => {
          const bar = document.querySelector(".part.statusbar");
          const color = bar === null ? "" : getComputedStyle(bar).backgroundColor;
          return Number(/\d+/.exec(color)?.[0] ?? 0) > 128;
        });
        return light === (wanted === "light") ? true : null;
      });
    },
    close: async () => {
      await context.close();
      await server.end();
      await closeIdleBrowser();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await page.goto(windowAddress(server, opened, options.file), { waitUntil: "commit" });
    await page.locator(`.monaco-workbench.${themes[theme].marker}`).waitFor({ timeout: 60_000 });
    if (options.file !== null) {
      await page.locator(".monaco-editor .view-line").first().waitFor({ timeout: 60_000 });
    }
  } catch (error) {
    await screenshot(editor, "window-does-not-open").catch(() => {});
    await editor.close();
    throw error;
  }
  return editor;
}

/** Keeps what the window shows as `.cache/artifacts/screenshots/<theme>/<name>.png`. */
export async function screenshot(editor: Editor, name: string): Promise<void> {
  const folder = inCache("artifacts", "screenshots", editor.theme());
  mkdirSync(folder, { recursive: true });
  await editor.page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** Writes a file of the workspace behind the editor's back, as git or a generator would. */
export function writeOnDisk(editor: Editor, file: string, text: string): void {
  writeFileSync(path.join(editor.folder, file), text);
}

/**
 * Calls `look` until it returns something else than null.
 * @param what completes the sentence "VS Code does not show …"
 * @param limit in milliseconds
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null>,
  limit = 15_000,
): Promise<T> {
  let trouble: unknown = null;
  for (const started = performance.now(); performance.now() - started < limit; ) {
    try {
      const seen = await look();
      if (seen !== null) return seen;
    } catch (error) {
      // The page redraws while it is read; only the last failure is worth a word.
      trouble = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const reason = trouble instanceof Error ? ` (${trouble.message.split("\n")[0]})` : "";
  throw new Error(`VS Code does not show ${what} within ${limit / 1000} s${reason}`);
}

const themes: Readonly<Record<Theme, { readonly setting: string; readonly marker: string }>> = {
  light: { setting: "Default Light Modern", marker: "vs" },
  dark: { setting: "Default Dark Modern", marker: "vs-dark" },
  "high-contrast": { setting: "Default High Contrast", marker: "hc-black" },
};

function copyWorkspace(workspace: string): { readonly folder: string; readonly opened: string } {
  // The real path, since a server that is told of a link would name its files otherwise.
  const folder = path.join(realpathSync(temporaryFolder("stratacast-ws-")), "project");
  if (!workspace.endsWith(".code-workspace")) {
    cpSync(workspace, folder, { recursive: true, verbatimSymlinks: true });
    return { folder, opened: folder };
  }
  cpSync(path.dirname(workspace), folder, { recursive: true, verbatimSymlinks: true });
  return { folder, opened: path.join(folder, path.basename(workspace)) };
}

let browser: Promise<Browser> | null = null;

/** One browser serves all windows of this process. */
async function newContext(): Promise<BrowserContext> {
  browser ??= findBrowser().then((executablePath) =>
    chromium.launch({ executablePath, args: [...browserArguments] }),
  );
  return (await browser).newContext({ viewport: { width: 1400, height: 900 } });
}

async function closeIdleBrowser(): Promise<void> {
  const open = await browser;
  if (open === null || open.contexts().length > 0) return;
  browser = null;
  await open.close();
}
