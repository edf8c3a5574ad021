/** The words of the causes that lie in how the build is asked for. */
import type { Cause, ChangedOption } from "../cache/prediction.js";
import { say } from "../text/say.js";

export type OptionCause = Extract<Cause, { code: "no-cache" | "option-changed" }>;

/** A few words: `--network changed`. */
export function optionWords(cause: OptionCause): string {
  return cause.code === "no-cache"
    ? say`asked for by --no-cache`
    : say`${`--${cause.option}`} changed`;
}

/** A full sentence. */
export function optionSentence(cause: OptionCause): string {
  return cause.code === "no-cache"
    ? say`The build is asked to run every step again (--no-cache).`
    : sentences[cause.option]();
}

const sentences: Readonly<Record<ChangedOption, () => string>> = {
  network: () => say`The build is asked for another network than before (--network).`,
  "add-host": () => say`Other host names are added than before (--add-host).`,
  "shm-size": () => say`The shared memory has another size than before (--shm-size).`,
};
