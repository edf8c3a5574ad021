/** What stands in the file system of a stage, and what a layer holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { rulesOf } from "../../../server/src/core/build/builderRules.js";
import { fileNode } from "../../../server/src/core/context/fileTree.js";
import {
  childrenOf,
  folderAt,
  folderNode,
  nodeAt,
  plainFolder,
} from "../../../server/src/core/context/folder.js";
import { selectSources } from "../../../server/src/core/context/select.js";
import { type FilesAt, filesAfter, filesOf } from "../../../server/src/core/files/filesAt.js";
import { layerContent } from "../../../server/src/core/files/layerContent.js";
import { type Origin, originOf } from "../../../server/src/core/files/stageFiles.js";
import type { Step } from "../../../server/src/core/graph/graph.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { analysisOf } from "../analysis/support.js";

const empty: FilesAt = { kind: "start", origin: null };

function stepsOf(text: string, files: Readonly<Record<string, string>> = {}) {
  return analysisOf({ text, files }).keys.steps;
}

function originAt(nth: number): Origin {
  return { kind: "step", of: { stage: 0, nth }, cached: null };
}

const noFiles = { taken: null, handed: 0 };

/** The moments after each WORKDIR. */
function momentsAfter(steps: readonly Step[]): readonly FilesAt[] {
  const moments: FilesAt[] = [empty];
  for (const [nth, step] of steps.entries()) {
    moments.push(
      filesAfter(
        step,
        originAt(nth),
        moments.at(-1) ?? empty,
        noFiles,
        sha256,
        rulesOf("buildkit"),
      ),
    );
  }
  return moments;
}

function namesIn(moment: FilesAt, path: string): readonly string[] {
  const folder = folderAt(filesOf(moment).root, path);
  return folder === null ? [] : [...childrenOf(folder)].map(({ name }) => name);
}

test("a later moment leaves an earlier one as it was, and shares what it does not change", () => {
  const steps = stepsOf("FROM scratch\nWORKDIR /a/b\nWORKDIR /c\nWORKDIR /a/d").map(
    ({ step }) => step,
  );
  const [, , first, second, third] = momentsAfter(steps);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  assert.deepEqual(namesIn(third, "a"), ["b", "d"]);
  assert.deepEqual(namesIn(second, ""), ["a", "c"]);
  assert.deepEqual(namesIn(second, "a"), ["b"]);
  assert.deepEqual(namesIn(first, ""), ["a"]);
  const at = (moment: FilesAt, path: string) => nodeAt(filesOf(moment).root, path);
  assert.equal(at(third, "c"), at(second, "c"));
  assert.notEqual(at(third, "a"), at(second, "a"));
  assert.equal(filesOf(third), filesOf(third));
});

test("the files after thousands of steps are made without a deep call", () => {
  const [, workdir] = stepsOf("FROM scratch\nWORKDIR /a");
  assert.ok(workdir !== undefined);
  const many = Array.from({ length: 50_000 }, () => workdir.step);
  const last = momentsAfter(many).at(-1);
  assert.ok(last !== undefined);
  assert.deepEqual(namesIn(last, ""), ["a"]);
});

test("after a RUN all files are held by it, whatever was there before", () => {
  const [, copy, run] = stepsOf("FROM scratch\nCOPY a /a\nRUN make", { a: "1" });
  assert.ok(copy !== undefined && run !== undefined);
  const { root } = filesOf(
    filesAfter(run.step, originAt(2), empty, noFiles, sha256, rulesOf("buildkit")),
  );
  assert.deepEqual([originOf(root), root.entryCount], [originAt(2), 0]);
});

test("files that are not read yet are held by their COPY until they are", () => {
  const [, copy, next] = stepsOf("FROM scratch\nCOPY d /to\nWORKDIR /w", { "d/f": "1" });
  assert.ok(copy !== undefined && next !== undefined);
  const unread = fileNode({ name: "f", size: 1 });
  const folder = folderNode(plainFolder("d"), [unread]);
  const tree = { root: folderNode(plainFolder(""), [folder]), isIgnored: () => false };
  const taken = selectSources(tree, { builder: "buildkit", sources: ["d"] });
  const copied = filesAfter(
    copy.step,
    originAt(1),
    empty,
    { taken, handed: 0 },
    sha256,
    rulesOf("buildkit"),
  );
  const moment = filesAfter(next.step, originAt(2), copied, noFiles, sha256, rulesOf("buildkit"));
  assert.deepEqual([namesIn(moment, "to"), namesIn(moment, "")], [[], ["to", "w"]]);
  unread.identity = "1";
  assert.deepEqual([namesIn(moment, "to"), namesIn(moment, "")], [["f"], ["to", "w"]]);
  assert.equal(filesOf(moment), filesOf(moment));
});

test("of two files that go to one place the layer holds the last", () => {
  const [, copy] = stepsOf("FROM scratch\nCOPY a/x b/x /to/", { "a/x": "1", "b/x": "333" });
  assert.ok(copy !== undefined);
  assert.deepEqual(layerContent(copy.step, copy.taken), { count: 1, bytes: 3 });
});

test("documents count by their bytes, beside files that are copied with them", () => {
  const [, copy] = stepsOf("FROM scratch\nCOPY a <<b /to/\näöü\nb", { a: "12345" });
  assert.ok(copy !== undefined);
  assert.deepEqual(layerContent(copy.step, copy.taken), { count: 2, bytes: 12 });
});

test("what a download or a command leaves only a build can tell", () => {
  const steps = stepsOf("FROM scratch\nADD https://example.com/a /a\nRUN make");
  assert.deepEqual(
    steps.map(({ step, taken }) => layerContent(step, taken)),
    [null, null, null],
  );
});
