/** What other people's packages may be: their licences, and whether they run something when installed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { projectText } from "../support/projectFiles.js";
import { packagePath } from "../support/runner/packageExtension.js";
import { zipEntries } from "../support/zip.js";

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Of what is in the package: anybody may pass it on. */
const bundledLicences = "MIT ISC BSD-2-Clause BSD-3-Clause Apache-2.0 0BSD BlueOak-1.0.0".split(
  " ",
);

/** Of what we work with. `SEE …`: the tools of Visual Studio Code, which sign what is published. */
const toolLicences = [
  ...bundledLicences,
  ...["Artistic-2.0", "CC-BY-3.0", "CC0-1.0", "Python-2.0", "WTFPL", "Zlib"],
  "SEE LICENSE IN LICENSE.txt",
];

/** They fetch or build a program of this very package; nothing else runs at `npm ci`. */
const mayRunAtInstall = ["@vscode/vsce-sign", "esbuild", "keytar"];

test("every package has a licence that is allowed", () => {
  const wrong = Object.entries(locked()).filter(
    // Of a program for another system the lock holds the version alone.
    ([, { license, optional }]) =>
      !(license === undefined && optional === true) && !isAllowed(license),
  );
  assert.deepEqual(wrong, []);
});

test("no package runs anything when it is installed, but those that are known", () => {
  const running = Object.entries(locked()).filter(([, entry]) => entry.hasInstallScript === true);
  assert.deepEqual(running.map(([name]) => name).sort(), mayRunAtInstall);
});

test("every package is the one that was locked", () => {
  const open = Object.entries(locked()).filter(
    ([, { integrity, optional }]) => integrity === undefined && optional !== true,
  );
  assert.deepEqual(open, []);
});

test("the package says what is bundled in it, by version, licence and sum", () => {
  const entries = zipEntries(packagePath);
  const textOf = (ending: string): string =>
    entries
      .find(({ name }) => name.endsWith(ending))
      ?.read()
      .toString("utf8") ?? "";
  const { bomFormat, components } = JSON.parse(textOf("sbom.cdx.json")) as {
    // CycloneDX, as far as it is checked: cyclonedx.org/docs/1.6/json.
    readonly bomFormat: string;
    readonly components: readonly {
      readonly name: string;
      readonly version: string;
      readonly purl: string;
      readonly licenses: readonly { readonly license: { readonly id: string } }[];
      readonly hashes: readonly { readonly content: string }[];
    }[];
  };
  assert.equal(bomFormat, "CycloneDX");
  const notices = textOf("third-party-notices.txt");
  const noticed = [...notices.matchAll(/^(\S+) (\d+\.\d+\.\d+) \(([^)]+)\)$/gm)];
  assert.deepEqual(
    components.map(({ name, version, licenses }) => [name, version, licenses[0]?.license.id]),
    noticed.map(([, name, version, licence]) => [name, version, licence]),
  );
  for (const { name, version, licenses, hashes } of components) {
    // One version may stand inside another package.
    const same = Object.entries(locked()).filter(([place]) => `/${place}`.endsWith(`/${name}`));
    assert.ok(
      same.some(([, entry]) => entry.version === version),
      `${name} ${version}`,
    );
    assert.ok(bundledLicences.includes(licenses[0]?.license.id ?? ""), name);
    assert.match(hashes[0]?.content ?? "", /^[0-9a-f]{128}$/, name);
  }
});

function isAllowed(expression: string | undefined): boolean {
  return (expression ?? "")
    .replace(/^\((.*)\)$/, "$1")
    .split(" OR ")
    .some((all) => all.split(" AND ").every((one) => toolLicences.includes(one)));
}

/** By the name of the package, or the path of one inside another. */
function locked(): Readonly<Record<string, Locked>> {
  const { packages } = JSON.parse(projectText("package-lock.json")) as {
    // npm's own lock: docs.npmjs.com/cli/configuring-npm/package-lock-json.
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const entries = Object.entries(packages).filter(([place]) => place !== "");
  return Object.fromEntries(
    entries.map(([place, entry]) => [place.replace(/^node_modules\//, ""), entry]),
  );
}
