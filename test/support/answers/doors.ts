/** The doors of one build of the product: its bundles, and the servers that are running of them. */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Doors, ServerKind } from "./asking/ask.js";
import { type LanguageServer, startLanguageServer } from "./asking/languageServer.js";

export interface OpenDoors extends Doors {
  close(): Promise<void>;
}

/** @param root of the checkout that was built */
export function openDoors(root: string): OpenDoors {
  const servers = new Map<string, LanguageServer>();
  const nameOf = ({ language, isTrusted }: ServerKind) => `${language} ${isTrusted}`;
  const stop = async (name: string): Promise<void> => {
    const server = servers.get(name);
    servers.delete(name);
    await server?.stop();
  };
  return {
    commandLine: path.join(root, "dist/cli.mjs"),
    async server(kind) {
      const running = servers.get(nameOf(kind));
      if (running !== undefined) return running;
      const program = path.join(root, "dist/server.mjs");
      const texts = textsOf(root, kind.language);
      const server = await startLanguageServer(program, texts, kind.isTrusted);
      servers.set(nameOf(kind), server);
      return server;
    },
    drop: (kind) => stop(nameOf(kind)),
    async close() {
      for (const name of [...servers.keys()]) await stop(name);
    },
  };
}

/** As the client hands them to the server when it starts. */
function textsOf(root: string, language: "en" | "de"): object | null {
  if (language === "en") return null;
  const file = path.join(root, `l10n/bundle.l10n.${language}.json`);
  const texts: unknown = JSON.parse(readFileSync(file, "utf8"));
  return { id: language, texts };
}
