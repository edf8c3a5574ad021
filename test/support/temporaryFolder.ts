/** Folders of real files for a test, gone when it ends. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

/** A fresh folder with these files (`/` between names). Gives its real path. */
export function temporaryFolder(
  t: TestContext,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "stratacast-test-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeIn(folder, name, content);
  return folder;
}

/** Writes a file of the folder, its own folders included; gives its path. */
export function writeIn(folder: string, name: string, content: string | Uint8Array): string {
  const file = path.join(folder, ...name.split("/"));
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
