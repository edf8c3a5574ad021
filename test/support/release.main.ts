/**
 * Makes the packages of a release and, with --publish, publishes them.
 *   npm run release -- [--pre-release] [--publish] [marketplace] [openvsx] [npm]
 * Without --publish it says what it would do.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { projectText } from "./projectFiles.js";
import { obstacles, type Place, places, publishCall, type Release } from "./release/plan.js";
import { inCache, repositoryRoot } from "./repository.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { "pre-release": { type: "boolean" }, publish: { type: "boolean" } },
});
const chosen = positionals.length === 0 ? places : positionals.map(readPlace);
const isPreRelease = values["pre-release"] ?? false;
const manifest = JSON.parse(projectText("package.json")) as Release["manifest"]; // npm reads it as well
const folder = inCache("release");
const release: Release = {
  manifest,
  changelog: projectText("CHANGELOG.md"),
  isPreRelease,
  hasProvenance: ["ACTIONS_ID_TOKEN_REQUEST_URL", "SIGSTORE_ID_TOKEN"].some(
    (name) => process.env[name] !== undefined,
  ),
  vsix: path.join(folder, `stratacast-${manifest.version}.vsix`),
  archive: path.join(folder, `stratacast-${manifest.version}.tgz`),
};
const against = [
  ...obstacles(release),
  ...(isClean() ? [] : ["There are changes without a commit."]),
];
for (const obstacle of against) process.stderr.write(`${obstacle}\n`);
if (values.publish === true && against.length > 0) process.exit(1);

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
run(packageCall());
run(["npm", "pack", "--silent", "--pack-destination", folder]);
const sums = [release.vsix, release.archive].map(
  (file) =>
    `${createHash("sha256").update(readFileSync(file)).digest("hex")}  ${path.basename(file)}\n`,
);
writeFileSync(path.join(folder, "SHA256SUMS"), sums.join(""));
process.stdout.write(sums.join(""));
for (const place of chosen) {
  const call = publishCall(place, release);
  if (values.publish === true) run(call);
  else process.stdout.write(`${place}: ${call.join(" ")}\n`);
}

function readPlace(word: string): Place {
  const place = places.find((one) => one === word);
  if (place !== undefined) return place;
  process.stderr.write(`${word}: choose of ${places.join(", ")}\n`);
  return process.exit(2);
}

function isClean(): boolean {
  const told = execFileSync("git", ["status", "--porcelain"], { cwd: repositoryRoot });
  return told.length === 0;
}

/** The pictures of the README are shown from the repository, where it is known. */
function packageCall(): readonly string[] {
  const links =
    manifest.repository === undefined
      ? ["--allow-missing-repository", "--no-rewrite-relative-links"]
      : [];
  const kind = isPreRelease ? ["--pre-release"] : [];
  return ["npx", "vsce", "package", "--no-dependencies", ...links, ...kind, "--out", release.vsix];
}

function run([program = "", ...words]: readonly string[]): void {
  execFileSync(program, words, { cwd: repositoryRoot, stdio: ["ignore", "inherit", "inherit"] });
}
