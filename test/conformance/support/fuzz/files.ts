/** Files that a context made by chance can hold. */
import type { Random } from "./random.js";
import type { Entry } from "./scenario.js";

export const fileNames = [
  "a.txt",
  "b.txt",
  "c.md",
  "run.sh",
  "d/x.txt",
  "d/y.md",
  "d/e/z.txt",
  "src/main.c",
  "src/lib/util.c",
  "src/lib/util.md",
  "w!x.txt",
  "h#h.txt",
  "br[1].txt",
  "d/\u00fc.md",
  "two words.txt",
  "d/e/and more.c",
];

export const archiveNames = ["a.tar", "d/b.tgz"];

/** An archive with what one can hold: owners, modes, links, folders that are listed or not. */
export function someArchive(random: Random): Entry {
  const owner = random.pick(["", " owner=1000:1000"]);
  const lines = [
    `one${owner} = ${random.pick(["1", "2"])}`,
    `e/${random.pick(["", " mode=700"])}`,
    `e/two${random.pick(["", " mode=755"])} = ${random.pick(["1", "2"])}`,
    `link -> ${random.pick(["one", "e", "nowhere"])}`,
    "same => one",
    `f/deep = ${random.pick(["1", "2"])}`,
  ];
  return {
    kind: "archive",
    lines: lines.filter((line) => line.startsWith("one") || random.chance(0.6)),
  };
}

/** A file that a server has as well; its content stays. */
export const served = "served/s.txt";
export const servedText = "served\n";
