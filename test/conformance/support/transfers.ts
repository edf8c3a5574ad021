/** Contexts whose transfer a real engine was asked about, and what it printed. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

export interface TransferCase {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
}

export interface Transfer {
  readonly case: string;
  /** As `docker version` and `buildx version` print them. */
  readonly engine: string;
  /** "transferring context" of a first build on an engine that holds nothing. */
  readonly bytes: number;
}

/** So many files of this size in a folder. */
function many(folder: string, amount: number, size: number): Readonly<Record<string, string>> {
  const names = Array.from({ length: amount }, (_, at) => `${folder}/${at % 7}/file-${at}.txt`);
  return Object.fromEntries(names.map((name) => [name, "x".repeat(size)]));
}

export const transferCases: readonly TransferCase[] = [
  {
    name: "everything, of larger files",
    files: {
      Dockerfile: "FROM scratch\nCOPY . /\n",
      ...many("data", 60, 20_000),
      "big.bin": "x".repeat(1_500_000),
    },
  },
  {
    name: "everything but what is ignored",
    files: {
      Dockerfile: "FROM scratch\nCOPY . /\n",
      ".dockerignore": "node_modules\n**/*.log\n!keep.log\n",
      ...many("node_modules", 80, 9000),
      ...many("src", 40, 5000),
      "src/x.log": "x".repeat(70_000),
      "keep.log": "x".repeat(6000),
    },
  },
  {
    name: "only what is named, of a stage that is built",
    files: {
      Dockerfile:
        "FROM scratch AS unused\nCOPY data /\nFROM scratch\nCOPY package.json src/*.js /\nADD docs /docs/\n",
      ...many("data", 60, 20_000),
      ...many("docs", 25, 8000),
      "package.json": "{}",
      "src/a.js": "x".repeat(40_000),
      "src/b.js": "x".repeat(10_000),
      "src/c.css": "x".repeat(90_000),
    },
  },
  {
    name: "very many small files",
    files: { Dockerfile: "FROM scratch\nCOPY lib /lib/\n", ...many("lib/a/longer-name", 1500, 90) },
  },
  {
    name: "links with what they lead to, and what --exclude leaves out later",
    files: {
      Dockerfile: "FROM scratch\nCOPY current/app.js /\nCOPY --exclude=*.md docs /docs/\n",
      "v1/app.js": "x".repeat(50_000),
      "v1/other.js": "x".repeat(50_000),
      "docs/a.md": "x".repeat(30_000),
      "docs/a.html": "x".repeat(30_000),
    },
    links: { current: "v1" },
  },
  {
    name: "everything, since a tmpfs mount counts as one of the context",
    files: {
      Dockerfile:
        "FROM scratch AS tool\nCOPY tool /\nFROM local/base\nCOPY data/0/file-0.txt /\nRUN --mount=type=tmpfs,target=/t true\n",
      ...many("data", 60, 20_000),
      tool: "x".repeat(30_000),
    },
  },
];

/** @param folder is there; BuildKit tells contexts apart by its name */
export function writeTransferCase({ files, links = {} }: TransferCase, folder: string): void {
  for (const [file, text] of Object.entries(files)) {
    const to = path.join(folder, file);
    mkdirSync(path.dirname(to), { recursive: true });
    writeFileSync(to, text);
  }
  for (const [file, target] of Object.entries(links)) symlinkSync(target, path.join(folder, file));
}

/** The figure in BuildKit's progress (`--progress=rawjson`); null: it sent nothing. */
export function transferredBytes(progress: string): number | null {
  let bytes: number | null = null;
  const contexts = new Set<string>();
  for (const line of progress.split("\n")) {
    if (!line.startsWith("{")) continue;
    const { vertexes = [], statuses = [] } = JSON.parse(line) as RawProgress; // BuildKit's own lines
    for (const { digest, name } of vertexes)
      if (name === "[internal] load build context") contexts.add(digest);
    for (const { id, vertex, current } of statuses)
      if (id === "transferring context:" && contexts.has(vertex)) bytes = current;
  }
  return bytes;
}

interface RawProgress {
  readonly vertexes?: readonly { readonly digest: string; readonly name: string }[];
  readonly statuses?: readonly {
    readonly id: string;
    readonly vertex: string;
    readonly current: number;
  }[];
}
