/** The key of a step: what names its result, whoever built it. */
import type { Digest } from "../host.js";
import { type InputName, nameText } from "./inputName.js";

export function resultKey(
  definition: string,
  inputs: readonly InputName[],
  digest: Digest,
): string {
  return digest(`${definition}\n${inputs.map(nameText).join("\n")}`);
}
