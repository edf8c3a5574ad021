/** A repository in a real folder, and what is known of its files without reading them. */
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";
import { gitBlobId } from "../../../../server/src/host/digest.js";
import { createGitReader, type GitFolder } from "../../../../server/src/host/gitReader.js";
import { nodeFileSystem } from "../../../../server/src/host/nodeFileSystem.js";
import { createSlices } from "../../../../server/src/host/slices.js";
import { gitEnvironment } from "../../../support/gitEnvironment.js";
import { temporaryFolder } from "../../../support/temporaryFolder.js";

export interface Repository {
  readonly folder: string;
  /** Runs git in the folder; it may fail. Gives what it prints. */
  git(...words: readonly string[]): string;
}

/** @param files of the first commit */
export function repositoryOf(
  t: TestContext,
  files: Readonly<Record<string, string | Uint8Array>>,
  ...init: readonly string[]
): Repository {
  const folder = temporaryFolder(t, files);
  const git = gitIn(folder);
  git("init", "--quiet", "--initial-branch=main", ...init);
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  return { folder, git };
}

export function gitIn(folder: string): Repository["git"] {
  return (...words) => {
    try {
      return execFileSync("git", words, {
        cwd: folder,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...gitEnvironment(folder), GIT_ALLOW_PROTOCOL: "file" },
      });
    } catch (error) {
      return String(error);
    }
  };
}

/** For each file below a folder whose blob is known without reading it, whether that is what it holds. */
export async function knownBlobs(
  folder: string,
  home = folder,
): Promise<ReadonlyMap<string, boolean>> {
  const fileSystem = nodeFileSystem();
  const known = new Map<string, boolean>();
  const slices = createSlices(undefined);
  const visit = async (place: string, git: GitFolder | null): Promise<void> => {
    for (const name of readdirSync(path.join(folder, place))) {
      if (name === ".git") continue;
      const inside = path.join(place, name);
      const file = path.join(folder, inside);
      if (lstatSync(file).isDirectory()) {
        const has = (other: string): boolean => existsSync(path.join(file, other));
        await visit(inside, (await git?.below(name, has, slices)) ?? null);
      }
      const stat = fileSystem.stat(file);
      if (!stat.ok || stat.value.kind !== "file") continue;
      const blob = git?.blobOf({ name, ...stat.value }) ?? null;
      if (blob !== null) known.set(inside, blob === gitBlobId(readFileSync(file)));
    }
  };
  const reader = createGitReader(fileSystem, { home, env: {} });
  await visit("", await reader.folder(folder, slices));
  return known;
}

/** Long enough for git to tell a file that is written from then on from one that was written before. */
export async function settleDown(): Promise<void> {
  await new Promise((resume) => setTimeout(resume, 60));
}
