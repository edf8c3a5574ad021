// Bundles the programs of the extension, and with --tests the test programs too.
//   node esbuild.mjs [--production] [--tests] [--no-programs]
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const production = process.argv.includes("--production");
const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  logLevel: "warning",
  metafile: true,
};

/** What runs in the editor: a file each. */
const editorPrograms = {
  client: { entry: "client/src/main.ts", external: ["vscode"], format: "cjs" },
  // The page of the build graph, for the browser that a webview is.
  buildGraph: {
    entry: "client/page/buildGraph.ts",
    format: "iife",
    platform: "browser",
    target: "chrome128",
  },
};

/** What Node.js runs: they share what they have in common, and load parts of it by need. */
const nodePrograms = {
  server: "server/src/bin.ts",
  cli: "server/src/cli/bin.ts",
  // What both start as a thread.
  hashThread: "server/src/host/hashThread.ts",
};

mkdirSync(".cache/build", { recursive: true });
if (!process.argv.includes("--no-programs")) await buildPrograms();
if (process.argv.includes("--tests")) await buildTests();

async function buildPrograms() {
  rmSync("dist", { recursive: true, force: true });
  const shipped = {
    ...common,
    minify: production,
    sourcemap: production ? false : "linked",
    // The LSP packages offer an ESM build that bundles smaller than their UMD one.
    mainFields: ["module", "main"],
  };
  const results = {};
  for (const [name, { entry, ...host }] of Object.entries(editorPrograms)) {
    const options = { ...shipped, ...host, entryPoints: [entry], outfile: `dist/${name}.js` };
    results[name] = await build(options);
  }
  results.node = await build({
    ...shipped,
    entryPoints: nodePrograms,
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    format: "esm",
    splitting: true,
    chunkNames: "shared/[hash]",
    // For packages that are CommonJS and ask for a module of Node.js.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  chmodSync("dist/cli.mjs", 0o755);
  const inputs = new Set();
  for (const [name, { metafile }] of Object.entries(results)) {
    writeFileSync(`.cache/build/${name}.meta.json`, JSON.stringify(metafile));
    for (const input of Object.keys(metafile.inputs)) inputs.add(input);
  }
  const packages = bundledPackages(inputs);
  writeFileSync("dist/third-party-notices.txt", notices(packages));
  writeFileSync("dist/sbom.cdx.json", `${JSON.stringify(billOfMaterials(packages), null, 2)}\n`);
}

/** The folders of the packages of which something is bundled. */
function bundledPackages(inputs) {
  const packages = new Set();
  for (const input of inputs) {
    const found = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (found !== null) packages.add(found[0]);
  }
  return [...packages].sort();
}

/** Their licences, as those licences ask. */
function notices(packages) {
  const parts = packages.map((folder) => {
    const { name, version, license } = manifestOf(folder);
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} is bundled and has no licence file.`);
    return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  });
  return `Stratacast contains parts of these packages.\n\n${parts.join(`\n${"-".repeat(80)}\n\n`)}`;
}

/** What is bundled, for programs that look for known holes: CycloneDX, the same for the same input. */
function billOfMaterials(packages) {
  const { name, version } = manifestOf(".");
  const locked = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: { component: { type: "application", "bom-ref": name, name, version } },
    components: packages.map((folder) => {
      const { name, version, license } = manifestOf(folder);
      const [, sum = ""] = /^sha512-(.*)$/.exec(locked[folder]?.integrity ?? "") ?? [];
      const purl = `pkg:npm/${name.replace("@", "%40")}@${version}`;
      return {
        ...{ type: "library", "bom-ref": purl, name, version, purl },
        licenses: [{ license: { id: license } }],
        hashes: [{ alg: "SHA-512", content: Buffer.from(sum, "base64").toString("hex") }],
      };
    }),
  };
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
}

/** Tests and their helpers are ES modules that share chunks; a `*.main.ts` is a program. */
async function buildTests() {
  const entryPoints = {};
  for (const suite of ["unit", "tidy", "protocol", "host", "conformance", "bench"]) {
    for (const file of await filesBelow(`test/${suite}`, ".test.ts")) {
      entryPoints[path.join(suite, file.slice(0, -".ts".length))] = `test/${suite}/${file}`;
    }
  }
  for (const file of await filesBelow("test/support", ".main.ts")) {
    if (!file.includes("/"))
      entryPoints[file.slice(0, -".main.ts".length)] = `test/support/${file}`;
  }
  await build({
    ...common,
    entryPoints,
    outdir: ".cache/build",
    outExtension: { ".js": ".mjs" },
    format: "esm",
    packages: "external",
    sourcemap: "linked",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  });
  // Started by name in the place of `code`, see test/support/code.main.ts.
  if (entryPoints.code !== undefined) chmodSync(".cache/build/code.mjs", 0o755);

  // What runs inside VS Code's extension host is loaded by `require` there.
  const inside = await filesBelow("test/host", ".inside.ts");
  if (inside.length === 0) return;
  await build({
    ...common,
    entryPoints: inside.map((file) => `test/host/${file}`),
    outdir: ".cache/build/inside",
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    external: ["vscode"],
    sourcemap: "linked",
  });
}

async function filesBelow(folder, ending) {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith(ending)).sort();
}
