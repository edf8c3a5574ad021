/**
 * `npm start [-- folder]`: opens the extension, as it is in this checkout, on a folder. Without one
 * it is a sample project, of which a copy is opened. It uses the `code` on the PATH, else a VS Code
 * from npm, whose address it prints.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { MissingMeans } from "./hosts/fetching.js";
import { run } from "./hosts/processes.js";
import { installVsCode } from "./hosts/vscode.js";
import { freePort, portIsFree, startVsCodeServer, windowAddress } from "./hosts/vscodeServer.js";
import { inCache, inRepository, repositoryRoot } from "./repository.js";
import { packageExtension } from "./runner/packageExtension.js";

/** The same from run to run, so that an address that is open in a browser works again. */
const usualPort = 8137;

try {
  const folder = chosenFolder(process.argv[2]);
  if (await openOnDesktop(folder)) console.log(`VS Code opens ${folder} with the extension.`);
  else await serve(folder);
} catch (error) {
  if (error instanceof MissingMeans) console.error(error.message);
  else console.error(error);
  process.exitCode = 1;
}

/** @throws MissingMeans when the named folder is none */
function chosenFolder(named: string | undefined): string {
  if (named !== undefined) {
    const folder = path.resolve(named);
    if (existsSync(folder) && statSync(folder).isDirectory()) return folder;
    throw new MissingMeans(`There is no folder ${folder}.`);
  }
  const sample = "python-app";
  const copy = inCache("start", sample);
  if (!existsSync(copy)) {
    mkdirSync(path.dirname(copy), { recursive: true });
    cpSync(inRepository("test", "fixtures", "workspaces", sample), copy, { recursive: true });
  }
  return copy;
}

/** False: there is no `code` that opens windows here. */
async function openOnDesktop(folder: string): Promise<boolean> {
  const args = [`--extensionDevelopmentPath=${repositoryRoot}`, "--new-window", folder];
  return (await run("code", args, { limit: 60_000 })).code === 0;
}

async function serve(folder: string): Promise<void> {
  const vscode = await installVsCode("main");
  const server = await startVsCodeServer({
    vscode,
    vsix: await packageExtension(),
    dataFolder: inCache("start", ".data"),
    port: (await portIsFree(usualPort)) ? usualPort : await freePort(),
  });
  console.log(`
VS Code ${vscode.version} with Stratacast runs on ${folder}
Open this address in a browser on this machine; Ctrl-C ends it.

  ${windowAddress(server, folder, dockerfileIn(folder))}
`);
  // The server's process keeps this one alive; Ctrl-C ends both.
}

function dockerfileIn(folder: string): string | null {
  const files = readdirSync(folder);
  return files.find((file) => /^(Dockerfile|Containerfile)$/.test(file)) ?? null;
}
