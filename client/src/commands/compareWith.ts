/** "Stratacast: Compare With…": what forecasts of a Dockerfile stand against. */
import * as vscode from "vscode";
import { notifications } from "../../../server/src/protocol.js";
import { dockerfileFor } from "../activeDockerfile.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import type { RememberedChoices } from "../rememberedChoices.js";
import { readSettings } from "../settings.js";

export interface CompareWithDeps {
  readonly server: LanguageServer;
  readonly view: LayerView;
  readonly remembered: RememberedChoices;
}

/** @param resource the file whose menu was used; anything else means the Dockerfile in view */
export async function compareWith(
  { server, view, remembered }: CompareWithDeps,
  resource?: unknown,
): Promise<void> {
  const document = await dockerfileFor(view, resource);
  if (document === undefined) return;
  const { uri } = document;
  const last = remembered.get(uri) ?? { target: null, buildArgs: {} };
  const against = await chooseBaseline(last.against ?? readSettings(uri).against);
  if (against === undefined) return;
  const choice = { ...last, against };
  await remembered.set(uri, choice);
  server.notify(notifications.buildChoice, { uri: uri.toString(), ...choice });
}

interface BaselineItem extends vscode.QuickPickItem {
  /** The words of the setting, or what has to be asked for. */
  readonly against: string | typeof aCommit | typeof aCache;
}

const cacheWord = "cache:";

const aCommit = Symbol("commit");
const aCache = Symbol("cache");

/** @returns undefined: backed out */
async function chooseBaseline(now: string): Promise<string | undefined> {
  const items: readonly BaselineItem[] = [
    {
      label: vscode.l10n.t("Automatic"),
      detail: vscode.l10n.t(
        "The newer of the last simulated and the last recorded build; before there is one, the last commit.",
      ),
      against: "auto",
    },
    {
      label: vscode.l10n.t("Last simulated build"),
      against: "last",
    },
    {
      label: vscode.l10n.t("Last recorded build"),
      detail: vscode.l10n.t("A real one, by Record Last Build or Import Build Log."),
      against: "recorded",
    },
    {
      label: vscode.l10n.t("Last commit"),
      detail: vscode.l10n.t("The commit that is checked out (HEAD) counts as built."),
      against: "git:HEAD",
    },
    {
      label: vscode.l10n.t("Another commit or branch…"),
      against: aCommit,
    },
    {
      label: vscode.l10n.t("Caches that the build imports"),
      detail: vscode.l10n.t(
        "What a build server takes from them: those of cache-from in Compose, Bake or a workflow. A registry is asked where stratacast.resolve says so.",
      ),
      against: cacheWord,
    },
    {
      label: vscode.l10n.t("Exported cache…"),
      detail: vscode.l10n.t(
        "What a machine that imports it would take from it: a folder that --cache-to type=local wrote.",
      ),
      against: aCache,
    },
    {
      label: vscode.l10n.t("Nothing"),
      detail: vscode.l10n.t("As on a machine that never built anything."),
      against: "empty",
    },
  ];
  const isCache = now.startsWith(cacheWord);
  const isListed = items.some(({ against }) => against === now);
  const shownAs = isListed ? now : isCache ? aCache : aCommit;
  const current = vscode.l10n.t("now");
  const shown = items.map((item) => ({
    ...item,
    ...(item.against === shownAs ? { description: current } : {}),
  }));
  const picked = await vscode.window.showQuickPick(shown, {
    title: vscode.l10n.t("Compare With"),
    placeHolder: vscode.l10n.t("What is taken to be in the build cache"),
  });
  switch (picked?.against) {
    case aCommit:
      return askForCommit(isListed || isCache ? "" : now.replace(/^git:/, ""));
    case aCache:
      return askForCache();
    default:
      return picked?.against;
  }
}

async function askForCommit(now: string): Promise<string | undefined> {
  const ref = await vscode.window.showInputBox({
    title: vscode.l10n.t("Compare With"),
    prompt: vscode.l10n.t("A branch, a tag or a commit"),
    placeHolder: "main",
    ...(now === "" ? {} : { value: now }),
    validateInput: (text) =>
      text.trim() === "" ? vscode.l10n.t("Type a branch, a tag or a commit.") : undefined,
  });
  return ref === undefined ? undefined : `git:${ref.trim()}`;
}

async function askForCache(): Promise<string | undefined> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Compare With"),
      openLabel: vscode.l10n.t("Compare"),
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return folder === undefined ? undefined : `${cacheWord}${folder.fsPath}`;
}
