/** The command line from npm: small, and at work in a clean folder with Node.js alone. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { repositoryRoot } from "../support/repository.js";
import { serverHello } from "../support/serverHello.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

// The programs are there: the package for the editor was made before. `prepack` would make them again.
test("npm pack gives the programs of the command line and what describes them", (t) => {
  const { files } = packed(t);
  assert.deepEqual(files, [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
    "dist/cli.mjs",
    "dist/hashThread.mjs",
    "dist/sbom.cdx.json",
    "dist/server.mjs",
    "dist/shared",
    "dist/third-party-notices.txt",
    "docs/cli.md",
    "docs/editors.md",
    "docs/problems.md",
    "package.json",
  ]);
});

test("what npm installs predicts a build and serves an editor", async (t) => {
  const { archive } = packed(t);
  const folder = temporaryFolder(t, {
    "package.json": "{}",
    "app/Dockerfile": "FROM scratch\nCOPY . /\n",
  });
  npm(["install", "--offline", "--no-audit", "--no-fund", archive], folder);
  const installed = readdirSync(path.join(folder, "node_modules")).filter(
    (name) => !name.startsWith("."),
  );
  assert.deepEqual(installed, ["stratacast"]);
  const program = path.join(folder, "node_modules", ".bin", "stratacast");
  const told = execFileSync(program, ["simulate", "--dry-run", "app"], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.match(told, /^1 step to build/m);
  const state = ["--state", path.join(folder, "state")];
  const answer = await serverHello(program, ["lsp", "--stdio", ...state]);
  assert.match(answer, /"serverInfo":\{"name":"stratacast"/);
});

test("npm publish by hand refuses", () => {
  const { status, stderr } = spawnSync("npm", ["publish", "--dry-run"], {
    cwd: repositoryRoot,
    encoding: "utf8",
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /Publish by npm run release\./);
});

function packed(t: TestContext): { readonly archive: string; readonly files: readonly string[] } {
  const to = temporaryFolder(t);
  npm(["pack", "--ignore-scripts", "--silent", "--pack-destination", to], repositoryRoot);
  const archive = path.join(to, readdirSync(to)[0] ?? "");
  const files = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).trim().split("\n");
  const names = files.map((file) =>
    file.replace("package/", "").replace(/(\/shared)\/[^/]+\.mjs$/, "$1"),
  );
  return { archive, files: [...new Set(names)].sort() };
}

function npm(words: readonly string[], cwd: string): void {
  execFileSync("npm", words, { cwd, stdio: ["ignore", "pipe", "pipe"] });
}
