/** What was chosen for Simulate Build, in words; a value that looks like a secret is not shown. */
import * as vscode from "vscode";
import { interfaceText } from "../../server/src/core/text/surfaces.js";
import { type Choice, looksSecret } from "./rememberedChoices.js";

/** `Target test, NODE_VERSION=20`; empty: nothing but what files and settings say. */
export function choiceWords(choice: Choice | undefined): string {
  if (choice === undefined) return "";
  const args = Object.entries(choice.buildArgs).map(([name, value]) =>
    looksSecret(name) ? `${name}=••••` : `${name}=${value}`,
  );
  const target = choice.target === null ? [] : [vscode.l10n.t("Target {0}", choice.target)];
  return interfaceText([...target, ...args].join(", "));
}
