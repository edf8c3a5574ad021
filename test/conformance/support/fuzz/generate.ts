/** A first state made by chance, and edits of it as a person might make them. */
import type { Builder } from "../caseFile.js";
import { archiveNames, fileNames, someArchive } from "./files.js";
import {
  names,
  type Surroundings,
  served,
  servedText,
  someInstruction,
  values,
} from "./instructions.js";
import type { Random } from "./random.js";
import { rewritten } from "./rewrite.js";
import type { Block, Entry, Scenario, State } from "./scenario.js";
import {
  blocked,
  foldersOf,
  isFrom,
  stageNames,
  stagesBefore,
  withBlock,
  withFile,
} from "./state.js";

/** @param edits how many states follow the first */
export function someScenario(random: Random, edits: number): Scenario {
  const builder: Builder = random.chance(0.72) ? "buildkit" : "classic";
  const writer = newWriter(random, builder);
  const states = [writer.first()];
  for (let i = 0; i < edits; i++) {
    const before = states.at(-1);
    if (before === undefined) break;
    states.push(writer.edited(before, states));
  }
  return { builder, states };
}

/** Two edits of one moment. */
function both(first: State, second: State): State {
  return { ...second, title: `${first.title}, and ${second.title}` };
}

interface Writer {
  first(): State;
  edited(before: State, all: readonly State[]): State;
}

function newWriter(random: Random, builder: Builder): Writer {
  let lastId = 0;
  const newId = () => ++lastId;

  const someEntry = (name: string): Entry => ({
    kind: "file",
    text: `${random.pick(["one", "two", "six", "longer text"])}\n`,
    mode: name.endsWith(".sh") ? 0o755 : 0o644,
  });

  const around = (state: State, stage: number): Surroundings => {
    const files = [...state.files]
      .filter(([, { kind }]) => kind !== "folder")
      .map(([name]) => name);
    return {
      builder,
      files: files.filter((name) => !name.startsWith(".")),
      folders: foldersOf(state),
      stages: stagesBefore(state.blocks, stage),
    };
  };

  const stageBlocks = (state: State, heading: string): Block[] => {
    const id = newId();
    const blocks: Block[] = [{ id, stage: id, text: heading }];
    const count = 1 + random.below(6);
    for (let i = 0; i < count; i++) {
      const text = someInstruction(
        random,
        around({ ...state, blocks: [...state.blocks, ...blocks] }, id),
      );
      blocks.push({ id: newId(), stage: id, text });
    }
    return blocks;
  };

  const somewhere = (state: State): number => 1 + random.below(Math.max(1, state.blocks.length));

  /** Each gives the next state, or null when it does not apply. */
  const edits: readonly (readonly [
    number,
    string,
    (state: State, all: readonly State[]) => State | null,
  ])[] = [
    [
      10,
      "a file is edited",
      (state) =>
        onFile(state, (entry) => ({
          ...entry,
          text: `${random.pick(["one", "two", "six", "nine lives"])}\n`,
        })),
    ],
    [3, "a file keeps its size and time", (state) => sameTimeEdit(state)],
    [
      3,
      "a file is touched",
      (state) => {
        const name = anyFile(state);
        return name === null ? null : { ...state, touched: [name] };
      },
    ],
    [
      4,
      "a mode changes",
      (state) =>
        onFile(state, (entry) => ({ ...entry, mode: random.pick([0o644, 0o755, 0o600, 0o664]) })),
    ],
    [
      2,
      "a folder's mode changes",
      (state) => {
        const folders = [...state.files].filter(([, { kind }]) => kind === "folder");
        if (folders.length === 0) return null;
        const [name] = random.pick(folders);
        return withFile(state, name, { kind: "folder", mode: random.pick([0o755, 0o700, 0o775]) });
      },
    ],
    [
      4,
      "a file comes",
      (state) => {
        const more = ["new.txt", "d/new.md", "src/new.c", "missing.txt", "missing.txt"];
        const name = random.pick([...fileNames, ...more]);
        return state.files.has(name) || blocked(state, name)
          ? null
          : withFile(state, name, someEntry(name));
      },
    ],
    [
      3,
      "a file goes",
      (state) => {
        const name = anyFile(state);
        return name === null ? null : withFile(state, name, null);
      },
    ],
    [
      2,
      "a file is renamed",
      (state) => {
        const name = anyFile(state);
        const to = random.pick(["renamed.txt", "d/renamed.txt", "src/lib/renamed.c"]);
        const entry = name === null ? undefined : state.files.get(name);
        if (name === null || entry === undefined || state.files.has(to) || blocked(state, to))
          return null;
        return withFile(withFile(state, name, null), to, entry);
      },
    ],
    [
      2,
      "an empty folder comes",
      (state) => {
        const name = random.pick(["empty", "d/empty", "src/empty"]);
        return state.files.has(name) || blocked(state, name)
          ? null
          : withFile(state, name, { kind: "folder", mode: 0o755 });
      },
    ],
    [
      3,
      "a link",
      (state) => {
        const name = random.pick(["l", "d/l", "l2"]);
        const target = random.pick([
          ...["a.txt", "b.txt", "d", "x.txt", "../a.txt", "nowhere"],
          ...["l", "d/l", "/a.txt", "/d", "../../a.txt"],
        ]);
        return blocked(state, name) ? null : withFile(state, name, { kind: "link", target });
      },
    ],
    [
      4,
      "an archive is packed anew",
      (state) => {
        const name = random.pick(archiveNames);
        return blocked(state, name) ? null : withFile(state, name, someArchive(random));
      },
    ],
    [
      4,
      "the ignore file",
      (state) =>
        withFile(state, ".dockerignore", { kind: "file", text: someIgnoreFile(), mode: 0o644 }),
    ],
    [
      12,
      "an instruction changes",
      (state) => {
        const own = state.blocks.filter(({ text }) => !isFrom(text));
        if (own.length === 0) return null;
        const block = random.pick(own);
        const keyword = /^[A-Z]+/.exec(block.text)?.[0];
        return withBlock(
          state,
          block,
          someInstruction(random, around(state, block.stage), keyword),
        );
      },
    ],
    [
      10,
      "an instruction comes",
      (state) => {
        const at = somewhere(state);
        const stage = state.blocks[at - 1]?.stage;
        if (stage === undefined) return null;
        const block = { id: newId(), stage, text: someInstruction(random, around(state, stage)) };
        return { ...state, blocks: state.blocks.toSpliced(at, 0, block) };
      },
    ],
    [
      6,
      "an instruction goes",
      (state) => {
        const own = state.blocks.filter(({ text }) => !isFrom(text));
        if (own.length === 0) return null;
        const { id } = random.pick(own);
        return { ...state, blocks: state.blocks.filter((block) => block.id !== id) };
      },
    ],
    [
      5,
      "two instructions are swapped",
      (state) => {
        const at = somewhere(state);
        const [one, two] = state.blocks.slice(at, at + 2);
        if (one === undefined || two === undefined || isFrom(one.text) || isFrom(two.text))
          return null;
        return { ...state, blocks: state.blocks.toSpliced(at, 2, two, one) };
      },
    ],
    [
      3,
      "only how it is written",
      (state) => {
        const block = random.pick(state.blocks);
        const text = rewritten(random, block.text);
        return text === block.text ? null : withBlock(state, block, text);
      },
    ],
    [
      2,
      "a stage gets another name",
      (state) => {
        const named = stageNames(state.blocks);
        if (named.length === 0) return null;
        const old = random.pick(named);
        const name = `${old}x`;
        const replace = (text: string) =>
          text
            .replace(new RegExp(`\\bAS ${old}$`), `AS ${name}`)
            .replace(new RegExp(`^FROM ${old}\\b`), `FROM ${name}`)
            .replaceAll(new RegExp(`\\bfrom=${old}\\b`, "g"), `from=${name}`);
        const target = state.target === old ? name : state.target;
        return {
          ...state,
          target,
          blocks: state.blocks.map((b) => ({ ...b, text: replace(b.text) })),
        };
      },
    ],
    [
      2,
      "a stage comes",
      (state) => {
        const last = state.blocks.findLastIndex(({ text }) => isFrom(text));
        const name = `s${newId()}`;
        const blocks = stageBlocks(
          { ...state, blocks: state.blocks.slice(0, last) },
          `FROM local/base AS ${name}`,
        );
        const from = state.blocks.at(-1)?.stage ?? 0;
        const stages = stagesBefore([...blocks], -1);
        const copy = random.pick(stages[0]?.paths ?? ["/etc/passwd"]);
        return {
          ...state,
          blocks: [
            ...state.blocks.slice(0, last),
            ...blocks,
            ...state.blocks.slice(last),
            { id: newId(), stage: from, text: `COPY --from=${name} ${copy} /from-${name}` },
          ],
        };
      },
    ],
    [
      4,
      "a build-arg",
      (state) => {
        const name = random.pick([...names, "UNUSED"]);
        const { [name]: _, ...others } = state.buildArgs;
        return {
          ...state,
          buildArgs: random.chance(0.3)
            ? others
            : { ...others, [name]: random.pick(["1", "2", "3"]) },
        };
      },
    ],
    [
      2,
      "another target",
      (state) => {
        const named = stageNames(state.blocks);
        const target = random.chance(0.4) || named.length === 0 ? null : random.pick(named);
        return { ...state, target };
      },
    ],
    [
      4,
      "back to an earlier version",
      (state, all) => {
        const { blocks, files, buildArgs, target } = random.pick(all);
        return { ...state, blocks, files, buildArgs, target };
      },
    ],
    [3, "without cache", (state) => ({ ...state, noCache: true })],
    [
      2,
      "a label on the command line",
      (state) => ({ ...state, label: random.pick(["1", "2", null]) }),
    ],
    [2, "another base image", (state) => ({ ...state, base: random.pick(["m1", "m2"]) })],
    [2, "line ends", (state) => ({ ...state, crlf: !state.crlf })],
    [1, "the folder stands elsewhere", (state) => ({ ...state, moved: true })],
    [1, "nothing changes", (state) => state],
  ];

  const anyFile = (state: State): string | null => {
    const files = [...state.files].filter(
      ([name, { kind }]) => kind === "file" && name !== ".dockerignore" && name !== served,
    );
    return files.length === 0 ? null : random.pick(files)[0];
  };

  const onFile = (
    state: State,
    change: (entry: Extract<Entry, { kind: "file" }>) => Entry,
  ): State | null => {
    const name = anyFile(state);
    const entry = name === null ? undefined : state.files.get(name);
    if (name === null || entry?.kind !== "file") return null;
    return withFile(state, name, change(entry));
  };

  const sameTimeEdit = (state: State): State | null => {
    const name = anyFile(state);
    const entry = name === null ? undefined : state.files.get(name);
    if (name === null || entry?.kind !== "file") return null;
    const text = `${[...entry.text.trim()].reverse().join("")}\n`;
    return text === entry.text
      ? null
      : { ...withFile(state, name, { ...entry, text }), sameTime: [name] };
  };

  const someArguments = (): Readonly<Record<string, string>> => {
    const given = names.filter(() => random.chance(0.15));
    return Object.fromEntries(given.map((name) => [name, random.pick(["1", "2"])]));
  };

  const someIgnoreFile = () => {
    const lines = [
      "Dockerfile",
      ".dockerignore",
      "*.md",
      "**/*.md",
      "d",
      "!d/x.txt",
      "d/*",
      "src/lib",
      "!**/*.txt",
      "a.txt",
      "# note",
      "e",
      "**/e",
      "*",
      "!src",
    ];
    const count = 1 + random.below(3);
    return Array.from({ length: count }, () => `${random.pick(lines)}\n`).join("");
  };

  const edit = (before: State, all: readonly State[]): State => {
    for (;;) {
      const [title, change] = random.weigh(
        edits.map(([weight, t, e]) => [weight, [t, e] as const] as const),
      );
      const next = change(before, all);
      if (next !== null) return { ...next, title };
    }
  };

  return {
    first() {
      const files = new Map<string, Entry>();
      for (const name of fileNames) if (random.chance(0.75)) files.set(name, someEntry(name));
      for (const folder of ["d", "d/e", "src", "src/lib"])
        files.set(folder, { kind: "folder", mode: 0o755 });
      if (random.chance(0.3))
        files.set("l", { kind: "link", target: random.pick(["a.txt", "d", "nowhere"]) });
      if (random.chance(0.2))
        files.set("d/l", { kind: "link", target: random.pick(["x.txt", "../a.txt"]) });
      for (const name of archiveNames) if (random.chance(0.3)) files.set(name, someArchive(random));
      if (builder === "buildkit" && random.chance(0.3))
        files.set(served, { kind: "file", text: servedText, mode: 0o644 });
      if (random.chance(0.4))
        files.set(".dockerignore", { kind: "file", text: someIgnoreFile(), mode: 0o644 });
      let state: State = {
        blocks: [],
        files,
        target: null,
        buildArgs: someArguments(),
        touched: [],
        sameTime: [],
        moved: false,
        noCache: false,
        label: null,
        base: "",
        crlf: random.chance(0.1),
        title: "",
      };
      if (random.chance(0.3)) {
        const text = `ARG ${random.pick(names)}=${random.pick(values)}`;
        state = { ...state, blocks: [{ id: newId(), stage: 0, text }] };
      }
      const count = random.weigh([
        [3, 1],
        [4, 2],
        [2, 3],
        [1, 4],
        [0.4, 10],
      ]);
      for (let i = 0; i < count; i++) {
        const earlier = stageNames(state.blocks);
        const base =
          earlier.length > 0 && random.chance(0.25)
            ? random.pick(earlier)
            : random.chance(0.04) && i > 0
              ? "scratch"
              : "local/base";
        const name = i === count - 1 && random.chance(0.7) ? "" : ` AS s${i}`;
        state = {
          ...state,
          blocks: [...state.blocks, ...stageBlocks(state, `FROM ${base}${name}`)],
        };
      }
      return state;
    },
    edited(before, all) {
      const plain: State = {
        ...before,
        touched: [],
        sameTime: [],
        moved: false,
        noCache: false,
        title: "",
      };
      const once = edit(plain, all);
      // What a person does between two builds is more than one thing now and then.
      return random.chance(0.15) ? both(once, edit(once, all)) : once;
    },
  };
}
