/** The packaged extension, as a user installs it. */

import { run } from "../hosts/processes.js";
import { inCache, repositoryRoot } from "../repository.js";

/**
 * Packages the extension once in this process, in the cache folder.
 * @returns the VSIX's absolute path
 * @throws Error when the packager fails or warns of anything
 */
export function packageExtension(): Promise<string> {
  packaged ??= makePackage();
  return packaged;
}

/** Where `packageExtension` leaves its file; the tests of a suite find it there. */
export const packagePath = inCache("stratacast.vsix");

let packaged: Promise<string> | null = null;

async function makePackage(): Promise<string> {
  const { code, stdout, stderr } = await run(
    "npm",
    ["run", "--silent", "package", "--", "--out", packagePath],
    { cwd: repositoryRoot, limit: 120_000 },
  );
  const said = `${stdout}${stderr}`.replaceAll(/^npm warn .*\n/gm, "");
  if (code !== 0 || /warning/i.test(said)) throw new Error(`The packager is not content:\n${said}`);
  return packagePath;
}
