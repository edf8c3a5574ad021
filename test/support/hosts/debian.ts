/** Programs of Debian that the tests need, installed into the system where it is one and we are root. */
import { existsSync } from "node:fs";
import { firstError, progress } from "./fetching.js";
import { type Finished, run } from "./processes.js";

/**
 * @param program absolute path of what the packages bring
 * @returns null: installed; otherwise why it is not, in a few words
 */
export async function installFromDebian(
  name: string,
  program: string,
  packages: readonly string[],
): Promise<string | null> {
  const why = whyNotHere();
  if (why !== null) return why;
  progress(`installing ${name} with apt-get …`);
  const started = performance.now();
  const install = () => apt("install", "-y", "--no-install-recommends", ...packages);
  let finished = await install();
  if (finished.code !== 0) {
    // A fresh machine has no package lists, an old one has lists of packages that are gone.
    const updated = await apt("update");
    if (updated.code !== 0) return firstError(updated);
    finished = await install();
  }
  if (finished.code !== 0 || !existsSync(program)) return firstError(finished);
  progress(`${name}: ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return null;
}

/** Why nothing can be installed into this system; null: it can. */
export function whyNotHere(): string | null {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get")) return "this is no Debian";
  return process.getuid?.() === 0 ? null : "that needs root";
}

function apt(...args: readonly string[]): Promise<Finished> {
  return run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=180", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}
