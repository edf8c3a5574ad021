/** Documents keep step with the code: links lead somewhere, settings and causes are described. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { projectFiles, projectText } from "../support/projectFiles.js";
import { inRepository } from "../support/repository.js";

test("the documents that a project needs are there", () => {
  const expected = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "SECURITY.md",
  ];
  assert.deepEqual(
    expected.filter((file) => !existsSync(inRepository(file))),
    [],
  );
});

test("every link and picture of a document leads to a file of the project", () => {
  const dead = documents().flatMap((file) =>
    [...withoutCode(projectText(file)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? "")
      .filter((target) => !/^(https?:|mailto:|#)/.test(target))
      .map((target) => path.posix.join(path.posix.dirname(file), target.replace(/#.*/, "")))
      .filter((target) => !existsSync(inRepository(target)))
      .map((target) => `${file} → ${target}`),
  );
  assert.deepEqual(dead, []);
});

test("every path that a document names in code style exists", () => {
  const roots = /^(client|server|syntaxes|test|docs|media)\//;
  const dead = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].flatMap((file) =>
    [...projectText(file).matchAll(/`([^`\s]+)`/g)]
      .map((match) => match[1] ?? "")
      .filter((target) => roots.test(target) && !/[*<>{}…]/.test(target))
      .filter((target) => !existsSync(inRepository(target)))
      .map((target) => `${file} → ${target}`),
  );
  assert.deepEqual(dead, []);
});

test("every npm script that a document names exists", () => {
  const scripts = Object.keys(manifest().scripts);
  const named = documents().flatMap((file) =>
    [...projectText(file).matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? ""),
  );
  assert.deepEqual(
    named.filter((name) => !scripts.includes(name)),
    [],
  );
});

test("the README describes every setting", () => {
  const readme = projectText("README.md");
  const missing = Object.keys(settings()).filter((name) => !readme.includes(`\`${name}\``));
  assert.deepEqual(missing, []);
});

function scopeOf(name: string): string {
  if (outgoing.some((one) => name.startsWith(one))) return "machine-overridable";
  // There is one status bar, whatever is open.
  return name.startsWith("stratacast.statusBar.") ? "window" : "resource";
}

test("every setting has a place, a scope, a default and words", () => {
  for (const [name, setting] of Object.entries(settings())) {
    assert.equal(setting["scope"], scopeOf(name), name);
    assert.ok("default" in setting && "order" in setting, name);
    assert.match(String(setting["markdownDescription"]), /^%setting\..+%$/, name);
  }
});

test("what leads out of the machine is off, and no matter of an untrusted workspace", () => {
  assert.equal(settings()["stratacast.resolve"]?.["default"], "off");
  assert.equal(settings()["stratacast.record"]?.["default"], "off");
  const { restrictedConfigurations } = manifest().capabilities.untrustedWorkspaces;
  const named = Object.keys(settings()).filter((name) =>
    outgoing.some((one) => name.startsWith(one)),
  );
  assert.ok(named.length >= outgoing.length);
  for (const name of named) assert.ok(restrictedConfigurations.includes(name), name);
});

/** Beginnings of the names of settings by which somebody else is asked. */
const outgoing = [
  ...["stratacast.resolve", "stratacast.registry.", "stratacast.record"],
  "stratacast.definitions.",
];

test("every text of the manifest exists in every language, and no text is left over", () => {
  const used = [...projectText("package.json").matchAll(/%([\w.]+)%/g)].map((match) => match[1]);
  for (const file of ["package.nls.json", "package.nls.de.json"]) {
    // Flat files of texts by their key.
    const texts = JSON.parse(projectText(file)) as Record<string, string>;
    assert.deepEqual(Object.keys(texts).sort(), [...new Set(used)].sort(), file);
  }
});

test("every cause of a prediction has a page that says what it means", () => {
  const pages = projectFiles("docs/causes")
    .map((file) => path.posix.basename(file, ".md"))
    .filter((name) => name !== "README");
  assert.deepEqual(pages.sort(), causeCodes());
});

interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly scripts: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly configuration: {
      readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    };
  };
}

function manifest(): Manifest {
  // The parts of VS Code's manifest that the tests above read.
  return JSON.parse(projectText("package.json")) as Manifest;
}

function settings() {
  return manifest().contributes.configuration.properties;
}

function documents(): readonly string[] {
  return projectFiles().filter(
    (file) => file.endsWith(".md") && !file.startsWith("test/fixtures/"),
  );
}

/** Code may contain what looks like a link: `[a](b)` in an example. */
function withoutCode(markdown: string): string {
  return markdown.replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, "");
}

/** The ids, from the union type that the core gives its causes. */
function causeCodes(): readonly string[] {
  const source = projectText("server/src/core/cache/prediction.ts");
  const codes = [...source.matchAll(/\bcode: "([a-z-]+)"/g)].map((match) => match[1] ?? "");
  assert.ok(codes.length > 5, "the union of the causes is found");
  return codes.sort();
}
