/** Remembers which build of a Dockerfile is meant, and tells the server. */
import * as vscode from "vscode";
import { notifications } from "../../../server/src/protocol.js";
import type { LanguageServer } from "../languageClient.js";
import type { RememberedChoices } from "../rememberedChoices.js";

/**
 * @param uri of the Dockerfile
 * @param build the id of a definition; null: the first that is found
 */
export async function useBuild(
  server: LanguageServer,
  remembered: RememberedChoices,
  uri: unknown,
  build: unknown,
): Promise<void> {
  if (typeof uri !== "string" || (typeof build !== "string" && build !== null)) return;
  const document = vscode.Uri.parse(uri);
  const last = remembered.get(document) ?? { target: null, buildArgs: {} };
  // Another build has a target and arguments of its own, and needs no question.
  const choice = { ...last, target: null, buildArgs: {}, build, isAsked: true };
  await remembered.set(document, choice);
  server.notify(notifications.buildChoice, { uri, ...choice });
}
