/** Layers of archives that ADD unpacks, and of what later stages take of them. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { tarArchive } from "../../support/engine/tar.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const dockerfile = `FROM scratch AS s
ADD a.tgz /t/
FROM base
COPY --from=s /t/d /d
ADD b.tar.xz /x/
`;

test("files and bytes of a layer are those in the archive; of other formats they are not known", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, "b.tar.xz": "" });
  const files = [
    { name: "d/one", data: Buffer.from("1\n") },
    { name: "d/link", link: "one" },
    { name: "two", data: Buffer.alloc(1000) },
  ];
  writeFileSync(path.join(folder, "a.tgz"), gzipSync(tarArchive(files)));
  const xz = Buffer.concat([Buffer.from("\xfd7zXZ\0", "latin1"), Buffer.alloc(50)]);
  writeFileSync(path.join(folder, "b.tar.xz"), xz);
  const run = await runCli(["simulate", "--format", "json", "--state", "state", "."], {
    cwd: folder,
  });
  const { steps }: SimulationJson = JSON.parse(run.out);
  assert.deepEqual(
    steps.flatMap(({ instruction, files: held }) =>
      /COPY|ADD/.test(instruction) ? [[instruction, held]] : [],
    ),
    [
      ["ADD", { count: 3, bytes: 1002 }],
      ["COPY", { count: 2, bytes: 2 }],
      ["ADD", null],
    ],
  );
});
