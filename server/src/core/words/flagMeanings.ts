/** What a flag does to the image and to the cache. */
import type { Builder } from "../build/builder.js";
import type { Flag } from "../syntax/syntax.js";
import { say } from "../text/say.js";

/** One or two sentences; null: the flag is not known. */
export function flagMeaning(keyword: string, flag: Flag, builder: Builder): string | null {
  const meaning = meanings.get(`${keyword} ${flag.name}`) ?? meanings.get(flag.name) ?? null;
  if (meaning === null) return null;
  if (builder === "classic" && flag.name === "link")
    return say`is accepted and ignored by the classic builder.`;
  if (builder === "classic" && needsBuildKit.has(flag.name))
    return say`needs BuildKit: the classic builder does not know it, and the build fails.`;
  if (flag.name === "mount") return (mountMeanings.get(mountType(flag.value ?? "")) ?? meaning)();
  return meaning();
}

const needsBuildKit = new Set(
  "mount network security device chmod exclude parents checksum keep-git-dir unpack".split(" "),
);

const meanings: ReadonlyMap<string, () => string> = new Map([
  [
    "from",
    () =>
      say`takes the files from this stage or image instead of the build context. The step stays cached when those files come out equal, even if the stage was rebuilt.`,
  ],
  [
    "chown",
    () =>
      say`sets the owner of the copied files. The text itself is in the key: 1000 and 1000:1000 are two keys. Names are looked up in the image's passwd file.`,
  ],
  [
    "chmod",
    () =>
      say`sets the mode of the copied files. The files' own modes in the context still count for the key.`,
  ],
  [
    "link",
    () =>
      say`copies into a layer of its own that does not depend on the layers below. Engines with the classic image store treat it as a plain copy.`,
  ],
  [
    "parents",
    () =>
      say`keeps the directories of each source below the destination, from /./ on where the source has it.`,
  ],
  [
    "exclude",
    () =>
      say`leaves matching files out of the copy: they are not in the layer and do not rebuild the step.`,
  ],
  [
    "checksum",
    () =>
      say`pins what is downloaded: the step stays cached without asking the server, and fails if the content is another one.`,
  ],
  ["keep-git-dir", () => say`keeps the .git folder of a cloned repository.`],
  [
    "unpack",
    () =>
      say`unpacks archives into the destination, also downloaded ones; false copies them as files.`,
  ],
  [
    "FROM platform",
    () => say`takes the image for this platform instead of the platform of the build.`,
  ],
  [
    "network",
    () =>
      say`sets the network of the command: default, none or host. It is in the key; default means that the command line decides.`,
  ],
  [
    "security",
    () => say`runs the command in a sandbox, or insecure: with privileges. It is in the key.`,
  ],
  ["device", () => say`gives the command a device of the builder.`],
  ["mount", () => say`gives the command files for this step only.`],
  ["interval", () => say`sets the time between two checks. Metadata only.`],
  ["timeout", () => say`limits how long a check may take. Metadata only.`],
  ["start-period", () => say`sets the time in which failing checks do not count. Metadata only.`],
  [
    "start-interval",
    () => say`sets the time between checks while the container starts. Metadata only.`,
  ],
  [
    "retries",
    () => say`sets how many failures in a row make the container unhealthy. Metadata only.`,
  ],
]);

const mountMeanings: ReadonlyMap<string, () => string> = new Map([
  [
    "bind",
    () =>
      say`mounts files of the build context or of another stage for this step only; they are in no layer. Their content is in the key, so a changed file rebuilds the step.`,
  ],
  [
    "cache",
    () =>
      say`mounts a folder that outlives the build and is in no layer. What is in it never rebuilds the step.`,
  ],
  ["tmpfs", () => say`mounts an empty file system in memory for this step only.`],
  [
    "secret",
    () =>
      say`gives the command a secret for this step only; it is in no layer. A new value does not rebuild the step.`,
  ],
  [
    "ssh",
    () =>
      say`lets the command use the SSH agent of the build. Keys are in no layer and not in the key.`,
  ],
]);

function mountType(value: string): string {
  return /(?:^|,)\s*type=([a-z]+)/i.exec(value)?.[1]?.toLowerCase() ?? "bind";
}
