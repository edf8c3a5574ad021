/** The two language servers: ours from its bundle, and the one that people have, from npm. */
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { requests } from "../../../server/src/protocol.js";
import { firstError, installOnce, MissingMeans, npm } from "../../support/hosts/fetching.js";
import { inRepository } from "../../support/repository.js";
import type { Bench } from "./figure.js";
import { cleanEnv } from "./projects.js";
import { type Arrived, openWire, type Wire } from "./wire.js";

export const rivalName = "dockerfile-language-server-nodejs 0.15";

/** A server with one document open. */
export interface Session extends Wire {
  readonly uri: string;
  /** Of the document, for the next change. */
  readonly nextVersion: () => number;
  readonly lenses: () => Promise<Arrived>;
  /** A simulated build, to the last byte of the answer. Milliseconds. */
  readonly simulate: () => Promise<number>;
}

export interface OpenOptions {
  readonly settings?: object;
  readonly nodeArgs?: readonly string[];
}

/** Our server on a folder; nothing is open. */
export function ourServer(bench: Bench, folder: string, options: OpenOptions = {}): Promise<Wire> {
  return openWire({
    ...options,
    program: inRepository("dist/server.mjs"),
    workspaceFolder: folder,
    initializationOptions: {
      storageFolder: mkdtempSync(path.join(bench.folder, "storage-")),
      trusted: true,
      problemsPage: null,
      language: null,
    },
    env: cleanEnv(bench),
  });
}

/** Our server with the Dockerfile of a folder open, and all read that it wants to read. */
export async function openOurs(
  bench: Bench,
  folder: string,
  text: string,
  options: OpenOptions = {},
): Promise<Session> {
  const wire = await ourServer(bench, folder, options);
  return openRested(wire, path.join(folder, "Dockerfile"), text);
}

export async function openRival(bench: Bench, folder: string, text: string): Promise<Session> {
  const program = path.join(
    await fetchRival(bench),
    "node_modules/dockerfile-language-server-nodejs/lib/server.js",
  );
  const wire = await openWire({ program, workspaceFolder: folder, env: cleanEnv(bench) });
  return openRested(wire, path.join(folder, "Dockerfile"), text);
}

/** Opens a document as an editor does; what the server makes of that goes on. */
export function openDocument(wire: Wire, file: string, text: string): Session {
  // One that is written again counts as changed, for git too.
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
  const uri = pathToFileURL(file).href;
  wire.tell("textDocument/didOpen", {
    textDocument: { uri, languageId: "dockerfile", version: 1, text },
  });
  let version = 1;
  return {
    ...wire,
    uri,
    nextVersion: () => ++version,
    lenses: () => wire.ask("textDocument/codeLens", { textDocument: { uri } }),
    async simulate() {
      const { began, answer } = wire.send({
        method: requests.simulateBuild,
        params: { uri, target: null, buildArgs: {} },
        isRequest: true,
      });
      return (await answer).at - began;
    },
  };
}

async function openRested(wire: Wire, file: string, text: string): Promise<Session> {
  const session = openDocument(wire, file, text);
  await session.rest();
  return session;
}

/** The versions that its lock of that day names: what it stands on is part of how fast it is. */
const rivalPackages: readonly string[] = [
  "dockerfile-language-server-nodejs@0.15.0",
  "dockerfile-language-service@0.16.1",
  "dockerfile-utils@0.16.3",
  "dockerfile-ast@0.7.1",
];

function fetchRival(bench: Bench): Promise<string> {
  return bench.once("rival", () =>
    installOnce("rival-0.15.0", rivalName, async (to) => {
      writeFileSync(path.join(to, "package.json"), "{}\n");
      const installed = await npm(["install", ...rivalPackages], to);
      if (installed.code !== 0) {
        throw new MissingMeans(`${rivalName} cannot be fetched: ${firstError(installed)}`);
      }
    }),
  );
}
