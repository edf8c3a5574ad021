/** Before anything was simulated, the last commit is what forecasts stand against. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import {
  type LayerStack,
  notifications,
  requests,
  type SimulateResult,
} from "../../server/src/protocol.js";
import { gitEnvironment } from "../support/gitEnvironment.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import {
  type EditorClient,
  type EditorOptions,
  eventually,
  startEditor,
  uriOf,
} from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";
import { pythonApp } from "./support/projects.js";

const { Dockerfile: text, ...sources } = pythonApp;

/** A committed project, open in a trusted editor. */
async function openProject(
  t: TestContext,
  options: EditorOptions = {},
  config: readonly string[] = [],
) {
  const folder = temporaryFolder(t, { Dockerfile: text, ...sources });
  const git = (...words: readonly string[]): string =>
    execFileSync("git", words, { cwd: folder, env: gitEnvironment(folder), encoding: "utf8" });
  git("init", "--quiet", "--initial-branch=main");
  if (config.length > 0) git("config", ...config);
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  const editor = await startEditor({ workspaceFolders: [folder], ...options });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, text);
  await editor.settled(uri);
  const edit = async (name: string, content: string): Promise<void> => {
    writeIn(folder, name, content);
    await editor.filesChanged(path.join(folder, name));
  };
  return { folder, git, editor, uri, edit };
}

async function message({ connection }: EditorClient, uri: string): Promise<string> {
  const stack: LayerStack | null = await connection.sendRequest(requests.layerStack, { uri });
  return stack?.message ?? "";
}

function seesLens(editor: EditorClient, uri: string, lens: RegExp): Promise<unknown> {
  return eventually(`the lens ${lens}`, async () => {
    const lenses = await editor.lenses(uri);
    return lenses.some((title) => lens.test(title)) ? true : null;
  });
}

const allCached = { hit: 4, miss: 0, unknown: 0 };

test("the first look says what the edits since the last commit rebuild", async (t) => {
  const { editor, uri, edit, git } = await openProject(t);
  const state = () => editor.states(uri).at(-1)?.text;
  await eventually("the forecast", () => (state() === "4 cached" ? true : null));
  const id = git("rev-parse", "HEAD").slice(0, 10);
  const compared = `Compared with the commit HEAD (${id}), which counts as built.`;
  assert.equal(await message(editor, uri), compared);

  await edit("app.py", "print('edited')\n");
  await seesLens(editor, uri, /^5 Rebuilds: app.py changed/);
  assert.match(await editor.hover(uri, 5, 1), /Compared with the commit HEAD \(/);
  await edit("app.py", sources["app.py"]);
  await seesLens(editor, uri, /^5 Cached/);

  const changed = text.replace("WORKDIR /app", "WORKDIR /srv");
  await editor.change(uri, { text: changed });
  await seesLens(editor, uri, /^2 Rebuilds/);
});

test("a commit, also one of another program, moves what forecasts stand against", async (t) => {
  const { folder, editor, uri, edit, git } = await openProject(t);
  await seesLens(editor, uri, /^5 Cached/);
  const head = path.join(folder, ".git");
  await eventually("the watch", () => {
    const watched = [...editor.watched.values()].flat();
    return watched.some((one) => one.startsWith(`${uriOf(head)} `)) ? true : null;
  });
  await edit("app.py", "print('edited')\n");
  await seesLens(editor, uri, /^5 Rebuilds/);
  git("commit", "--quiet", "--all", "--message", "second");
  await editor.filesChanged(path.join(head, "logs/HEAD"));
  await seesLens(editor, uri, /^5 Cached/);
  // Where nobody watches the repository, the window's focus is the moment to ask.
  git("reset", "--quiet", "--soft", "HEAD~1");
  await editor.connection.sendNotification(notifications.focused);
  await seesLens(editor, uri, /^5 Rebuilds/);
});

test("a simulated build is compared with the commit once, and then takes its place", async (t) => {
  const { editor, uri, edit } = await openProject(t);
  await edit("app.py", "print('edited')\n");
  await seesLens(editor, uri, /^5 Rebuilds/);
  const simulate = (): Promise<SimulateResult> =>
    editor.connection.sendRequest(requests.simulateBuild, { uri, target: null, buildArgs: {} });
  const first = await simulate();
  assert.ok(first.outcome === "done");
  assert.equal(first.summary, "3 cached, 1 step rebuilds: app.py changed (line 5).");
  assert.match(await message(editor, uri), /^The first simulated build, compared with the commit/);
  await seesLens(editor, uri, /^5 Had to rebuild/);
  const second = await simulate();
  assert.ok(second.outcome === "done");
  assert.deepEqual(second.counts, allCached);
  await edit("app.py", sources["app.py"]);
  await seesLens(editor, uri, /^5 Rebuilds/);
  assert.equal(await message(editor, uri), "Compared with the last simulated build.");
});

test("no commit is asked for in a workspace that is not trusted", async (t) => {
  const { editor, uri } = await openProject(t, { trusted: false });
  assert.match(await message(editor, uri), /^No simulated build yet/);
  await editor.connection.sendNotification(notifications.trustGranted);
  await seesLens(editor, uri, /^5 Cached/);
});

test("what is compared with is chosen in the settings and in the editor", async (t) => {
  const { editor, uri, edit, git } = await openProject(t, { settings: { against: "empty" } });
  assert.match(await message(editor, uri), /^No simulated build yet/);
  await edit("app.py", "print('edited')\n");
  git("commit", "--quiet", "--all", "--message", "second");
  const choose = (against: string) =>
    editor.connection.sendNotification(notifications.buildChoice, {
      ...{ uri, target: null, buildArgs: {}, against },
    });
  await choose("git:HEAD");
  await seesLens(editor, uri, /^5 Cached/);
  await choose("HEAD~1");
  await seesLens(editor, uri, /^5 Rebuilds: app.py changed/);
  await choose("nobody");
  await eventually("the reason", async () =>
    /^Not compared: .*nobody/.test(await message(editor, uri)) ? true : null,
  );
  assert.doesNotMatch((await editor.lenses(uri)).join("\n"), /cached|rebuilds/i);
});

test("a Dockerfile that the commit does not have is compared with nothing", async (t) => {
  const { folder, editor } = await openProject(t);
  writeIn(folder, "new/Dockerfile", text);
  const uri = uriOf(path.join(folder, "new/Dockerfile"));
  await editor.open(uri, text);
  await editor.settled(uri);
  assert.match(await message(editor, uri), /^No simulated build yet/);
});

test("modes that a checkout does not keep are told of all the same", async (t) => {
  if (process.platform === "win32") return t.skip("files have no modes there");
  const { folder, editor, uri } = await openProject(t);
  await seesLens(editor, uri, /^5 Cached/);
  chmodSync(path.join(folder, "app.py"), 0o664);
  await editor.filesChanged(path.join(folder, "app.py"));
  await eventually("the finding", () =>
    editor.diagnostics(uri).some(({ code }) => code === "other-mode-in-checkout") ? true : null,
  );
  await seesLens(editor, uri, /^5 Cached/);
});

test("line ends that git turns are no change, and an edit of such a file is one", async (t) => {
  const { editor, uri, edit } = await openProject(t, {}, ["core.autocrlf", "true"]);
  const windows = sources["app.py"].replaceAll("\n", "\r\n");
  await edit("app.py", `${windows}\r\n`);
  await seesLens(editor, uri, /^5 Rebuilds: app.py changed/);
  await edit("app.py", windows);
  await seesLens(editor, uri, /^5 Cached/);
});
