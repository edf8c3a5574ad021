/** Starts a VS Code server for one run: a free port, its own settings, data and extensions. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { MissingMeans } from "./fetching.js";
import { type Program, removeAtEnd, run, start } from "./processes.js";
import type { VsCode } from "./vscode.js";

export type SettingValue = string | number | boolean | null | Readonly<Record<string, string>>;
export type Settings = Readonly<Record<string, SettingValue>>;

export interface ServerOptions {
  readonly vscode: VsCode;
  /** Absolute path of a packaged extension to install first; null: none. */
  readonly vsix: string | null;
  /** User settings on top of `quietSettings`. */
  readonly settings?: Settings;
  /** True: nothing is trusted until the user says so, as in a fresh VS Code. Default: false. */
  readonly untrusted?: boolean;
  /** Lets the address name an extension under development; hides toasts. Default: false. */
  readonly smokeTest?: boolean;
  /** Where settings, logs and extensions are kept. Default: a folder that goes with this process. */
  readonly dataFolder?: string;
  /** Default: any free one. */
  readonly port?: number;
  readonly env?: NodeJS.ProcessEnv;
}

export interface VsCodeServer {
  /** Such as `http://127.0.0.1:41234`; a secure context, which another host name would not be. */
  readonly origin: string;
  readonly port: number;
  readonly dataFolder: string;
  /** Replaces the user's settings; the open windows follow at once. */
  readonly writeSettings: (settings: Settings) => void;
  readonly end: () => Promise<void>;
}

/**
 * Starts a server and waits until it answers.
 * @throws Error with the last lines of its output when it does not within half a minute
 */
export async function startVsCodeServer(options: ServerOptions): Promise<VsCodeServer> {
  const dataFolder = options.dataFolder ?? temporaryFolder("stratacast-vscode-");
  const extensions = path.join(dataFolder, "ext");
  mkdirSync(extensions, { recursive: true });
  // An open window follows the Machine file alone; what only the user may set is read at its start.
  const writeSettings = (settings: Settings) => {
    for (const scope of ["User", "Machine"]) {
      const folder = path.join(dataFolder, "data", scope);
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        path.join(folder, "settings.json"),
        JSON.stringify({ ...quietSettings, ...settings }, null, 2),
      );
    }
  };
  writeSettings(options.settings ?? {});
  const folders = ["--server-data-dir", dataFolder, "--extensions-dir", extensions];
  const common = [options.vscode.serverScript, ...folders, "--accept-server-license-terms"];
  const env = serverEnvironment(options.env);
  if (options.vsix !== null) await installExtension(options.vscode, common, options.vsix, env);

  const port = options.port ?? (await freePort());
  const program = start(
    options.vscode.node,
    [
      ...common,
      ...["--host", "127.0.0.1", "--port", String(port)],
      ...["--without-connection-token", "--telemetry-level", "off"],
      ...(options.untrusted === true ? [] : ["--disable-workspace-trust"]),
      ...(options.smokeTest === true ? ["--enable-smoke-test-driver"] : []),
    ],
    { env },
  );
  const origin = `http://127.0.0.1:${port}`;
  await answering(origin, program, options.vscode.version);
  return { origin, port, dataFolder, writeSettings, end: program.end };
}

/**
 * The address that opens `folder` (absolute; or a `.code-workspace` file), with `file` in an editor
 * unless it is null.
 */
export function windowAddress(
  server: Pick<VsCodeServer, "origin" | "port">,
  folder: string,
  file: string | null,
): string {
  const isWorkspaceFile = folder.endsWith(".code-workspace");
  const parameter = isWorkspaceFile ? "workspace" : "folder";
  const base = isWorkspaceFile ? path.dirname(folder) : folder;
  const address = `${server.origin}/?${parameter}=${inQuery(folder)}`;
  if (file === null) return address;
  return withPayload(address, [["openFile", remoteUri(server, path.resolve(base, file))]]);
}

/** The address that runs the tests of an extension under development, as the desktop's switches do. */
export function testAddress(
  server: Pick<VsCodeServer, "origin" | "port">,
  folder: string,
  extension: string,
  tests: string,
): string {
  return withPayload(`${server.origin}/?folder=${inQuery(folder)}`, [
    ["extensionDevelopmentPath", remoteUri(server, extension)],
    ["extensionTestsPath", remoteUri(server, tests)],
  ]);
}

/** A folder that is removed when this process ends. */
export function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), prefix));
  removeAtEnd(folder);
  return folder;
}

/** A port of 127.0.0.1 that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => {
        if (typeof address === "object" && address !== null) resolve(address.port);
        else reject(new Error("The system names no port."));
      });
    });
  });
}

/** Whether a server can listen on that port of 127.0.0.1. */
export function portIsFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Keeps a window free of everything that is not under test. */
export const quietSettings: Settings = {
  "workbench.startupEditor": "none",
  // The web's default saves every edit, which would hide whether an edit was read from the editor.
  "files.autoSave": "off",
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "git.enabled": false,
  "workbench.tips.enabled": false,
  "extensions.ignoreRecommendations": true,
  "workbench.enableExperiments": false,
  "editor.hover.delay": 100,
  "editor.minimap.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
};

async function installExtension(
  vscode: VsCode,
  common: readonly string[],
  vsix: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const args = [...common, "--install-extension", vsix, "--force"];
  const installed = await run(vscode.node, args, { env, limit: 60_000 });
  if (installed.code !== 0 || /failed/i.test(installed.stderr)) {
    throw new Error(`VS Code refuses ${vsix}:\n${installed.stdout}${installed.stderr}`);
  }
}

function serverEnvironment(extra: NodeJS.ProcessEnv | undefined): NodeJS.ProcessEnv {
  // Without a gallery VS Code looks nothing up; what steers another VS Code or a test run of Node
  // must not reach this one.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VSCODE_|NODE_TEST|NODE_OPTIONS$|ELECTRON_)/.test(name),
  );
  return { ...Object.fromEntries(inherited), EXTENSIONS_GALLERY: "{}", ...extra };
}

async function answering(origin: string, program: Program, version: string): Promise<void> {
  for (const started = Date.now(); Date.now() - started < 30_000; ) {
    const answer = await fetch(`${origin}/version`).catch(() => null);
    if (answer?.ok) return;
    if (program.process.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await program.end();
  throw new MissingMeans(
    `VS Code ${version} does not start here: ${program.output().trim().split("\n").slice(-3).join(" | ")}`,
  );
}

function remoteUri(server: Pick<VsCodeServer, "port">, absolute: string): string {
  return `vscode-remote://127.0.0.1:${server.port}${encodeURI(absolute)}`;
}

function withPayload(address: string, payload: readonly (readonly [string, string])[]): string {
  return `${address}&payload=${inQuery(JSON.stringify(payload))}`;
}

/** Leaves what a query may contain as it is, so that an address that is printed can be read. */
function inQuery(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%2F", "/")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",");
}
