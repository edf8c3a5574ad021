import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseBuilderVersion,
  usualVersion,
} from "../../../server/src/core/build/builderVersion.js";
import { type Feature, frontendOf, hasFeature } from "../../../server/src/core/build/frontend.js";

function checkBuildKit(version: string, minor: number | null): void {
  assert.equal(parseBuilderVersion(version)?.buildKit ?? null, minor, version);
}

test("a version is Docker's or BuildKit's", () => {
  checkBuildKit("20.10.24+dfsg1", 8);
  checkBuildKit("26.1.5", 13);
  checkBuildKit("27.2", 15);
  checkBuildKit("28", 25);
  checkBuildKit("v28.5.2", 25);
  checkBuildKit("29.0", 25);
  checkBuildKit("29.1.0", 26);
  checkBuildKit("0.13.2", 13);
  checkBuildKit("v0.30.0-rc1", 30);
  for (const none of ["", "newest", "1.2", "0", "0.2", "28.5.2.1", "17.06"])
    checkBuildKit(none, null);
});

function answer(syntax: string | null, version: string | null, feature: Feature): string {
  const builder = version === null ? usualVersion : parseBuilderVersion(version);
  assert.ok(builder !== null);
  return hasFeature(frontendOf(syntax, builder), feature);
}

test("a frontend is the builder's own, or the one that is named", () => {
  assert.equal(answer(null, "26.1.5", "exclude"), "no");
  assert.equal(answer(null, "28.5.2", "exclude"), "yes");
  assert.equal(answer(null, "28.5.2", "parents"), "no");
  assert.equal(answer(null, "0.26", "parents"), "yes");
  assert.equal(answer(null, null, "parents"), "maybe");
  assert.equal(answer("docker/dockerfile:1", "20.10", "parents"), "yes");
  assert.equal(answer("docker/dockerfile:1.2", "28.5", "heredoc"), "no");
  assert.equal(answer("docker/dockerfile:1.3-labs", "28.5", "heredoc"), "yes");
  assert.equal(answer("docker/dockerfile:1.19", "29.1", "parents"), "no");
  assert.equal(answer("localhost:5000/docker/dockerfile:1.4.3@sha256:00", "28.5", "unpack"), "no");
  assert.equal(answer("docker/dockerfile:experimental", "28.5", "mount"), "yes");
  assert.equal(answer("docker/dockerfile:experimental", "28.5", "heredoc"), "no");
  assert.equal(answer("docker/dockerfile-upstream:master-labs", "20.10", "parents"), "yes");
  assert.equal(answer("example.com/other:1", "20.10", "parents"), "yes");
});
