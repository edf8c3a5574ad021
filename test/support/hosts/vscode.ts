/**
 * A real VS Code from npm: the package `code-server` carries VS Code's own server build in
 * `lib/vscode` (version 4.X.Y holds VS Code 1.X.Y). Only that folder is used, so the editor, its
 * extension host and its web page are VS Code's own.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import {
  firstError,
  installOnce,
  MissingMeans,
  npm,
  type PinnedPackage,
  unpackFromNpm,
} from "./fetching.js";
import { type NodeMajor, nodeBinary } from "./nodeBinary.js";
import { spdlogStandIn } from "./spdlogStandIn.js";

/** `main`: what most of the tests run on. `oldest`: what `engines.vscode` promises. */
export type VsCodeVersion = "main" | "oldest";

export interface VsCode {
  /** Such as `1.139.1`. */
  readonly version: string;
  readonly node: string;
  readonly serverScript: string;
  /** From 1.133 on an extension under development is loaded only with a switch for smoke tests. */
  readonly needsSmokeTestSwitch: boolean;
}

/**
 * Installs that VS Code in the cache folder if it is not there.
 * @throws MissingMeans on another system than Linux, or without a registry
 */
export async function installVsCode(wanted: VsCodeVersion): Promise<VsCode> {
  if (process.platform !== "linux") {
    throw new MissingMeans(
      `The VS Code from npm runs on Linux only, and this is ${process.platform}; use a container or the continuous integration.`,
    );
  }
  const build = builds[wanted];
  const version = build.package.version.replace(/^4/, "1");
  const node = await nodeBinary(build.node);
  const folder = await installOnce(
    `vscode-${version}`,
    `VS Code ${version} from npm`,
    async (to) => {
      await unpackFromNpm(build.package, to, "package/lib/vscode", 3);
      slim(to);
      const installed = await npm(["install", "--omit=dev"], to);
      if (installed.code !== 0) {
        throw new MissingMeans(
          `The dependencies of VS Code ${version} cannot be fetched: ${firstError(installed)}`,
        );
      }
      replaceNativeParts(to);
      if (build.ripgrep !== null) await addRipgrep(build.ripgrep, to);
    },
  );
  return {
    version,
    node,
    serverScript: path.join(folder, "out", "server-main.js"),
    needsSmokeTestSwitch: wanted === "main",
  };
}

interface Build {
  readonly package: PinnedPackage;
  readonly node: NodeMajor;
  /** Older servers fetch ripgrep from elsewhere in an install script; it is on npm, too. */
  readonly ripgrep: Readonly<Record<string, PinnedPackage>> | null;
}

const builds: Readonly<Record<VsCodeVersion, Build>> = {
  main: {
    package: {
      name: "code-server",
      version: "4.139.1",
      integrity:
        "sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==",
    },
    node: 24,
    ripgrep: null,
  },
  oldest: {
    package: {
      name: "code-server",
      version: "4.100.3",
      integrity:
        "sha512-q/Fh2DOxCRNhC/WiG/6sAhSKnj7ZACTVBaeeZ+rWjol//0FCbl/qg1ln5ecZ99jYcfqMxZZAyWcN+YBIo0DgpA==",
    },
    node: 20,
    ripgrep: {
      x64: {
        name: "@vscode/ripgrep-linux-x64",
        version: "1.18.0",
        integrity:
          "sha512-mQ3bVrUpnD2vs7QT0vX90Lt0cnUq467uFtEktIdsJJmW296RoSULRGqWgzG1AKxyBpNDD6l4ZO4qKf6SgyC23Q==",
      },
      arm64: {
        name: "@vscode/ripgrep-linux-arm64",
        version: "1.18.0",
        integrity:
          "sha512-lQ/5zTG++U0E3IhVgS4EPTTn/U4okncaRMM5GOFfOYZywS4nuD31GhkHbNYlDk5CuDC68+hYJ0/eQeyCKJDA+g==",
      },
    },
  },
};

/** Leaves out what no test touches: AI parts, Windows parts, and what would have to be compiled. */
function slim(folder: string): void {
  for (const extension of ["copilot", "mermaid-markdown-features"]) {
    rmSync(path.join(folder, "extensions", extension), { recursive: true, force: true });
  }
  const manifestPath = path.join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(manifestPath, "utf8")) as {
    // The shape of every npm manifest.
    dependencies: Record<string, string>;
    overrides?: unknown;
    allowScripts?: unknown;
  };
  const heavy =
    /copilot|devcontainers|mxc-sdk|sandbox-runtime|sqlite3|^ssh2$|kerberos|windows-|^zod$/;
  manifest.dependencies = Object.fromEntries(
    Object.entries(manifest.dependencies).filter(([name]) => !heavy.test(name)),
  );
  delete manifest.overrides;
  delete manifest.allowScripts;
  writeFileSync(manifestPath, JSON.stringify(manifest, null, 2));
}

/** Puts plain JavaScript where VS Code has addons that npm brings as C++ sources only. */
function replaceNativeParts(folder: string): void {
  const replace = (name: string, source: string) => {
    const target = path.join(folder, "node_modules", name);
    mkdirSync(target, { recursive: true });
    writeFileSync(path.join(target, "index.js"), source);
    writeFileSync(
      path.join(target, "package.json"),
      JSON.stringify({ name, version: "0.0.0", main: "index.js" }),
    );
  };
  replace("@vscode/spdlog", spdlogStandIn);
  // Ends the server when its parent goes; our own process groups see to that.
  for (const name of ["native-watchdog", "@vscode/native-watchdog"]) {
    replace(name, '"use strict";\nexports.start = () => {};\n');
  }
}

async function addRipgrep(packages: Readonly<Record<string, PinnedPackage>>, folder: string) {
  const pinned = packages[process.arch];
  if (pinned === undefined)
    throw new MissingMeans(`There is no ripgrep for ${process.arch} on npm.`);
  const unpacked = path.join(folder, ".ripgrep");
  mkdirSync(unpacked);
  await unpackFromNpm(pinned, unpacked, "package/bin/rg", 2);
  const bin = path.join(folder, "node_modules", "@vscode", "ripgrep", "bin");
  mkdirSync(bin, { recursive: true });
  cpSync(path.join(unpacked, "rg"), path.join(bin, "rg"));
  rmSync(unpacked, { recursive: true });
}
