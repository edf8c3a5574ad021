/**
 * Measures for how many Dockerfiles of real repositories the build that is meant is taken:
 *
 *     node .cache/build/realBuilds.mjs FOLDER
 *
 * Repositories of `test/real/builds.tsv` that are not in the folder, as `owner+name`, are fetched first.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { inRepository } from "./repository.js";

interface Label {
  readonly repository: string;
  readonly commit: string;
  readonly dockerfile: string;
  /** `context`, or `context target`; `-`: none that is here. */
  readonly meant: string;
  readonly evidence: string;
}

interface Listed {
  readonly dockerfile: string | null;
  readonly context: string | null;
  readonly target: string | null;
  readonly chosen: boolean;
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: npm run measure:builds -- FOLDER");
  process.exitCode = 2;
} else measure(path.resolve(folder));

function measure(into: string): void {
  const labels = readLabels();
  const wrong: string[] = [];
  for (const repository of new Set(labels.map((label) => label.repository))) {
    const own = labels.filter((label) => label.repository === repository);
    const taken = takenIn(fetched(into, repository, own[0]?.commit ?? "HEAD"));
    for (const { dockerfile, meant, evidence } of own) {
      const found = taken.get(dockerfile) ?? "-";
      if (found !== meant)
        wrong.push(`${repository} ${dockerfile}: ${found}; meant is ${meant} (${evidence})`);
    }
  }
  const right = labels.length - wrong.length;
  console.log([...wrong, "", `${right} of ${labels.length} Dockerfiles`].join("\n"));
}

function readLabels(): readonly Label[] {
  const [, ...rows] = readFileSync(inRepository("test/real/builds.tsv"), "utf8").trim().split("\n");
  return rows.map((row) => {
    const [
      repository = "",
      commit = "",
      dockerfile = "",
      context = "",
      target = "",
      evidence = "",
    ] = row.split("\t");
    return { repository, commit, dockerfile, meant: `${context} ${target}`.trim(), evidence };
  });
}

/** The folder of its checkout. */
function fetched(into: string, repository: string, commit: string): string {
  const own = path.join(into, repository.replace("/", "+"));
  if (existsSync(own)) return own;
  mkdirSync(own, { recursive: true });
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: own });
  git("init", "--quiet");
  git("fetch", "--quiet", "--depth", "1", `https://github.com/${repository}.git`, commit);
  git("checkout", "--quiet", "FETCH_HEAD");
  return own;
}

/** By the paths of Dockerfiles. */
function takenIn(root: string): ReadonlyMap<string, string> {
  const words = [inRepository("dist/cli.mjs"), "builds", "--format", "json"];
  const out = execFileSync(process.execPath, words, { cwd: root, maxBuffer: 100_000_000 });
  const { builds } = JSON.parse(String(out)) as { readonly builds: readonly Listed[] }; // the schema's test says so
  return new Map(
    builds.flatMap(({ dockerfile, context, target, chosen }) =>
      chosen && dockerfile !== null
        ? [
            [
              dockerfile,
              `${context === "" ? "." : (context ?? "-")} ${target ?? ""}`.trim(),
            ] as const,
          ]
        : [],
    ),
  );
}
