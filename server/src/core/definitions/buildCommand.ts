/** The words of a `docker build`, wherever they stand. */
import { type Assignment, readAssignment } from "../text/assignment.js";
import type { CommandWord } from "./shellCommands.js";

/** As written; null, here and below: only the shell can tell. */
export interface BuildCommand {
  /** undefined: not named. */
  readonly file: string | null | undefined;
  readonly context: string | null;
  readonly contextText: string;
  readonly target: string | null | undefined;
  /** Of each as it stands in the line; empty: it does not. */
  readonly texts: { readonly file: string; readonly target: string };
  readonly args: readonly Assignment[];
  readonly contexts: readonly Assignment[];
  readonly platforms: readonly string[];
  readonly tags: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly noCache: boolean;
}

/** A line that may hold a build. */
export function mayBuild(line: string): boolean {
  return /\b(?:docker|podman|nerdctl|buildah|depot|kaniko)\b/.test(line);
}

/** null: the words build no image from a Dockerfile. */
export function readBuildCommand(words: readonly CommandWord[]): BuildCommand | null {
  const start = firstWord(words);
  if (start === null) return null;
  const { isKaniko } = start;
  const found = nothingSaid();
  let context: CommandWord | null = null;
  let others = 0;
  /** Whether the context so far may be a variable that stands for options. */
  let isOption = false;
  const take = (name: string, word: CommandWord): void => {
    const { value, text } = word;
    switch (name) {
      case "file":
      case "f":
      case "dockerfile":
        found.file = value;
        found.texts.file = text;
        break;
      case "target":
        found.target = value;
        found.texts.target = text;
        break;
      case "build-arg":
        found.args.push(assigned(word));
        break;
      case "build-context":
        found.contexts.push(assigned(word));
        break;
      case "platform":
        if (value !== null) found.platforms.push(...value.split(","));
        break;
      case "tag":
      case "t":
      case "destination":
        if (value !== null) found.tags.push(value);
        break;
      case "cache-from":
        if (value !== null) found.cacheFrom.push(value);
        break;
      case "context":
      case "c":
        if (isKaniko) context = { value: value?.replace(/^dir:\/\//, "") ?? null, text };
        break;
    }
  };
  for (let at = start.next; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    const flag = /^(--?)([a-z][\w-]*)(?:=([\s\S]*))?$/.exec(word.value ?? word.text);
    if (flag === null) {
      if (word.value === "-" || !word.text.startsWith("-")) {
        // What stands after the first word is not docker's, such as the prose around it.
        // A variable with options behind it stands for options itself, where another word is the context.
        if (context === null || (isOption && others === 1)) context = word;
        isOption = false;
        others++;
      }
      continue;
    }
    const [, dashes, name = "", given] = flag;
    isOption = context !== null && isVariable(context);
    if (name === "no-cache") found.noCache = given !== "false";
    const next = words[at + 1];
    if (given !== undefined) take(name, { value: word.value === null ? null : given, text: given });
    else if (takesValue(name, dashes === "-") && next !== undefined) {
      take(name, next);
      at++;
    }
  }
  if (context === null || others > maxOthers) return null;
  const { value, text } = context as CommandWord; // it was set by a function, which the compiler does not see
  return { ...found, context: value, contextText: text };
}

function nothingSaid() {
  return {
    file: undefined as string | null | undefined,
    target: undefined as string | null | undefined,
    texts: { file: "", target: "" },
    args: [] as Assignment[],
    contexts: [] as Assignment[],
    platforms: [] as string[],
    tags: [] as string[],
    cacheFrom: [] as string[],
    noCache: false,
  };
}

function isVariable({ value, text }: CommandWord): boolean {
  return value === null && /^"?\$[({]?\w+[)}]?"?$/.test(text);
}

/** More words than a context in a line: it is prose that speaks of a build. */
const maxOthers = 4;

function firstWord(
  words: readonly CommandWord[],
): { readonly next: number; readonly isKaniko: boolean } | null {
  for (let at = 0; at < words.length; at++) {
    const [named = "", first, second] = words.slice(at, at + 3).map(({ value }) => value ?? "");
    // Make takes these signs before a command for itself.
    const program = named.replace(/^[@+-]+/, "");
    if (/(?:^|\/)kaniko\/executor$/.test(program)) return { next: at + 1, isKaniko: true };
    if (!/(?:^|\/)(?:docker|podman|nerdctl|buildah|depot)$/.test(program)) continue;
    if (first === "build" || first === "bud") return { next: at + 2, isKaniko: false };
    const isGrouped =
      (first === "buildx" || first === "image" || first === "builder") && second === "build";
    if (isGrouped) return { next: at + 3, isKaniko: false };
  }
  return null;
}

/** Options of `docker build` that stand alone: all others take a value. */
const alone = new Set(
  (
    "no-cache pull push load quiet q rm force-rm compress squash check debug D help layers no-rm " +
    "reproducible cache single-snapshot cleanup use-new-run skip-tls-verify no-push verbose"
  ).split(" "),
);

function takesValue(name: string, isShort: boolean): boolean {
  return !alone.has(name) && (!isShort || name.length === 1);
}

function assigned({ value, text }: CommandWord): Assignment {
  const { name, value: given } = readAssignment(value ?? text);
  return { name, value: value === null ? null : given };
}
