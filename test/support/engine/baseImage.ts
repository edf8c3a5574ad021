/**
 * A base image made without a registry: a static busybox, its applets, and two users. Its image
 * config is empty, so what a build adds to it is all there is to see.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Engine } from "./engine.js";
import { tarEnd, tarEntry } from "./tar.js";

/**
 * Imports the image under `name`. `mark` goes into a file of it, so that images of different marks
 * share no layer and no build on one can find cache of a build on another.
 * @param changes instructions of `docker import --change`, such as `ENV A=1`
 */
export async function importBaseImage(
  engine: Engine,
  name: string,
  mark: string,
  changes: readonly string[] = [],
): Promise<void> {
  const args = ["import", ...changes.flatMap((change) => ["--change", change]), "-", name];
  const { code, stderr } = await engine.docker(args, { input: baseTar(engine.busybox, mark) });
  if (code !== 0) throw new Error(`the base image cannot be imported: ${stderr.trim()}`);
}

const prepared = new Map<string, Buffer>();

function baseTar(busybox: string, mark: string): Buffer {
  let fixed = prepared.get(busybox);
  if (fixed === undefined) {
    fixed = Buffer.concat(fixedEntries(busybox));
    prepared.set(busybox, fixed);
  }
  return Buffer.concat([
    fixed,
    tarEntry({ name: "etc/mark", data: Buffer.from(`${mark}\n`) }),
    tarEnd,
  ]);
}

function fixedEntries(busybox: string): Buffer[] {
  const applets = execFileSync(busybox, ["--list"], { encoding: "utf8" }).trim().split("\n");
  return [
    ...["bin/", "etc/", "home/", "dev/", "proc/", "sys/"].map((name) => tarEntry({ name })),
    tarEntry({ name: "tmp/", mode: 0o1777 }),
    tarEntry({ name: "bin/busybox", mode: 0o755, data: readFileSync(busybox) }),
    ...applets
      .filter((applet) => applet !== "busybox")
      .map((applet) => tarEntry({ name: `bin/${applet}`, link: "busybox" })),
    tarEntry({
      name: "etc/passwd",
      data: Buffer.from(
        "root:x:0:0:root:/:/bin/sh\napp:x:1000:1000::/home:/bin/sh\nother:x:1001:1001::/home:/bin/sh\n",
      ),
    }),
    tarEntry({ name: "etc/group", data: Buffer.from("root:x:0:\napp:x:1000:\nother:x:1001:\n") }),
  ];
}
