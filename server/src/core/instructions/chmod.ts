/** `--chmod` of COPY and ADD. */
import { expandFlag, type FlagValues } from "./flags.js";
import type { Reading } from "./reading.js";

/**
 * The `--chmod` value: octal up to 07777, or symbolic as in `u+x,go=r`; null: the frontend takes no
 * notice of it, or refuses it.
 */
export function checkedMode(flags: FlagValues, reading: Reading): string | null {
  const flag = flags.get("chmod");
  // Older frontends take no notice of what is no octal number as typed: convert.go `dispatchCopy`.
  const isTyped = flag?.value?.includes("$") !== true;
  if (flag !== null && !isTyped && !reading.knows("chmod-variable", flag.range, "ignores"))
    return null;
  const mode = expandFlag(flags, "chmod", reading);
  const isOctal = /^[0-7]{1,11}$/.test(mode);
  const without = reading.frontend.minor < firstStrictModes ? "ignores" : "fails";
  const isKnown =
    flag === null ||
    isOctal ||
    mode === "" ||
    reading.knows("chmod-symbolic", flag.range, without, "build");
  if (!isKnown) return null;
  const isGood = isOctal
    ? Number.parseInt(mode, 8) <= 0o7777
    : mode === "" ||
      /^[ugoa]*[-+=][rwxXstugo]*(?:[-+=][rwxXstugo]*)*(?:,[ugoa]*[-+=][rwxXstugo]*)*$/.test(mode);
  if (!isGood) {
    const range = flags.get("chmod")?.valueRange ?? { start: 0, end: 0 };
    reading.report("build", { code: "bad-chmod", mode }, range);
  }
  return mode;
}

/** From Dockerfile 1.10 on what is no mode is a mistake. */
const firstStrictModes = 10;
