/** Which folder a Dockerfile is taken to be built in where nothing says so. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { matchPath } from "../../../server/src/core/context/glob.js";
import { guessFolder } from "../../../server/src/core/definitions/guess.js";
import { namedSources } from "../../../server/src/core/definitions/namedSources.js";
import { known, pending } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import type { NeedOf } from "../../../server/src/core/world/facts.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { defaultSettings } from "../../../server/src/workspace/settings.js";

/** Of `apps/api/Dockerfile` in a workspace with these files; "": the workspace's own folder. */
function guessed(dockerfile: string, files: readonly string[]): string {
  const sources = namedSources(parseDockerfile(dockerfile), defaultSettings, sha256);
  const folders = ["/w/apps/api", "/w/apps", "/w"] as const;
  const there = new Set(
    files.flatMap((file) => {
      const names = file.split("/");
      return names.map((_, at) => `/w/${names.slice(0, at + 1).join("/")}`);
    }),
  );
  const guess = guessFolder(sources, folders, ((need: NeedOf<"present">) =>
    known(
      new Set(
        need.paths.filter((path) =>
          [...there].some((file) => matchPath(`${need.folder}/${path}`, file) === "match"),
        ),
      ),
    )) as never); // of the one kind that is asked
  return guess.kind === "guessed" ? guess.folder.slice("/w/".length) : guess.kind;
}

test("its own folder, where all that it names is there", () => {
  assert.equal(guessed("FROM a\nCOPY a.txt /\n", ["a.txt", "apps/api/a.txt"]), "apps/api");
});

test("the folder in which the fewest of its files are missing, the nearest of equals", () => {
  const monorepo = ["package.json", "apps/api/package.json", "apps/api/src/x.ts", "lib/y.ts"];
  const text = "FROM a\nCOPY package.json ./\nCOPY apps/api/src src\nCOPY dist dist\n";
  assert.equal(guessed(text, monorepo), "");
  assert.equal(guessed("FROM a\nCOPY api/src nope ./\n", monorepo), "apps");
});

test("bind mounts count, named contexts, stages and images do not", () => {
  const files = ["go.mod", "apps/api/x"];
  const mount = "FROM a\nRUN --mount=type=bind,source=go.mod,target=go.mod go build\n";
  assert.equal(guessed(mount, files), "");
  assert.equal(guessed("FROM a AS b\nFROM c\nCOPY --from=b go.mod /\n", files), "apps/api");
});

test("where all are missing, the folder that has most of their folders", () => {
  const text = "FROM a\nCOPY target/lib/a.jar target/b.jar /\n";
  assert.equal(guessed(text, ["target/x", "apps/y"]), "");
});

test("wildcards without a match say nothing, with one they say where", () => {
  assert.equal(guessed("FROM a\nCOPY *.csproj ./\n", ["a.csproj"]), "");
  assert.equal(guessed("FROM a\nCOPY *.csproj ./\n", ["a.vb"]), "apps/api");
});

test("where the whole context is taken, a path that a RUN names tells, else a manifest", () => {
  const text = "FROM a\nWORKDIR /src\nCOPY . .\nRUN go build ./cmd/api\n";
  assert.equal(guessed(text, ["cmd/api/main.go", "apps/go.mod"]), "");
  assert.equal(guessed(text, ["apps/go.mod", "apps/x"]), "apps");
  assert.equal(guessed("FROM a\nRUN echo\n", ["go.mod"]), "apps/api");
});

test("variables of the file are looked up before", () => {
  const text = "FROM a\nARG DIR=lib\nCOPY $DIR/a.txt /\n";
  assert.equal(guessed(text, ["lib/a.txt"]), "");
});

test("what is not known yet is pending", () => {
  const sources = namedSources(parseDockerfile("FROM a\nCOPY a /\n"), defaultSettings, sha256);
  assert.equal(guessFolder(sources, ["/w/a", "/w"], () => pending).kind, "pending");
});

test("what an argument without a value names says nothing, and alone no folder is taken", () => {
  const files = ["a.txt", "apps/api/.jar"];
  const unset = "FROM a\nARG NAME\nCOPY ${NAME}.jar /app.jar\n";
  assert.equal(guessed(unset, files), "open");
  assert.equal(guessed(`${unset}COPY a.txt /\n`, files), "");
  assert.equal(guessed(`${unset}COPY . /\n`, files), "apps/api");
  // A default counts, wherever it stands, and so do values that the builder gives.
  assert.equal(guessed("ARG NAME=a.txt\nFROM a\nARG NAME\nCOPY $NAME /\n", files), "");
  assert.equal(guessed("FROM a\nARG TARGETOS\nCOPY $TARGETOS/x a.txt /\n", files), "");
});
