/** What an analysis asks of many changed files is worked out beforehand, in steps that are small. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { preparing, stateOf } from "../../../server/src/core/analysis/contextStates.js";
import { type FolderNode, fileNode } from "../../../server/src/core/context/fileTree.js";
import { folderNode, plainFolder, replaceAll } from "../../../server/src/core/context/folder.js";
import { sendPaths } from "../../../server/src/core/context/transfer.js";
import { type Digest, known, pending } from "../../../server/src/core/host.js";
import type { Listing } from "../../../server/src/core/world/facts.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { ignoreMatcher } from "../../../server/src/host/ignoreFiles.js";

const ignore = ignoreMatcher(null, "buildkit", "posix");
let states = 0;

function listing(root: FolderNode): Listing {
  const tree = { root, isIgnored: () => false };
  return { tree, state: ++states, ignorePath: null, ignore };
}

/** Fifty folders of forty files. */
const paths = Array.from({ length: 2_000 }, (_, i) => `d${i % 50}/f${i}`);

function project(): FolderNode {
  const folders = Array.from({ length: 50 }, (_, d) =>
    folderNode(
      plainFolder(`d${d}`),
      paths.flatMap((path) => {
        const [folder, name = ""] = path.split("/");
        return folder === `d${d}` ? fileNode({ name, size: 1, identity: "1" }) : [];
      }),
    ),
  );
  return folderNode(plainFolder(""), folders);
}

/** Every second file, with another content. */
function edited(root: FolderNode, identity: string | null): FolderNode {
  const changed = paths.filter((_, i) => i % 2 === 0);
  return replaceAll(
    root,
    new Map(
      changed.map((path) => [
        path,
        fileNode({ name: path.split("/")[1] ?? "", size: 2, mtimeMs: 5, identity }),
      ]),
    ),
  );
}

/** Characters that are digested: each test has one of its own, as answers are remembered by it. */
function counting(): { readonly digest: Digest; taken(): number } {
  let all = 0;
  return {
    digest: (text) => {
      all += text.length;
      return sha256(text);
    },
    taken() {
      const one = all;
      all = 0;
      return one;
    },
  };
}

const request = { builder: "buildkit", sources: ["."] } as const;

function follow(isPrepared: boolean): {
  readonly content: unknown;
  readonly steps: readonly number[];
  readonly left: number;
} {
  const { digest, taken } = counting();
  const first = project();
  const seen = { transfer: sendPaths(listing(first).tree, [""]), name: null, digest };
  const before = listing(first);
  stateOf(before, seen).view.input(request);
  const unread = listing(edited(first, null));
  const now = listing(edited(first, "2"));
  const steps: number[] = [];
  taken();
  if (isPrepared) {
    const first = [...preparing(unread, before, pending)];
    assert.ok(first.length > 10);
    assert.equal(stateOf(unread, seen).view.input(request).content.kind, "needed");
    taken();
    const work = preparing(now, before, known(new Map()));
    for (let step = work.next(); ; step = work.next()) {
      steps.push(taken());
      if (step.done !== true) continue;
      assert.equal(step.value, true);
      break;
    }
  }
  const { content } = stateOf(now, seen).view.input(request);
  return { content, steps, left: taken() };
}

test("an analysis of many changed files finds its digests made, a folder at a time", () => {
  const plain = follow(false);
  const prepared = follow(true);
  assert.deepEqual(prepared.content, plain.content);
  assert.ok(prepared.left * 10 < plain.left, `${prepared.left} of ${plain.left}`);
  const most = Math.max(...prepared.steps);
  assert.ok(most * 5 < plain.left, `a step of ${most} of ${plain.left}`);
});

test("while files are to be read, preparing says so", () => {
  const { digest } = counting();
  const first = project();
  const before = listing(first);
  stateOf(before, { transfer: null, name: null, digest }).view.input(request);
  const work = preparing(listing(edited(first, null)), before, pending);
  let step = work.next();
  while (step.done !== true) step = work.next();
  assert.equal(step.value, false);
});
