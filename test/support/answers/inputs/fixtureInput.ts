/**
 * A feature fixture as a folder of real files: the same text that the tests walk in memory (its form
 * stands in `fixtures.ts`), read here once more because those readers know the core and this one
 * must not. What only a test can pretend is left out: known base images, a context that is unread.
 */
import type { Builder, Operation } from "../../../conformance/support/caseFile.js";
import { plainRound, type Round } from "./input.js";

export interface FixtureText {
  /** Of the builders that the fixture is about. */
  readonly builders: readonly Builder[];
  rounds(builder: Builder): readonly Round[];
}

/** @param workspaceFiles gives the files of a sample project, by path */
export function readFixtureText(
  text: string,
  workspaceFiles: (name: string) => ReadonlyMap<string, string>,
): FixtureText {
  const sections = sectionsOf(text);
  const options = commandsIn(sections.get("options") ?? "");
  const [said] = options.filter(([name]) => name === "builder").map(([, value]) => value);
  const builders = (["buildkit", "classic"] as const).filter(
    (builder) => said === undefined || said === "both" || said === builder,
  );
  return {
    builders,
    rounds: (builder) => roundsOf(sections, options, builder, workspaceFiles),
  };
}

type Command = readonly [name: string, value: string];

function sectionsOf(text: string): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  let name: string | null = null;
  for (const line of text.split(/(?<=\n)/)) {
    const heading = /^-- (.+) --\n?$/.exec(line)?.[1];
    if (heading !== undefined) {
      name = heading;
      sections.set(name, "");
    } else if (name !== null) sections.set(name, (sections.get(name) ?? "") + line);
  }
  return sections;
}

function commandsIn(text: string): readonly Command[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = "", value = ""] = line.trim().split(/ (.*)/s);
      return [name, value] as const;
    });
}

const claimLine = /^#(?: *\^+|<-*)(?: .*)?$/;

function typedText(text: string): string {
  return text
    .split("\n")
    .filter((line) => !claimLine.test(line))
    .join("\n")
    .replaceAll("<|>", "");
}

function roundsOf(
  sections: ReadonlyMap<string, string>,
  options: readonly Command[],
  builder: Builder,
  workspaceFiles: (name: string) => ReadonlyMap<string, string>,
): readonly Round[] {
  const isCrlf = options.some(([name, value]) => name === "line-ends" && value === "crlf");
  /** The files as they are now: an edit becomes the text that it leads to. */
  const files = new Map<string, string>();
  const writing = (path: string, text: string, mode: number | null = null): Operation => {
    files.set(path, text);
    const written = isCrlf && path === "Dockerfile" ? text.replaceAll("\n", "\r\n") : text;
    const content = { kind: "text", text: written } as const;
    return { kind: "write", path, content, mode, keepTime: false };
  };
  let round: Round = { ...plainRound, builder };
  let operations: Operation[] = [];
  const rounds: Round[] = [];
  const endRound = (): void => {
    rounds.push({ ...round, operations });
    operations = [];
    round = { ...round, forgets: false };
  };
  const set = ([name, value]: Command): void => {
    if (name === "builder" && (value === "buildkit" || value === "classic")) {
      round = { ...round, builder: value };
    } else if (name === "platform") round = { ...round, platform: value };
    else if (name === "detail") round = { ...round, lensDetail: value };
    else if (name === "target") operations.push({ kind: "target", value });
    else if (name === "build-arg") {
      const [key = "", given = ""] = value.split(/=(.*)/s);
      operations.push({ kind: "build-arg", name: key, value: given });
    } else if (name === "no") {
      operations.push({
        kind: "build-arg",
        name: value.replace(/^build-arg /, ""),
        value: null,
      });
    }
  };

  for (const [name, value] of options) {
    if (name !== "workspace") continue;
    for (const [path, text] of workspaceFiles(value)) operations.push(writing(path, text));
  }
  for (const [heading, text] of sections) {
    if (reserved.test(heading)) continue;
    const [, link, target] = /^(.+) -> (.+)$/.exec(heading) ?? [];
    if (link !== undefined && target !== undefined) {
      operations.push({ kind: "symlink", path: link, target });
      continue;
    }
    const octal = / mode=([0-7]+)$/.exec(heading)?.[1];
    const mode = octal === undefined ? null : Number.parseInt(octal, 8);
    const path = heading.replace(/ mode=[0-7]+$/, "");
    if (path.endsWith("/")) operations.push({ kind: "mkdir", path: path.slice(0, -1), mode });
    else operations.push(writing(path, path === "Dockerfile" ? typedText(text) : text, mode));
  }
  for (const option of options) if (option[0] !== "builder") set(option);
  endRound();
  for (const change of commandsIn(sections.get("change") ?? "")) {
    const [name, value] = change;
    if (name === "simulate") endRound();
    else if (name === "forget") round = { ...round, forgets: true };
    else {
      const edit = editOf(change, files, writing);
      if (edit === null) set([name, value]);
      else operations.push(...edit);
    }
  }
  if (sections.has("change")) endRound();
  return rounds;
}

const reserved = /^(?:options|change|Dockerfile after|expect\b.*|base image .+)$/;

/** null: the change is no edit of files. */
function editOf(
  [name, value]: Command,
  files: Map<string, string>,
  writing: (path: string, text: string) => Operation,
): readonly Operation[] | null {
  const [path = "", escaped = ""] = value.split(/: (.*)/s);
  const text = escaped.replaceAll("\\n", "\n");
  const now = files.get(path) ?? "";
  switch (name) {
    case "replace": {
      const [old = "", fresh = ""] = text.split(" => ");
      return [
        writing(
          path,
          now.replace(old, () => fresh),
        ),
      ];
    }
    case "cut":
      return [writing(path, now.replace(text, ""))];
    case "write":
      return [writing(path, text)];
    case "sneak": {
      const write = writing(path, text);
      return [write.kind === "write" ? { ...write, keepTime: true } : write];
    }
    case "append":
      return [writing(path, now + text)];
    case "delete":
      return [{ kind: "delete", path: value }];
    case "rename": {
      const [from = "", to = ""] = value.split(" => ");
      return [writing(to, files.get(from) ?? ""), { kind: "delete", path: from }];
    }
    case "chmod": {
      const [mode = "", file = ""] = value.split(" ");
      return [{ kind: "chmod", path: file, mode: Number.parseInt(mode, 8) }];
    }
    case "touch":
      return [{ kind: "touch", path: value }];
    case "link": {
      const [link = "", target = ""] = value.split(" => ");
      return [{ kind: "symlink", path: link, target }];
    }
    case "mkdir":
      return [{ kind: "mkdir", path: value, mode: null }];
    default:
      return null;
  }
}
