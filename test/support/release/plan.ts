/** What a release publishes, where, and what stands against it. */

export type Place = "marketplace" | "openvsx" | "npm";

export const places: readonly Place[] = ["marketplace", "openvsx", "npm"];

export interface Release {
  readonly manifest: {
    readonly version: string;
    readonly repository?: unknown;
  };
  readonly changelog: string;
  readonly isPreRelease: boolean;
  /** True where a build server can prove what it built from: its tokens for that are there. */
  readonly hasProvenance: boolean;
  /** Paths of the packages. */
  readonly vsix: string;
  readonly archive: string;
}

/** What keeps a release from being published, in sentences. */
export function obstacles({ manifest, changelog, isPreRelease }: Release): readonly string[] {
  const { version, repository } = manifest;
  const [, minor = ""] = /^\d+\.(\d+)\.\d+$/.exec(version) ?? [];
  const isOdd = Number(minor) % 2 === 1;
  const found: string[] = [];
  if (repository === undefined)
    found.push("package.json names no repository: the pages could not show the pictures.");
  // The editor takes the highest version, whether it is a pre-release or not.
  if (minor === "") found.push(`${version} is no version of three numbers.`);
  else if (isPreRelease !== isOdd)
    found.push(
      `${version} is a ${isOdd ? "pre-release" : "release"}: their minor number is ${isOdd ? "odd" : "even"}.`,
    );
  if (!changelog.includes(`\n## ${version}\n`))
    found.push(`CHANGELOG.md has no section "## ${version}".`);
  return found;
}

/** The call that publishes at a place. Who may do so is said by VSCE_PAT, OVSX_PAT and npm's own login. */
export function publishCall(place: Place, release: Release): readonly string[] {
  const { isPreRelease, hasProvenance, vsix, archive } = release;
  const kind = isPreRelease ? ["--pre-release"] : [];
  switch (place) {
    case "marketplace":
      return ["npx", "vsce", "publish", "--packagePath", vsix, ...kind];
    case "openvsx":
      return ["npx", "--yes", "ovsx@1.4.0", "publish", vsix, ...kind];
    case "npm":
      return [
        ...["npm", "publish", archive, "--access", "public"],
        ...["--tag", isPreRelease ? "next" : "latest"],
        ...(hasProvenance ? ["--provenance"] : []),
      ];
  }
}
