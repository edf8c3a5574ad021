/** Which build the editor speaks of, from the settings and what was chosen. */

import assert from "node:assert/strict";
import { posix } from "node:path";
import { test } from "node:test";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { openLookups } from "../../../server/src/core/analysis/read.js";
import { analyse } from "../../../server/src/core/analysis/snapshot.js";
import { type BuildDefinition, isGuess } from "../../../server/src/core/build/definition.js";
import { recordBuild } from "../../../server/src/core/cache/record.js";
import { addBuild, emptyState } from "../../../server/src/core/cache/state.js";
import {
  type DefinitionChoice,
  type DocumentPlace,
  editorDefinition,
  folderChoice,
} from "../../../server/src/core/definitions/editorDefinition.js";
import { namedSources } from "../../../server/src/core/definitions/namedSources.js";
import type { PathRules } from "../../../server/src/core/definitions/pathRules.js";
import { known } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { answered, emptyWorld } from "../../../server/src/core/world/world.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { readSettings } from "../../../server/src/workspace/settings.js";
import { worldOf } from "../../support/worlds.js";

const paths: PathRules = {
  resolve: (folder, written) => posix.resolve("/", folder, written),
  parent: posix.dirname,
  isInside: (folder, file) => file === folder || file.startsWith(`${folder}/`),
  relative: posix.relative,
  isSame: (a, b) => a === b,
};

const place: DocumentPlace = {
  uri: "file:///srv/apps/api/Dockerfile",
  file: "/srv/apps/api/Dockerfile",
  workspaceFolder: "/srv",
};

function definitionOf(
  given: unknown,
  where = place,
  choice: DefinitionChoice | null = null,
): BuildDefinition {
  const settings = readSettings(given);
  const sources = namedSources(parseDockerfile("FROM scratch\n"), settings, sha256);
  const question = { settings, choice, place: where, sources, paths };
  const nothing = { builds: [], dockerfiles: [], files: [], problems: [] };
  const world = answered(emptyWorld, [[{ kind: "builds", folder: "/srv" }, known(nothing)]]);
  return editorDefinition(question, openLookups(world).read).definition;
}

test("without an entry the single settings say what is built", () => {
  const definition = definitionOf({ context: "apps", target: "dev", buildArgs: { A: "1" } });
  assert.equal(definition.id, "settings:/srv/apps/api/Dockerfile");
  assert.deepEqual(definition.context, { kind: "path", folder: "/srv/apps" });
  assert.equal(definition.target, "dev");
  assert.deepEqual([...definition.args], [["A", "1"]]);
});

test("the context of a guess is the Dockerfile's folder, the workspace, or nothing", () => {
  assert.deepEqual(definitionOf({}).context, { kind: "path", folder: "/srv/apps/api" });
  const untitled = { uri: "untitled:Untitled-1", file: null, workspaceFolder: "/srv" };
  assert.deepEqual(definitionOf({}, untitled).context, { kind: "path", folder: "/srv" });
  assert.equal(definitionOf({}, { ...untitled, workspaceFolder: null }).context, null);
});

test("the first entry of the Dockerfile holds, and the single settings fill it in", () => {
  const definition = definitionOf({
    context: "apps",
    target: "dev",
    buildArgs: { A: "1" },
    platform: "linux/arm64",
    builds: [
      { dockerfile: "Dockerfile", name: "other" },
      {
        dockerfile: "apps/api/Dockerfile",
        name: "api",
        context: ".",
        contexts: {
          shared: "libs/shared",
          "docker.io/library/alpine": "docker-image://alpine:3.20",
          site: "https://example.com/site.git",
          base: "target:base",
        },
        args: { B: "2" },
        platforms: ["linux/amd64", "linux/arm/v7"],
      },
      { dockerfile: "./apps/api/Dockerfile", name: "second" },
    ],
  });
  assert.equal(definition.id, "settings:api");
  assert.equal(definition.name, "api");
  assert.deepEqual(definition.context, { kind: "path", folder: "/srv" });
  assert.deepEqual(
    [...definition.contexts],
    [
      ["shared", { kind: "path", folder: "/srv/libs/shared" }],
      ["alpine", { kind: "image", reference: "alpine:3.20" }],
      ["site", { kind: "git", url: "https://example.com/site.git" }],
      ["base", { kind: "build", id: "settings:base", by: "linked" }],
    ],
  );
  assert.equal(definition.target, "dev");
  assert.deepEqual([...definition.args], [["B", "2"]]);
  assert.deepEqual(
    definition.platforms.map(({ architecture, variant }) => architecture + variant),
    ["amd64", "armv7"],
  );
});

test("what was chosen in the editor is laid over either", () => {
  const settings = { builds: [{ dockerfile: "apps/api/Dockerfile", args: { B: "2" } }] };
  const choice = { target: "test", buildArgs: { C: "3" } };
  const definition = definitionOf(settings, place, choice);
  assert.equal(definition.id, "settings:apps/api/Dockerfile");
  assert.equal(definition.target, "test");
  assert.deepEqual(
    [...definition.args],
    [
      ["B", "2"],
      ["C", "3"],
    ],
  );
});

test("a folder that was chosen as the context comes before the settings, and is no guess", () => {
  const settings = { builds: [{ dockerfile: "apps/api/Dockerfile", context: "." }] };
  const choice = { build: folderChoice("/srv/apps"), target: null, buildArgs: {} };
  const definition = definitionOf(settings, place, choice);
  assert.deepEqual(definition.context, { kind: "path", folder: "/srv/apps" });
  assert.equal(isGuess(definition), false);
});

test("the classic builder has no named contexts", () => {
  const entry = { dockerfile: "apps/api/Dockerfile", contexts: { a: "b" }, builder: "classic" };
  assert.equal(definitionOf({ builds: [entry] }).contexts.size, 0);
});

test("an entry has a builder version of its own, else that of the settings", () => {
  const entry = { dockerfile: "apps/api/Dockerfile", builderVersion: "26.1" };
  const versions = [entry, { ...entry, builderVersion: "old" }].map(
    (one) => definitionOf({ builds: [one], builderVersion: "0.20" }).builderVersion.buildKit,
  );
  assert.deepEqual(versions, [13, 20]);
});

test("what is no entry is passed over, and no type is trusted", () => {
  for (const builds of [
    null,
    "x",
    [null, 7, {}, { dockerfile: 7 }, { dockerfile: "" }],
    [{ dockerfile: "apps/api/Dockerfile", platforms: [7, "not a platform/"], args: 7, target: [] }],
  ]) {
    const { target, args, platforms } = definitionOf({ builds });
    assert.deepEqual([target, args.size, platforms.length], [null, 0, 1]);
  }
});

test("a step that takes what is not to be had here is unknown, and says on what it turns", () => {
  const entry = {
    dockerfile: "apps/api/Dockerfile",
    contexts: { site: "https://example.com/site.git", base: "target:other" },
  };
  const definition = definitionOf({ builds: [entry] });
  const dockerfile = parseDockerfile(
    "FROM alpine\nCOPY --from=site index.html /\nFROM site\nRUN one\nFROM base\nRUN two\nCOPY --from=0 / /\nCOPY --from=1 / /\n",
  );
  const [platform] = definition.platforms;
  const analysis = (state = emptyState) =>
    analyse({
      place: onDisk,
      definition,
      platform,
      dockerfile,
      world: worldOf({ definition, platform }, { state }),
      baseline: { kind: "last" },
      digest: sha256,
    }).analysis;
  const { graph, keys } = analysis();
  const build = recordBuild({ graph, keys, tree: null, digest: sha256, at: 0 });
  const answers = analysis(addBuild(emptyState, build, sha256)).steps.flatMap(
    ({ prediction, place: { line } }) =>
      prediction.kind === null ? [] : [[line, prediction.kind, prediction.causes[0]?.code]],
  );
  assert.deepEqual(answers, [
    [2, "unknown", "remote-unknown"],
    [4, "unknown", "remote-unknown"],
    [6, "unknown", "stage-output-unknown"],
    [7, "unknown", "stage-output-unknown"],
    [8, "unknown", "stage-output-unknown"],
  ]);
});
