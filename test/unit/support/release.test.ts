/** A release goes where it is to go, and not by accident. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { obstacles, publishCall, type Release } from "../../support/release/plan.js";

const release: Release = {
  manifest: { version: "1.2.0", repository: "github:someone/something" },
  changelog: "# Changelog\n\n## 1.2.0\n\n- All.\n",
  isPreRelease: false,
  hasProvenance: false,
  ...{ vsix: "a.vsix", archive: "a.tgz" },
};

test("nothing stands against a release that is told of; each lack is said", () => {
  assert.deepEqual(obstacles(release), []);
  const changelog = "# Changelog\n\n## 1.3.1\n";
  const pre = { ...release, changelog, isPreRelease: true };
  const of = (version: string) => ({ version, repository: "github:someone/something" });
  assert.deepEqual(obstacles({ ...pre, manifest: of("1.3.1") }), []);
  assert.deepEqual(obstacles({ ...pre, manifest: { version: "1.3.1" } }).length, 1);
  assert.match(
    obstacles({ ...pre, isPreRelease: false, manifest: of("1.3.1") }).join(),
    /^1\.3\.1 is a pre-release/,
  );
  assert.match(obstacles({ ...release, isPreRelease: true }).join(), /^1\.2\.0 is a release/);
  assert.deepEqual(obstacles({ ...release, manifest: of("1.2.0-rc.1") }).length, 2);
  assert.match(obstacles({ ...release, changelog: "## Unreleased\n" }).join(), /"## 1\.2\.0"/);
});

test("a pre-release is one everywhere, and a build server proves where a package comes from", () => {
  const calls = (of: Release) =>
    (["marketplace", "openvsx", "npm"] as const).map((place) => publishCall(place, of).join(" "));
  assert.deepEqual(calls(release), [
    "npx vsce publish --packagePath a.vsix",
    "npx --yes ovsx@1.4.0 publish a.vsix",
    "npm publish a.tgz --access public --tag latest",
  ]);
  assert.deepEqual(calls({ ...release, isPreRelease: true, hasProvenance: true }), [
    "npx vsce publish --packagePath a.vsix --pre-release",
    "npx --yes ovsx@1.4.0 publish a.vsix --pre-release",
    "npm publish a.tgz --access public --tag next --provenance",
  ]);
});
