/** Dockerfiles that are not open. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { neverCancelled } from "../../../server/src/core/host.js";
import { closedDockerfiles } from "../../../server/src/workspace/closedDockerfiles.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

test("of more than a hundred Dockerfiles the first are looked at, and that is said once", async (t) => {
  const folderOf = (count: number): string =>
    temporaryFolder(
      t,
      Object.fromEntries(
        [...new Array(count).keys()].map((at) => [`d${at}/Dockerfile`, "FROM scratch\n"]),
      ),
    );
  const [many, few] = [folderOf(101), folderOf(1)];
  const logged: string[] = [];
  const host = {
    folders: [many, few],
    isOpen: () => false,
    settings: async () => ({}),
    readText: (path: string) => ({
      ok: false as const,
      error: { code: "ENOENT", path, message: "" },
    }),
    log: (message: string) => void logged.push(message),
  };
  for (let look = 0; look < 2; look++) {
    let seen = 0;
    for await (const { build } of closedDockerfiles(host, neverCancelled)) {
      assert.ok(build.view().analysis.steps.length === 1);
      seen++;
    }
    assert.equal(seen, 101, "a hundred of the one folder, and the other one's");
  }
  assert.equal(logged.length, 1);
  assert.match(logged[0] ?? "", /has 101 Dockerfiles: .* the first 100 /);
});
