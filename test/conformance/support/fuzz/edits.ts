/** Edits of a state as a person might make them. */
import { archiveNames, fileNames, served, someArchive } from "./files.js";
import { names, type Surroundings, someInstruction } from "./instructions.js";
import type { Random } from "./random.js";
import { rewritten } from "./rewrite.js";
import type { Block, Entry, State } from "./scenario.js";
import { blocked, isFrom, stageNames, stagesBefore, withBlock, withFile } from "./state.js";

/** What makes the pieces of a state. */
export interface Maker {
  readonly random: Random;
  newId(): number;
  someEntry(name: string): Entry;
  someIgnoreFile(): string;
  around(state: State, stage: number): Surroundings;
  stageBlocks(state: State, heading: string): readonly Block[];
}

/** How often it comes, what it is called, and what gives the next state, or null when it does not apply. */
export type Edit = readonly [
  weight: number,
  title: string,
  change: (state: State, all: readonly State[]) => State | null,
];

export function editsBy(maker: Maker): readonly Edit[] {
  const { random, newId, someEntry, someIgnoreFile, around, stageBlocks } = maker;
  const somewhere = (state: State): number => 1 + random.below(Math.max(1, state.blocks.length));

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

  return [
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
      2,
      "a hard link",
      (state) => {
        const target = anyFile(state);
        const name = random.pick(["0.txt", "d/hard.txt", "hard.txt"]);
        return target === null || target === name || blocked(state, name)
          ? null
          : withFile(state, name, { kind: "hardlink", target });
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
}
