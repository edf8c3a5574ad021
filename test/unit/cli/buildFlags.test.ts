/** The options of `docker build` that the command line takes: what docker refuses is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readBuildFlags, readNamedContexts } from "../../../server/src/cli/buildFlags.js";
import { UsageError } from "../../../server/src/cli/usageError.js";

test("sizes count in bytes, addresses of hosts do not count, names of contexts have one spelling", () => {
  const values = {
    "shm-size": "64m",
    "add-host": ["db:10.0.0.1", "six=::1"],
    label: ["a=b=c", "bare"],
    "build-context": ["docker.io/library/alpine:latest=docker-image://busybox", "files=../shared"],
  };
  const flags = readBuildFlags(values);
  assert.equal(flags.sharedMemory, 64 * 1024 * 1024);
  assert.deepEqual(flags.hosts, ["db", "six"]);
  assert.deepEqual(
    [...flags.labels],
    [
      ["a", "b=c"],
      ["bare", ""],
    ],
  );
  assert.deepEqual(
    [...readNamedContexts(values, (folder) => `/srv/${folder}`)],
    [
      ["alpine", { kind: "image", reference: "busybox" }],
      ["files", { kind: "path", folder: "/srv/../shared" }],
    ],
  );
});

test("what cannot be read is refused with the word itself", () => {
  const wrong = [
    { "shm-size": "much" },
    { "add-host": ["db"] },
    { label: ["=b"] },
    { "build-context": ["files"] },
    { "build-context": ["UPPER=."] },
    { "build-context": ["files=https://example.com/a.git"] },
  ];
  for (const values of wrong) {
    const [word] = Object.values(values).flat();
    assert.throws(
      () => [readBuildFlags(values), readNamedContexts(values, (folder) => folder)],
      (error) => error instanceof UsageError && error.message.includes(word ?? ""),
      word,
    );
  }
});
