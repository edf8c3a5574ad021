/** Typing is answered from memory: no call of the file system lies between a key and its lenses. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import type { TestContext } from "node:test";
import { codeLenses } from "../../server/src/core/features/codeLens.js";
import { hover } from "../../server/src/core/features/hover.js";
import { layerStack } from "../../server/src/core/features/layerStack.js";
import { openMachine } from "../../server/src/host/machine.js";
import { openStateStore } from "../../server/src/host/stateStore.js";
import { type BuildHost, LiveBuild } from "../../server/src/workspace/build.js";
import { defaultSettings } from "../../server/src/workspace/settings.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { test } from "./support/limitedTest.js";
import { pythonApp } from "./support/projects.js";

/** The names of the functions of node:fs that are called from now on. */
function watchFileSystem(t: TestContext): string[] {
  const called: string[] = [];
  const originals = new Map<object, Map<string, unknown>>();
  for (const module of [fs, fs.promises] as unknown as Record<string, unknown>[]) {
    // Both are plain objects of functions.
    const own = new Map<string, unknown>();
    originals.set(module, own);
    for (const [name, value] of Object.entries(module)) {
      if (typeof value !== "function" || /^[A-Z]/.test(name)) continue;
      own.set(name, value);
      module[name] = (...args: unknown[]): unknown => {
        called.push(name);
        return Reflect.apply(value, module, args) as unknown;
      };
    }
  }
  syncBuiltinESMExports();
  t.after(() => {
    for (const [module, own] of originals) Object.assign(module, Object.fromEntries(own));
    syncBuiltinESMExports();
  });
  return called;
}

test("no call of the file system lies between a keystroke and its answers", async (t) => {
  const folder = temporaryFolder(t, pythonApp);
  const store = openStateStore(path.join(folder, ".state"));
  const machine = openMachine({ mayAskGit: () => true, readState: async () => store.state });
  const host: BuildHost = {
    machine,
    store,
    recorded: openStateStore(path.join(folder, ".state"), "recorded"),
    changed: () => undefined,
    moved: () => undefined,
    isWatched: () => true,
    tell: () => undefined,
    log: (message) => assert.fail(message),
  };
  const file = path.join(folder, "Dockerfile");
  const place = { uri: `file://${file}`, file, workspaceFolder: folder };
  const build = new LiveBuild(place, pythonApp.Dockerfile, 1, host);
  await build.configure(defaultSettings);
  await build.simulate({ isCancelled: false }, { report: () => undefined });

  const called = watchFileSystem(t);
  fs.existsSync(folder);
  assert.deepEqual(called.splice(0), ["existsSync"], "calls are seen");
  const edited = pythonApp.Dockerfile.replace("pip install", "pip  install");
  for (const [version, text] of [edited, `${edited}ENV A=1\n`, `${edited}COPY app.p`].entries()) {
    build.update(text, version + 2);
    const view = build.view();
    assert.ok(codeLenses(view, "all").length >= 6);
    hover(view, 60);
    layerStack(view, { folder, problem: "", isWatched: true, isGuessed: false });
  }
  assert.deepEqual(called, []);
});
