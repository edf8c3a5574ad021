/** A first state made by chance, and what follows it. */
import type { Builder } from "../caseFile.js";
import { editsBy } from "./edits.js";
import { archiveNames, fileNames, served, servedText, someArchive } from "./files.js";
import { names, type Surroundings, someInstruction, values } from "./instructions.js";
import type { Random } from "./random.js";
import type { Block, Entry, Scenario, State } from "./scenario.js";
import { foldersOf, stageNames, stagesBefore } from "./state.js";

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

  const maker = { random, newId, someEntry, someIgnoreFile, around, stageBlocks };
  const edits = editsBy(maker).map(
    ([weight, title, change]) => [weight, [title, change] as const] as const,
  );
  const edit = (before: State, all: readonly State[]): State => {
    for (;;) {
      const [title, change] = random.weigh(edits);
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
      if (files.has("a.txt") && random.chance(0.15))
        files.set(random.pick(["0.txt", "d/hard.txt"]), { kind: "hardlink", target: "a.txt" });
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
        context: random.chance(0.12) ? "app" : "",
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
