/**
 * Images that a real engine built, saved and has, beside the Dockerfile that they were built from. Where
 * no engine can be had this says so and passes.
 */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import type { CompareJson } from "../../server/src/core/documents/imageComparison.js";
import { importBaseImage } from "../support/engine/baseImage.js";
import { run } from "../support/engine/process.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { thoroughEngine } from "./support/thoroughEngine.js";

const dockerfile = `FROM local/known:1 AS build
ARG WHERE=/srv
COPY --chown=1:1 a.txt $WHERE/
RUN <<EOF
echo one > /one
EOF
FROM local/known:1
ARG NAME=x
WORKDIR /app
COPY --from=build /one ./
COPY ["a.txt", "b c.txt", "/app/"]
RUN echo "$NAME" > name && \\
    chmod 600 name
RUN ["/bin/sh", "-c", "echo exec > exec"]
ENV MODE=fast
LABEL a=b
EXPOSE 80
USER app
CMD ["serve"]
`;

test("an image is like the Dockerfile that it was built from, and not like an edited one", async (t) => {
  const engine = await thoroughEngine(t, "graphdriver");
  if (engine === null) return;
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, "a.txt": "12345", "b c.txt": "1" });
  await importBaseImage(engine, "local/known:1", "compared", ["ENV PATH=/bin"]);
  const built = await engine.docker(["build", "-t", "app:1", folder]);
  assert.equal(built.code, 0, built.stderr);
  const beside = temporaryFolder(t);
  const archive = path.join(beside, "app.tar");
  const saved = await engine.docker(["save", "-o", archive, "app:1"]);
  assert.equal(saved.code, 0, saved.stderr);
  const compare = async (...words: readonly string[]): Promise<CompareJson> => {
    const options = ["compare", "--format", "json", ...words];
    const { stdout, stderr } = await run(
      process.execPath,
      [inRepository("dist/cli.mjs"), ...options],
      {
        cwd: folder,
        env: { ...engine.env, XDG_STATE_HOME: beside },
      },
    );
    assert.equal(stderr, "");
    return JSON.parse(stdout) as CompareJson; // the schema has a test of its own
  };
  for (const words of [
    [archive],
    ["--resolve", "engine", archive],
    ["--resolve", "engine", "engine:app:1"],
  ]) {
    const { build } = await compare(...words);
    const unlike = build?.layers.filter(
      ({ base, likeness }) => !base && likeness !== "same" && likeness !== "unsure",
    );
    assert.deepEqual([unlike, build?.config], [[], []], words.join(" "));
    assert.equal(build?.alike, true);
    assert.equal(build.whole, words.length > 1);
  }
  const told = async (...words: readonly string[]) =>
    (await compare("--history", ...words)).history?.map(({ line, command }) => [
      line,
      // Of build arguments only the names are told without an image.
      command.replace(
        /^(RUN \|\d+ )(.*?)(?= \/bin\/sh -c )/,
        (_all, head: string, args: string) => head + args.replace(/=\S*/g, "=…"),
      ),
    ]);
  const real = await told(archive);
  // How ports are written changed from version to version of the builder: here the line's own words stand.
  const own = (rows: typeof real) =>
    rows?.filter(([line, command]) => line !== null && !/^EXPOSE /.test(String(command)));
  assert.deepEqual(own(await told()), own(real));
  assert.equal(own(real)?.length, 10);
  const edited = await compare("--target", "build", archive);
  assert.equal(edited.build?.alike, false);
  const { growth } = await compare(archive, "engine:app:1");
  assert.ok(
    growth?.layers.every(({ same }) => same),
    JSON.stringify(growth),
  );
});
