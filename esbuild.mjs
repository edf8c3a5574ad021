// Bundles the three programs of the extension, and with --tests the test programs too.
//   node esbuild.mjs [--production] [--tests]
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
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

/** What the package ships: one CommonJS file for each host. */
const programs = {
  client: { entry: "client/src/main.ts", external: ["vscode"] },
  server: { entry: "server/src/main.ts", external: [] },
  cli: { entry: "server/src/cli/main.ts", external: [], banner: "#!/usr/bin/env node" },
};

if (production) rmSync("dist", { recursive: true, force: true });
mkdirSync(".cache/build", { recursive: true });

for (const [name, { entry, external, banner }] of Object.entries(programs)) {
  const result = await build({
    ...common,
    entryPoints: [entry],
    outfile: `dist/${name}.js`,
    format: "cjs",
    external,
    minify: production,
    sourcemap: production ? false : "linked",
    // The LSP packages offer an ESM build that bundles smaller than their UMD one.
    mainFields: ["module", "main"],
    ...(banner === undefined ? {} : { banner: { js: banner } }),
  });
  writeFileSync(`.cache/build/${name}.meta.json`, JSON.stringify(result.metafile));
}

if (process.argv.includes("--tests")) {
  const suites = ["unit", "protocol", "host", "conformance", "tidy", "bench"];
  const entryPoints = {};
  for (const suite of suites) {
    const files = await readdir(`test/${suite}`, { recursive: true }).catch(() => []);
    for (const file of files.filter((f) => f.endsWith(".test.ts"))) {
      entryPoints[path.join(suite, file.slice(0, -".ts".length))] = `test/${suite}/${file}`;
    }
  }
  const support = await readdir("test/support").catch(() => []);
  for (const file of support.filter((f) => f.endsWith(".main.ts"))) {
    entryPoints[file.slice(0, -".main.ts".length)] = `test/support/${file}`;
  }
  rmSync(".cache/build/tests", { recursive: true, force: true });
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
}
