import assert from "node:assert/strict";
import { test } from "node:test";
import { referenceMistake } from "../../../server/src/core/image/reference.js";

function checkReference(text: string, expected: ReturnType<typeof referenceMistake>): void {
  assert.equal(referenceMistake(text), expected, text);
}

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

test("names with a registry, a port, a tag, a digest", () => {
  for (const text of [
    "alpine",
    "library/alpine:3.20",
    "localhost/a",
    "localhost:5000/a/b-c/d__e/f.g:A_b-1.2",
    "Registry/team/app",
    "[2001:db8::1]:5000/app",
    `alpine@${digest}`,
    `example.com/alpine:3@${digest}`,
    "a---b",
  ])
    checkReference(text, null);
});

test("what no name has says what is wrong with it", () => {
  checkReference("Alpine", "upper-case");
  checkReference("team/App:1", "upper-case");
  checkReference("alpine:", "blank-tag");
  checkReference("example.com:5000/alpine:", "blank-tag");
  checkReference("alpine:-1", "tag");
  checkReference("alpine:a:b", "tag");
  checkReference(`alpine:${"1".repeat(129)}`, "tag");
  checkReference("alpine@sha256:12", "digest");
  checkReference(`alpine@${digest.toUpperCase()}`, "digest");
  checkReference("https://example.com/alpine", "scheme");
  checkReference(digest.slice("sha256:".length), "identifier");
  checkReference("a".repeat(256), "too-long");
  for (const text of ["", "a//b", "-a", "a_", "a___b", "a..b", "/a", "a/", "exa_mple.com/a", "a b"])
    checkReference(text, "name");
});
