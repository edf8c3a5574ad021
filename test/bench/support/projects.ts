/** Build contexts on disk: a Node project with a wanted number of files. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Bench } from "./figure.js";
import { pause } from "./measure.js";

/** Files of a folder, and folders of a folder, in a project that is not flat. */
const perFolder = 20;

/** Files that were changed this short before they are read are read again by every program. Milliseconds. */
const settled = 2_200;

export interface Project {
  readonly folder: string;
  /** Every file that a COPY takes, from the folder. */
  readonly files: readonly string[];
  /** Gives these files another content. */
  readonly change: (files: readonly string[]) => void;
  /** Gives them the one that they had. */
  readonly putBack: (files: readonly string[]) => void;
  /** Waits until what was put back counts as unchanged, for git too. */
  readonly settle: () => Promise<void>;
}

export interface ProjectOptions {
  readonly files: number;
  readonly layout: "nested" | "flat";
  /** So many bytes a file. Default: 200. */
  readonly bytes?: number;
  /** A tenth more files in a folder that .gitignore hides and .dockerignore lets in. */
  readonly hasHidden?: boolean;
  /** Committed, and git's index is fresh. */
  readonly isGit: boolean;
}

/** Made once for the same wishes; whoever changes files puts them back, and has them settle. */
export function project(bench: Bench, options: ProjectOptions): Promise<Project> {
  return bench.once(`project ${JSON.stringify(options)}`, () => makeProject(bench, options));
}

/** With a place for files of the user that is the bench's own. */
export function cleanEnv(bench: Bench): NodeJS.ProcessEnv {
  const home = path.join(bench.folder, "home");
  mkdirSync(home, { recursive: true });
  return {
    ...process.env,
    HOME: home,
    XDG_CACHE_HOME: path.join(home, "cache"),
    XDG_STATE_HOME: path.join(home, "state"),
    XDG_CONFIG_HOME: path.join(home, "config"),
    GIT_CONFIG_NOSYSTEM: "1",
  };
}

/** A real engine can build it. */
export const projectDockerfile = `FROM local/base
WORKDIR /srv/app
COPY package.json package-lock.json ./
RUN test -s package-lock.json
COPY . .
RUN ls src > sources.txt
CMD ["cat", "sources.txt"]
`;

async function makeProject(bench: Bench, options: ProjectOptions): Promise<Project> {
  const { files, layout, bytes = 200, hasHidden = false, isGit } = options;
  const projects = bench.once("projects", () => ({ count: 0 }));
  const folder = path.join(bench.folder, `project-${projects.count++}`);
  bench.print(`  (makes ${files.toLocaleString("en")} files)`);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(path.join(folder, name), text);
  write("Dockerfile", projectDockerfile);
  write(".dockerignore", ".git\nDockerfile\n");
  write(".gitignore", "dist/\n");
  write("package.json", "{}\n");
  write("package-lock.json", "{}\n");
  const names = Array.from({ length: files }, (_, at) => nameOf(at, layout));
  const hidden = hasHidden
    ? Array.from({ length: files / 10 }, (_, at) => `dist/${nameOf(at, "nested")}`)
    : [];
  const all = [...names, ...hidden];
  for (const own of new Set(all.map((name) => path.dirname(name)))) {
    mkdirSync(path.join(folder, own), { recursive: true });
  }
  for (const name of all) write(name, contentOf(name, bytes));
  await pause(settled);
  const env = cleanEnv(bench);
  if (isGit) commitAll(folder, env);
  return {
    folder,
    files: names,
    change: (some) => {
      for (const name of some) write(name, contentOf(`${name} is another`, bytes));
    },
    putBack: (some) => {
      for (const name of some) write(name, contentOf(name, bytes));
    },
    async settle() {
      await pause(settled);
      if (isGit) git(folder, env, "status");
    },
  };
}

/** No two are equal. */
function contentOf(name: string, bytes: number): string {
  return `// ${name}\n`.padEnd(bytes, "export const x = 1;\n");
}

function nameOf(at: number, layout: "nested" | "flat"): string {
  if (layout === "flat") return `src/f${at}.js`;
  const inner = Math.floor(at / perFolder);
  return `src/d${Math.floor(inner / perFolder)}/e${inner % perFolder}/f${at}.js`;
}

function commitAll(folder: string, env: NodeJS.ProcessEnv): void {
  const author = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  git(folder, env, "init", "--quiet");
  git(folder, env, "config", "gc.auto", "0");
  git(folder, env, "add", "--all");
  git(folder, env, ...author, "commit", "--quiet", "-m", "all");
  git(folder, env, "status");
}

function git(folder: string, env: NodeJS.ProcessEnv, ...words: readonly string[]): void {
  execFileSync("git", words, { cwd: folder, env, stdio: "ignore" });
}
