/** What a user downloads: exactly these files, small, without leftovers of the build. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { projectText } from "../support/projectFiles.js";
import { packagePath } from "../support/runner/packageExtension.js";
import { serverHello } from "../support/serverHello.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { zipEntries } from "../support/zip.js";

test("the package holds exactly what the extension needs", () => {
  const names = zipEntries(packagePath).map((entry) => entry.name);
  // What programs share lies in files that are named by their content.
  const files = new Set(names.map((name) => name.replace(/(\/shared)\/[^/]+\.mjs$/, "$1")));
  assert.deepEqual([...files].sort(), [
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/SECURITY.md",
    "extension/changelog.md",
    "extension/dist/buildGraph.js",
    "extension/dist/cli.mjs",
    "extension/dist/client.js",
    "extension/dist/hashThread.mjs",
    "extension/dist/sbom.cdx.json",
    "extension/dist/server.mjs",
    "extension/dist/shared",
    "extension/dist/third-party-notices.txt",
    "extension/docs/problems.md",
    "extension/l10n/bundle.l10n.de.json",
    "extension/media/icon.png",
    "extension/media/marks/fails-dark.svg",
    "extension/media/marks/fails-light.svg",
    "extension/media/marks/mayRebuild-dark.svg",
    "extension/media/marks/mayRebuild-light.svg",
    "extension/media/marks/rebuilds-dark.svg",
    "extension/media/marks/rebuilds-light.svg",
    "extension/media/stratacast.svg",
    "extension/media/walkthrough/change.svg",
    "extension/media/walkthrough/dockerfile.svg",
    "extension/media/walkthrough/layers.svg",
    "extension/media/walkthrough/lens.svg",
    "extension/media/walkthrough/simulate.svg",
    "extension/package.json",
    "extension/package.nls.de.json",
    "extension/package.nls.json",
    "extension/readme.md",
    "extension/syntaxes/dockerfile.injection.tmLanguage.json",
    "extension/syntaxes/stratacastLog.tmLanguage.json",
  ]);
});

test("what is in the package serves an editor and predicts a build, in a clean folder", async (t) => {
  const folder = temporaryFolder(t, { "app/Dockerfile": "FROM scratch\nCOPY . /\n" });
  for (const { name, read } of zipEntries(packagePath)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, read());
  }
  const program = (name: string) => path.join(folder, "extension/dist", name);
  const words = [program("cli.mjs"), "simulate", "--dry-run", "app"];
  const told = execFileSync(process.execPath, words, { cwd: folder, encoding: "utf8" });
  assert.match(told, /^1 step to build/m);
  const answer = await serverHello(process.execPath, [program("server.mjs"), "--stdio"]);
  assert.match(answer, /"serverInfo":\{"name":"stratacast"/);
});

test("the package is at most 700 KB", () => {
  const kilobytes = Math.ceil(statSync(packagePath).size / 1024);
  assert.ok(kilobytes <= 700, `${kilobytes} KB`);
});

test("the shipped programs are minified and name no place of this machine", () => {
  const programs = zipEntries(packagePath).filter((entry) => /\.m?js$/.test(entry.name));
  assert.ok(programs.length > 5);
  for (const { name, read } of programs) {
    const text = read().toString("utf8");
    const minified = text.length < 1_000 || text.length / text.split("\n").length > 200;
    assert.ok(minified, `${name} is minified`);
    assert.ok(!text.includes(process.cwd()), `${name} contains ${process.cwd()}`);
    assert.ok(!text.includes("sourceMappingURL=data:"), `${name} carries a source map`);
  }
});

test("the licences of all bundled packages are in the package", () => {
  const notices = zipEntries(packagePath).find((entry) => entry.name.endsWith("notices.txt"));
  const text = notices?.read().toString("utf8") ?? "";
  for (const name of ["vscode-languageclient", "vscode-languageserver", "vscode-jsonrpc"]) {
    assert.match(text, new RegExp(`^${name} [\\d.]+ \\(MIT\\)$`, "m"));
  }
});

test("npm ci can install on every platform: the lock holds all optional packages", () => {
  // npm's own lock of these parts of its format: docs.npmjs.com/cli/configuring-npm/package-lock-json.
  const { packages } = JSON.parse(projectText("package-lock.json")) as {
    readonly packages: Readonly<
      Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>
    >;
  };
  const locked = Object.keys(packages);
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
    .filter((name) => !locked.some((place) => place.endsWith(`node_modules/${name}`)));
  assert.deepEqual(missing, []);
});
