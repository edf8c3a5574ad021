/** What an engine on this machine builds for: Linux on its processor. */
import type { Platform } from "../core/build/platform.js";

export function hostPlatform(): Platform {
  const names: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return { os: "linux", architecture: names[process.arch] ?? process.arch, variant: "" };
}
