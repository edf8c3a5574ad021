/** Platforms as `os/architecture[/variant]`. */

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string;
}

/** Reads `linux/arm64/v8` and the like; null: not a platform. Source: containerd/platforms `Parse`. */
export function parsePlatform(text: string): Platform | null {
  const parts = text.toLowerCase().split("/");
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part))) return null;
  const [first = "", second, variant = ""] = parts;
  if (second !== undefined) return { os: first, ...architectureOf(second, variant) };
  if (systems.has(first)) return { os: first, architecture: "amd64", variant: "" };
  const { architecture, variant: own } = architectureOf(first, "");
  return architectures.has(architecture) ? { os: "linux", architecture, variant: own } : null;
}

/** What a platform of one word can be: containerd/platforms, database.go. */
const systems = new Set(
  "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos".split(
    " ",
  ),
);
const architectures = new Set(
  "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm".split(
    " ",
  ),
);

export function formatPlatform(platform: Platform): string {
  const name = `${platform.os}/${platform.architecture}`;
  return platform.variant === "" ? name : `${name}/${platform.variant}`;
}

/**
 * The values of BuildKit's automatic arguments: dockerfile2llb/platform.go `defaultArgs`.
 * @param minor of the frontend, Dockerfile 1.minor: the later ones know some more
 */
export function automaticArgs(
  build: Platform,
  target: Platform,
  targetStage: string,
  minor: number,
): ReadonlyMap<string, string> {
  const all: readonly (readonly [name: string, value: string, from: number])[] = [
    ["BUILDPLATFORM", formatPlatform(build), 0],
    ["BUILDOS", build.os, 0],
    ["BUILDOSVERSION", "", 13],
    ["BUILDARCH", build.architecture, 0],
    ["BUILDVARIANT", build.variant, 0],
    ["TARGETPLATFORM", formatPlatform(target), 0],
    ["TARGETOS", target.os, 0],
    ["TARGETOSVERSION", "", 13],
    ["TARGETARCH", target.architecture, 0],
    ["TARGETVARIANT", target.variant, 0],
    ["TARGETSTAGE", targetStage, 11],
  ];
  return new Map(all.flatMap(([name, value, from]) => (minor < from ? [] : [[name, value]])));
}

/** containerd/platforms `normalizeArch`, as far as people write it. */
function architectureOf(name: string, variant: string): Omit<Platform, "os"> {
  switch (name) {
    case "x86_64":
    case "x86-64":
      return { architecture: "amd64", variant };
    case "aarch64":
    case "arm64":
      return { architecture: "arm64", variant: variant === "v8" || variant === "8" ? "" : variant };
    case "i386":
      return { architecture: "386", variant: "" };
    case "armhf":
      return { architecture: "arm", variant: "v7" };
    case "armel":
      return { architecture: "arm", variant: "v6" };
    case "arm":
      return { architecture: "arm", variant: variant || "v7" };
    default:
      return { architecture: name, variant };
  }
}
