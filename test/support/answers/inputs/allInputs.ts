/** Every Dockerfile that the tests hold, as an input; in an order that does not change. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Case, Operation } from "../../../conformance/support/caseFile.js";
import { readCases } from "../../../conformance/support/store.js";
import { inRepository, repositoryRoot } from "../../repository.js";
import { readFixtureText } from "./fixtureInput.js";
import { buildCommands, commandFor, type Input, isOneOf, plainInput, plainRound } from "./input.js";

export function allInputs(): readonly Input[] {
  const cases = readCases(repositoryRoot).map(({ theCase }) => theCase);
  return [
    help,
    ...workspaceInputs(),
    ...featureInputs(),
    ...syntaxInputs(),
    ...grammarInputs(),
    ...togetherInputs(cases),
    ...cases.map(caseInput),
  ];
}

const fixtures = inRepository("test", "fixtures");
const bothBuilders = ["buildkit", "classic"] as const;
const againstCommit = ["simulate", "--dry-run", "--against", "HEAD"];

/** What the command line says of itself, and how it refuses. */
const help: Input = {
  ...plainInput,
  name: "help",
  rounds: [plainRound],
  commands: [
    [],
    ["--help"],
    ["--version"],
    ["nonsense"],
    ["simulate", "--help"],
    ["explain", "--help"],
    ["run", "--help"],
    ["simulate", "--format", "xml"],
    ["explain", "--file", "absent"],
    ["run", "--build-context", "a"],
  ],
};

/** The sample projects, edited as one would: in a file, in a mode, in the Dockerfile. */
function workspaceInputs(): readonly Input[] {
  const root = path.join(fixtures, "workspaces");
  return foldersIn(root).flatMap((workspace) => {
    const files = [...filesOf(path.join(root, workspace))];
    const dockerfiles = files.flatMap(([name]) => (isDockerfile(name) ? [name] : []));
    const others = files.flatMap(([name]) =>
      isDockerfile(name) || name.includes("dockerignore") ? [] : [name],
    );
    const [first = "", last = ""] = [others.at(0), others.at(-1)];
    return dockerfiles.flatMap((dockerfile) =>
      bothBuilders.flatMap((builder) =>
        (["en", "de"] as const).map((language): Input => {
          const round = { ...plainRound, builder };
          const forms = builder === "buildkit" ? buildCommands : [commandFor(dockerfile)];
          return {
            ...plainInput,
            name: `workspaces/${workspace}/${dockerfile} (${builder}, ${language})`,
            language,
            isTracked: true,
            hovers: "every word",
            withGlossary: true,
            onCommandLine: language === "en",
            commands: language === "en" ? [...forms, againstCommit] : [],
            rounds: [
              { ...round, operations: [...writes(files), { kind: "file", value: dockerfile }] },
              { ...round, operations: [append(last, "# edited")] },
              { ...round, operations: [{ kind: "chmod", path: first, mode: 0o600 }] },
              { ...round, operations: [append(dockerfile, "RUN echo one more step")] },
            ],
          };
        }),
      ),
    );
  });
}

function featureInputs(): readonly Input[] {
  const workspaceFiles = (name: string) => filesOf(path.join(fixtures, "workspaces", name));
  return foldersIn(fixtures).flatMap((feature) =>
    namesIn(path.join(fixtures, feature), ".txt").flatMap((file) => {
      const name = `${feature}/${file}`;
      const text = readFileSync(path.join(fixtures, name), "utf8");
      const { builders, rounds } = readFixtureText(text, workspaceFiles);
      return builders.flatMap((builder) => {
        const full = `${name} (${builder})`;
        const english = withCommandLine({
          ...plainInput,
          name: full,
          hovers: feature === "hover" ? "every word" : "first and last word",
          rounds: rounds(builder),
        });
        if (!isOneOf(8, full)) return [english];
        return [
          english,
          { ...english, name: `${full} (de)`, language: "de", commands: [] } as const,
        ];
      });
    }),
  );
}

function syntaxInputs(): readonly Input[] {
  return foldersIn(path.join(fixtures, "syntax")).map((name) => {
    const text = readFileSync(path.join(fixtures, "syntax", name, "Dockerfile"), "utf8");
    return withCommandLine({
      ...plainInput,
      name: `syntax/${name}`,
      hovers: "every word",
      rounds: [{ ...plainRound, operations: writes([["Dockerfile", text]]) }],
    });
  });
}

function grammarInputs(): readonly Input[] {
  return namesIn(path.join(fixtures, "grammar"), ".dockerfile").map((name) => {
    const text = readFileSync(path.join(fixtures, "grammar", name), "utf8");
    return {
      ...plainInput,
      name: `grammar/${name} (untitled)`,
      isUntitled: true,
      rounds: [
        { ...plainRound, operations: writes([["Dockerfile", text]]) },
        { ...plainRound, operations: [append("Dockerfile", "RUN echo one more step")] },
      ],
    };
  });
}

/** A case that was recorded with an engine; with one of its builders, to be done in time. */
function caseInput({ name, builders, setup, changes }: Case): Input {
  const builder = builders.at(isOneOf(2, name) ? 0 : -1) ?? "buildkit";
  const input: Input = {
    ...plainInput,
    name: `conformance/${name} (${builder})`,
    chosenBy: "person",
    rounds: [setup, ...changes.map(({ operations }) => operations)].map((operations) => ({
      ...plainRound,
      builder,
      operations,
    })),
  };
  // Options reach the command line only.
  const hasOptions = input.rounds.some(({ operations }) =>
    operations.some(({ kind }) => kind === "option"),
  );
  return hasOptions ? { ...input, onCommandLine: true } : withCommandLine(input);
}

/** Several Dockerfiles in one folder, for the layers that they share: some cases of each topic. */
function togetherInputs(cases: readonly Case[]): readonly Input[] {
  const topics = new Set(cases.map(({ name }) => path.posix.dirname(name)));
  return [...topics].flatMap((topic) => {
    const parts = cases.filter(
      ({ name, setup }) =>
        path.posix.dirname(name) === topic && setup.every(({ kind }) => kind === "write"),
    );
    const operations = parts.slice(0, 8).flatMap(({ name, setup }) => {
      const folder = path.posix.basename(name);
      return setup.map(
        (operation): Operation =>
          operation.kind === "write"
            ? { ...operation, path: `${folder}/${operation.path}` }
            : operation,
      );
    });
    const [opened] = operations.flatMap((operation) =>
      operation.kind === "write" && operation.path.endsWith("/Dockerfile") ? [operation.path] : [],
    );
    if (opened === undefined) return [];
    return {
      ...plainInput,
      name: `together/${topic}`,
      rounds: [{ ...plainRound, operations: [...operations, { kind: "file", value: opened }] }],
    };
  });
}

/** A program takes a while to start, so not for all. */
function withCommandLine(input: Input): Input {
  return {
    ...input,
    onCommandLine: isOneOf(20, input.name),
    commands: isOneOf(10, input.name) ? [commandFor(input.name)] : [],
  };
}

function isDockerfile(name: string): boolean {
  return /(?:^|\.)(?:docker|container)file(?:\.\w+)?$/i.test(name) && !name.endsWith("ignore");
}

function writes(files: Iterable<readonly [string, string]>): readonly Operation[] {
  return [...files].map(([name, text]) => ({
    kind: "write",
    path: name,
    content: { kind: "text", text },
    mode: null,
    keepTime: false,
  }));
}

function append(file: string, line: string): Operation {
  return { kind: "edit", path: file, edit: { kind: "append", line }, keepTime: false };
}

function foldersIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort();
}

function namesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();
}

/** By path, `/` between names. */
function filesOf(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  return new Map(
    files.map((file) => [
      path.relative(folder, file).replaceAll(path.sep, "/"),
      readFileSync(file, "utf8"),
    ]),
  );
}
