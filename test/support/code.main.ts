#!/usr/bin/env node
/**
 * Stands in for the desktop's `code` in `runTests({ vscodeExecutablePath })` of
 * `@vscode/test-electron`: takes the same switches, runs the tests in the extension host of the VS
 * Code from npm, and exits with their code. `STRATACAST_VSCODE` chooses `main` or `oldest`.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { format } from "node:util";
import { chromium } from "playwright-core";
import { browserArguments, findBrowser } from "./hosts/browser.js";
import { installVsCode } from "./hosts/vscode.js";
import { startVsCodeServer, testAddress } from "./hosts/vscodeServer.js";
import { insideReportVariable } from "./runner/insideReport.js";

const args = process.argv.slice(2);
const extension = option("--extensionDevelopmentPath");
const tests = option("--extensionTestsPath");
const folder = args.filter((arg) => !arg.startsWith("--")).at(-1);
if (extension === null || tests === null || folder === undefined) {
  console.error("Needs --extensionDevelopmentPath=, --extensionTestsPath= and a folder.");
  process.exit(2);
}

const vscode = await installVsCode(
  process.env["STRATACAST_VSCODE"] === "oldest" ? "oldest" : "main",
);
const server = await startVsCodeServer({
  vscode,
  vsix: null,
  smokeTest: vscode.needsSmokeTestSwitch,
});
const browser = await chromium.launch({
  executablePath: await findBrowser(),
  args: [...browserArguments],
});
const page = await browser.newPage();
// Nobody waits for the tests of a run that was ended, nor for a VS Code that does not begin.
const parent = process.ppid;
const limit = Date.now() + 180_000;
setInterval(() => {
  if (process.ppid !== parent || Date.now() > limit) process.exit(1);
}, 500).unref();

const said: string[] = [];
const code = await new Promise<number>((resolve, reject) => {
  // VS Code's page calls these two by name when it runs tests.
  const log = (_type: string, parts: readonly unknown[]) => void said.push(format(...parts));
  page
    .exposeFunction("codeAutomationLog", log)
    .then(() => page.exposeFunction("codeAutomationExit", resolve))
    .then(() => page.goto(testAddress(server, path.resolve(folder), extension, tests)))
    .catch(reject);
});
await browser.close();
await server.end();
// VS Code says much about itself; it is of interest only when no test was reached.
if (code !== 0 && !existsSync(process.env[insideReportVariable] ?? "")) {
  console.log(said.slice(-20).join("\n"));
}
process.exit(code);

function option(name: string): string | null {
  const found = args.find((arg) => arg.startsWith(`${name}=`));
  return found === undefined ? null : path.resolve(found.slice(name.length + 1));
}
