/**
 * A process that records simulated builds: `stateWriter FOLDER NAME [COUNT]`. It prints the name of
 * each build once it is kept, and `held` where it then holds the lock until it is ended.
 */
import path from "node:path";
import { emptyFolder } from "../../server/src/core/context/folder.js";
import { politely } from "../../server/src/host/politeLock.js";
import { openStateStore } from "../../server/src/host/stateStore.js";

const [folder = "", name = "", count = "1"] = process.argv.slice(2);

if (count === "hold") {
  await politely(path.join(folder, "simulated-builds.json.lock"), async () => {
    process.stdout.write("held\n");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });
} else {
  const store = openStateStore(folder);
  for (let n = 0; n < Number(count); n++) {
    const dockerfile = `${name} ${n}`;
    const added = await store.add({
      build: {
        id: dockerfile,
        at: n,
        dockerfile,
        context: "/context",
        builder: "buildkit",
        target: null,
        platform: "linux/amd64",
        definition: { id: "cli:Dockerfile", given: "" },
        images: [],
        steps: [],
        failure: null,
      },
      records: [{ definition: dockerfile, inputs: [] }],
      unsure: new Set(),
      hidesEarlier: false,
      manifests: new Map(),
      transfer: emptyFolder,
    });
    if (!added.ok) throw new Error(added.error.message);
    process.stdout.write(`${dockerfile}\n`);
  }
}
