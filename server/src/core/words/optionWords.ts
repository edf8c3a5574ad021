/** The words of the causes that lie in how the build is asked for. */
import type { Cause, ChangedOption } from "../cache/prediction.js";
import { say } from "../text/say.js";

export type OptionCause = Extract<Cause, { code: "no-cache" | "option-changed" }>;

/** A few words: `--network changed`. */
export function optionWords(cause: OptionCause): string {
  return cause.code === "no-cache"
    ? say`asked for by ${`--${cause.option}`}`
    : say`${`--${cause.option}`} changed`;
}

/** A full sentence. */
export function optionSentence(cause: OptionCause): string {
  if (cause.code === "option-changed") return sentences[cause.option]();
  return cause.option === "no-cache"
    ? say`The build is asked to run every step again (--no-cache).`
    : say`The build is asked to run every step of this stage again (--no-cache-filter).`;
}

const sentences: Readonly<Record<ChangedOption, () => string>> = {
  network: () => say`The build is asked for another network than before (--network).`,
  "add-host": () => say`Other host names are added than before (--add-host).`,
  "shm-size": () => say`The shared memory has another size than before (--shm-size).`,
  ulimit: () => say`The process has other limits than before (--ulimit).`,
  "cgroup-parent": () =>
    say`The process is put into another control group than before (--cgroup-parent).`,
  "build-arg SOURCE_DATE_EPOCH": () =>
    say`The directory is dated otherwise than before (--build-arg SOURCE_DATE_EPOCH).`,
  "build-arg BUILDKIT_SANDBOX_HOSTNAME": () =>
    say`The process has another host name than before (--build-arg BUILDKIT_SANDBOX_HOSTNAME).`,
  "build-arg BUILDKIT_CACHE_MOUNT_NS": () =>
    say`The cache mounts are others than before (--build-arg BUILDKIT_CACHE_MOUNT_NS).`,
};
