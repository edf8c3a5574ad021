/** `COPY` and `ADD`: files from the build context, a stage, an image or the network. */

import type { BuilderRules } from "../build/builderRules.js";
import { containsWildcards } from "../context/glob.js";
import { readHeredocWord } from "../syntax/heredocs.js";
import { deepestDirectory } from "../syntax/limits.js";
import type { Heredoc, Instruction, Word } from "../syntax/syntax.js";
import { listedSome } from "../text/lists.js";
import { cleanPath } from "../text/paths.js";
import { say } from "../text/say.js";
import { checkedMode } from "./chmod.js";
import { checkForm } from "./command.js";
import { expandFlag, type FlagKind, type FlagValues, readFlags, refuseNewFlags } from "./flags.js";
import type { GlossaryId } from "./glossaryId.js";
import {
  type Evaluation,
  type Explanation,
  type InstructionKind,
  operates,
  type Surroundings,
} from "./kind.js";
import type { CopyItem, CopyOperation, SourceReference } from "./operation.js";
import { absolutePath, leadsTooDeep, resolveDestination } from "./paths.js";
import type { ChecksumMistake } from "./problem.js";
import type { Reading } from "./reading.js";
import { heredocText } from "./run.js";
import { openPath, openPathWords } from "./unknowns.js";

/** The instruction that takes a URL, which COPY does not. */
export const takesUrls = "ADD";

const chown: FlagKind = {
  type: "string",
  meaning: () =>
    say`sets the owner of the copied files. The text itself is in the key: 1000 and 1000:1000 are two keys. Names are looked up in the image's passwd file.`,
};
const chmod: FlagKind = {
  type: "string",
  withoutBuildKit: "fails",
  feature: "chmod",
  meaning: () =>
    say`sets the mode of the copied files. The files' own modes in the context still count for the key.`,
};
const link: FlagKind = {
  type: "boolean",
  withoutBuildKit: "ignores",
  feature: "link",
  meaning: () =>
    say`copies into a layer of its own that does not depend on the layers below. Engines with the classic image store treat it as a plain copy.`,
};
const exclude: FlagKind = {
  type: "strings",
  withoutBuildKit: "ignores",
  feature: "exclude",
  meaning: () =>
    say`leaves matching files out of the folders that are copied: they are not in the layer and do not rebuild the step. A file that a source names itself, also by a wildcard, is copied all the same.`,
};

/** Of those that the classic builder does not know it names the first: moby, builder/dockerfile/dispatchers.go. */
const copyFlags: Readonly<Record<string, FlagKind>> = {
  from: {
    type: "string",
    meaning: () =>
      say`takes the files from this stage or image instead of the build context. The step stays cached when those files come out equal, even if the stage was rebuilt.`,
  },
  chown,
  chmod,
  link,
  parents: {
    type: "boolean",
    withoutBuildKit: "fails",
    feature: "parents",
    meaning: () =>
      say`keeps the directories of each source below the destination, from /./ on where the source has it.`,
  },
  exclude,
};
const addFlags: Readonly<Record<string, FlagKind>> = {
  chown,
  chmod,
  link,
  exclude,
  checksum: {
    type: "string",
    withoutBuildKit: "ignores",
    feature: "checksum",
    meaning: () =>
      say`pins what is downloaded: the step stays cached without asking the server, and fails if the content is another one.`,
  },
  "keep-git-dir": {
    type: "boolean",
    withoutBuildKit: "ignores",
    feature: "keep-git-dir",
    meaning: () => say`keeps the .git folder of a cloned repository.`,
  },
  unpack: {
    type: "boolean",
    withoutBuildKit: "ignores",
    feature: "unpack",
    meaning: () =>
      say`unpacks archives into the destination, also downloaded ones; false copies them as files.`,
  },
};

export const copy: InstructionKind = {
  isNumbered: true,
  expandedBy: "builder",
  flags: copyFlags,
  evaluate: (instruction, reading) => evaluateCopy(instruction, reading, false),
  explain: explainCopy,
  terms,
};

export const add: InstructionKind = {
  isNumbered: true,
  expandedBy: "builder",
  flags: addFlags,
  evaluate: (instruction, reading) => evaluateCopy(instruction, reading, true),
  explain: explainCopy,
  terms,
};

function evaluateCopy(instruction: Instruction, reading: Reading, isAdd: boolean): Evaluation {
  const destinationWord = instruction.args.at(-1);
  const nothing = operates("layer", null, reading.scope);
  checkForm("paths", instruction.args, instruction, reading);
  if (destinationWord === undefined || instruction.args.length < 2) {
    const { keyword, range } = instruction;
    reading.report("read", { code: "missing-argument", keyword, needs: "source" }, range);
    return nothing;
  }
  const known = isAdd ? addFlags : copyFlags;
  const flags = readFlags(instruction, known, reading);
  if (!flags.valid) return nothing;
  refuseNewFlags(flags, known, reading);
  const heredocs = new Map(instruction.heredocs.map((heredoc) => [heredoc.name, heredoc]));
  if (heredocOf(heredocs, destinationWord) !== null) {
    const { keyword } = instruction;
    reading.report("read", { code: "bad-heredoc", keyword }, destinationWord.range);
    return nothing;
  }
  const from = resolveFrom(flags, reading);
  if (from === null) return nothing;
  const owner = expandFlag(flags, "chown", reading);
  const mode = checkedMode(flags, reading);
  const checksum = expandFlag(flags, "checksum", reading);
  checkChecksum(instruction, flags, checksum, reading);
  const items: CopyItem[] = [];
  for (const word of instruction.args.slice(0, -1)) {
    const item = readSource(heredocs, word, { isAdd, checksum, flags, reading });
    if (item !== null) items.push(item);
  }
  const destinationText = reading.expand(destinationWord);
  // What a wildcard matches counts too, and is seen when the files are.
  const single = items.filter((item) => item.kind !== "paths" || !containsWildcards(item.text));
  const isFolder = destinationText.endsWith("/");
  if (reading.rules.needsSlashForSeveral && single.length > 1 && !isFolder) {
    reading.report("build", { code: "destination-not-folder" }, destinationWord.range);
  }
  const destination = resolveDestination(reading.scope.directory, destinationText);
  if (leadsTooDeep(reading.scope.directory, cleanPath(destination))) {
    const problem = { code: "directory-too-deep", limit: deepestDirectory } as const;
    reading.report("build", problem, destinationWord.range);
  }
  const operation: CopyOperation = {
    kind: "copy",
    isAdd,
    // BuildKit copies inline documents after all paths: dockerfile2llb/convert_copy.go.
    items: [
      ...items.filter((item) => item.kind !== "inline"),
      ...items.filter((item) => item.kind === "inline"),
    ],
    from,
    destination,
    destinationText,
    owner,
    ...openOwner(flags, owner, reading),
    mode: mode ?? "",
    // A mode of which no notice is taken still makes it a plain copy.
    link: flags.isTrue("link") && mode !== null,
    parents: flags.isTrue("parents"),
    exclude: flags.all("exclude").map((flag) => flag.value ?? ""),
    unpack: flags.get("unpack") === null ? isAdd : flags.isTrue("unpack"),
  };
  const { unknowns, directory } = reading.scope;
  const open = openPath(unknowns, directory, reading.written(destinationWord, destinationText));
  return { ...operates("layer", operation, reading.scope), openPath: open };
}

/** The owner as it is typed, where only the base image can tell a variable in it. */
function openOwner(
  flags: FlagValues,
  owner: string,
  reading: Reading,
): Pick<CopyOperation, "openOwner"> {
  const flag = flags.get("chown");
  if (flag === null) return {};
  const word = { value: flag.value ?? "", range: flag.valueRange };
  const { written, isKnown } = reading.written(word, owner);
  return isKnown ? {} : { openOwner: written };
}

/** Source: BuildKit, convert_copy.go, and the digests that go-digest knows. */
function checkChecksum(
  instruction: Instruction,
  flags: FlagValues,
  checksum: string,
  reading: Reading,
): void {
  // The classic builder knows no such flag, and has said so.
  if (checksum === "" || !reading.rules.knowsNewFlags) return;
  const range = flags.get("checksum")?.valueRange ?? instruction.range;
  const [source, other] = instruction.args.slice(0, -1);
  const remote = source === undefined ? null : remoteKind(reading.expand(source));
  const isDigest = /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/;
  const report = (mistake: ChecksumMistake): void =>
    reading.report("build", { code: "bad-checksum", mistake, checksum }, range);
  if (other !== undefined) report("several-sources");
  else if (remote === null) report("no-address");
  else if (remote === "http" && !isDigest.test(checksum)) report("malformed");
}

interface SourceReading {
  readonly isAdd: boolean;
  readonly checksum: string;
  readonly flags: FlagValues;
  readonly reading: Reading;
}

function readSource(
  heredocs: Heredocs,
  word: Word,
  { isAdd, checksum, flags, reading }: SourceReading,
): CopyItem | null {
  const heredoc = heredocOf(heredocs, word);
  if (heredoc !== null) {
    if (!reading.rules.knowsHeredocs) {
      reading.report("build", { code: "needs-buildkit", flag: null, effect: "fails" }, word.range);
      return null;
    }
    const text = heredocText(heredoc);
    const content = heredoc.expand ? reading.expandDocument(text, heredoc.bodyRange) : text;
    const isOpen = reading.isOpenIn(heredoc.bodyRange);
    return { kind: "inline", name: heredoc.name, content, isOpen };
  }
  const text = reading.expand(word);
  const remote = remoteKind(text);
  if (remote !== null && !isAdd) {
    reading.report("build", { code: "remote-source" }, word.range);
    return null;
  }
  if (remote === "git" && reading.rules.addsGitRepositories) {
    return { kind: "git", url: text, keepGitDir: flags.isTrue("keep-git-dir"), checksum };
  }
  if (remote !== null) return { kind: "http", url: text, fileName: fileNameOf(text), checksum };
  const { written, isKnown } = reading.written(word, text);
  const open = isKnown ? {} : { openText: written };
  return { kind: "paths", source: absolutePath(text), text, ...open };
}

/**
 * Which kind of remote source a text is; null: a path. Source: BuildKit, dfgitutil `ParseGitRef`,
 * convert_copy.go `isHTTPSource`.
 */
function remoteKind(text: string): "http" | "git" | null {
  if (/^(?:git|ssh):\/\//.test(text) || /^[\w.-]+@[\w.-]+:[^/]/.test(text)) return "git";
  if (!/^https?:\/\//.test(text)) return null;
  return /^https?:\/\/[^?#]*\.git(?:[?#].*)?$/.test(text) ? "git" : "http";
}

function fileNameOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/, "").replace(/[?#].*$/s, "");
  return cleanPath(path).split("/").pop() || "__unnamed__";
}

/** By their names; of several with one name the last one counts, as in BuildKit. */
type Heredocs = ReadonlyMap<string, Heredoc>;

function ownerWords(operation: CopyOperation | null): string {
  const { owner = "", openOwner, from } = operation ?? {};
  if (owner === "" && openOwner === undefined && (from?.kind === "stage" || from?.kind === "image"))
    return say`The files keep the owners that they have there; parent directories that are missing are created.`;
  return say`The files belong to ${openOwner ?? (owner || "root")}; parent directories that are missing are created.`;
}

/** The heredoc that a word opens. */
function heredocOf(heredocs: Heredocs, word: Word): Heredoc | null {
  if (heredocs.size === 0) return null;
  const read = readHeredocWord(word.value);
  if (read === null || read === "invalid") return null;
  return heredocs.get(read.name) ?? null;
}

function resolveFrom(flags: FlagValues, reading: Reading): SourceReference | null {
  const flag = flags.get("from");
  if (flag === null || flag.value === null || flag.value === "") return { kind: "context" };
  if (/\$[\w{]/.test(flag.value)) {
    reading.report("build", { code: "variable-in-from" }, flag.valueRange);
    return null;
  }
  return reading.source(flag.value, flag.valueRange, "copy");
}

function explainCopy(
  evaluation: Pick<Evaluation, "operation" | "openPath">,
  rules: BuilderRules,
  around: Surroundings,
): Explanation {
  const operation = evaluation.operation?.kind === "copy" ? evaluation.operation : null;
  const hasRemote = operation?.items.some((item) => item.kind === "http" || item.kind === "git");
  // A source that is refused leaves nothing to name.
  const what =
    operation === null || operation.items.length === 0
      ? say`Copies files as one layer; no container is started.`
      : copyWords(operation, evaluation.openPath ?? null, around);
  return {
    inside: [
      what,
      ...(operation?.isAdd &&
      operation.unpack &&
      operation.items.some(({ kind }) => kind === "paths")
        ? [say`Unpacks local archives (tar, also compressed) into the destination.`]
        : []),
      rules.commitsEveryInstruction
        ? say`Writes straight into a layer and commits it as an intermediate image.`
        : ownerWords(operation),
    ],
    traps: [
      say`Modification times: touching a file, or a fresh checkout, rebuilds nothing.`,
      ...(rules.commitsEveryInstruction
        ? []
        : [say`ENV, ARG and USER above, unless a value is used in this line.`]),
      ...(hasRemote
        ? [say`A server that answers an old ETag for a new file: the step stays cached.`]
        : []),
    ],
  };
}

function terms({ operation }: Pick<Evaluation, "operation">): readonly GlossaryId[] {
  const takesPaths =
    operation?.kind === "copy" && operation.items.some(({ kind }) => kind === "paths");
  return [...(takesPaths ? [sourceTerm[operation.from.kind]] : []), "layer", "cache-key"];
}

const sourceTerm: Readonly<Record<SourceReference["kind"], GlossaryId>> = {
  context: "build-context",
  stage: "stage",
  image: "registry",
  scratch: "stage",
};

/** With the place where paths come from; the other items say it themselves. */
function copyWords(
  { items, from, exclude, destination: known }: CopyOperation,
  open: string | null,
  around: Surroundings,
): string {
  const destination = open === null ? known : openPathWords(open);
  const what = sourceWords(items, exclude);
  if (items.every((item) => item.kind !== "paths"))
    return say`Copies ${what} to ${destination}, as one layer; no container is started.`;
  switch (from.kind) {
    case "context":
      if (from.folder !== undefined)
        return say`Copies ${what} from the build context ${from.folder} to ${destination}, as one layer; no container is started.`;
      return say`Copies ${what} from the build context to ${destination}, as one layer; no container is started.`;
    case "stage":
      return say`Copies ${what} from ${around.stage(from.index)} to ${destination}, as one layer; no container is started.`;
    case "image":
      return say`Copies ${what} from the image ${from.reference} to ${destination}, as one layer; no container is started.`;
    case "scratch":
      return say`Copies ${what} from an empty file system to ${destination}, as one layer; no container is started.`;
  }
}

/** More sources than this are counted. */
const namedSources = 3;

function sourceWords(items: readonly CopyItem[], exclude: readonly string[]): string {
  const words = (names: readonly string[]): string =>
    listedSome(names.slice(0, namedSources), names.length - namedSources);
  const sources = words(items.map(itemWords));
  return exclude.length === 0 ? sources : say`${sources} (without ${words(exclude)} in folders)`;
}

function itemWords(item: CopyItem): string {
  switch (item.kind) {
    case "paths":
      if (item.openText !== undefined) return item.openText;
      return /^\.?\/?$/.test(item.text) ? say`everything` : item.text;
    case "inline":
      return say`the text of ${item.name}`;
    case "http":
      return say`the download ${item.url}`;
    case "git":
      return say`a clone of ${item.url}`;
  }
}
