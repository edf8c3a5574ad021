/** Questions to a state, and states with one thing changed. */
import type { Surroundings } from "./instructions.js";
import type { Block, Entry, State } from "./scenario.js";

/** The folders of a state, those that hold only files included. */
export function foldersOf({ files }: State): readonly string[] {
  return [...files].filter(([, { kind }]) => kind === "folder").map(([name]) => name);
}

/** True when a folder on the way to this name is no folder, or the name is one that holds something. */
export function blocked({ files }: State, name: string): boolean {
  const parts = name.split("/");
  const parents = parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("/"));
  return (
    parents.some((parent) => files.get(parent)?.kind !== "folder") ||
    files.get(name)?.kind === "folder"
  );
}

export function withFile(state: State, name: string, entry: Entry | null): State {
  const files = new Map(state.files);
  if (entry === null) files.delete(name);
  else files.set(name, entry);
  // Other names of a file go with it.
  const isGone = entry?.kind !== "file";
  for (const [other, one] of state.files) {
    if (isGone && one.kind === "hardlink" && one.target === name) files.delete(other);
  }
  return { ...state, files };
}

export function withBlock(state: State, block: Block, text: string): State {
  return { ...state, blocks: state.blocks.map((b) => (b.id === block.id ? { ...b, text } : b)) };
}

export function isFrom(text: string): boolean {
  return text.trimStart().toUpperCase().startsWith("FROM ");
}

export function stageNames(blocks: readonly Block[]): readonly string[] {
  return blocks.flatMap(({ text }) => /^FROM \S+ AS (\S+)$/.exec(text)?.[1] ?? []);
}

/** The named stages above `stage`, each with paths that its instructions surely make. */
export function stagesBefore(blocks: readonly Block[], stage: number): Surroundings["stages"] {
  const found: { name: string; paths: string[] }[] = [];
  let current: { name: string; paths: string[] } | null = null;
  for (const { id, text } of blocks) {
    if (id === stage) break;
    const from = /^FROM (\S+)(?: AS (\S+))?$/.exec(text);
    if (from !== null) {
      const parent = found.find(({ name }) => name === from[1]);
      const inherited = parent?.paths ?? (from[1] === "scratch" ? ["/"] : ["/etc/passwd", "/etc"]);
      current = { name: from[2] ?? "", paths: [...inherited] };
      if (from[2] !== undefined) found.push(current);
      continue;
    }
    const copied = /^(?:COPY|ADD) .*?(\/(?:x|y\/z|many\/|tmp\/c))$/.exec(text)?.[1];
    if (copied !== undefined) current?.paths.push(copied);
    const output = /> (\/tmp\/o\d)$/.exec(text)?.[1];
    if (output !== undefined) current?.paths.push(output, "/tmp");
    const made = /^WORKDIR (\/w|\/tmp\/d)$/.exec(text)?.[1];
    if (made !== undefined) current?.paths.push(made);
  }
  return found;
}
