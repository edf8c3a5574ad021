/**
 * Asks for target and build args before a simulated build, and only where there is a choice to
 * make. What was chosen last stands first, so that Enter is enough.
 */
import * as vscode from "vscode";
import { interfaceText } from "../../../server/src/core/text/surfaces.js";
import type { BuildChoices } from "../../../server/src/protocol.js";
import { type Choice, looksSecret } from "../rememberedChoices.js";
import type { ClientSettings } from "../settings.js";

/**
 * @param choices what the Dockerfile leaves open
 * @param last what was chosen for it last time
 * @returns undefined when the user backed out
 */
export async function chooseBuild(
  choices: BuildChoices,
  last: Choice | undefined,
  settings: Pick<ClientSettings, "buildArgs">,
): Promise<Choice | undefined> {
  let target = last?.target ?? null;
  if (choices.targets.length > 1) {
    const chosen = await chooseTarget(choices.targets, choices.target ?? "");
    if (chosen === undefined) return undefined;
    // What is meant anyway is left open: the last stage stays the last one when an edit adds another.
    if (chosen.name !== choices.target) target = chosen.name;
  } else {
    // The stage that was chosen once is gone.
    target = null;
  }
  const names = new Set(choices.buildArgs.map(({ name }) => name));
  const known = Object.entries(last?.buildArgs ?? {}).filter(([name]) => names.has(name));
  const buildArgs = await chooseBuildArgs(
    choices.buildArgs,
    Object.fromEntries(known),
    settings.buildArgs,
  );
  return buildArgs && { build: last?.build ?? null, target, buildArgs };
}

/** @returns undefined: backed out */
async function chooseTarget(
  targets: BuildChoices["targets"],
  preferred: string,
): Promise<BuildChoices["targets"][number] | undefined> {
  const first =
    targets.find(({ name }) => name.toLowerCase() === preferred.toLowerCase()) ??
    targets.find(({ isLast }) => isLast);
  const ordered = [...targets].sort((a, b) => Number(b === first) - Number(a === first));
  const items = ordered.map((target) => ({
    label: interfaceText(target.name),
    description: target.isLast
      ? vscode.l10n.t("line {0}, the last stage", target.line)
      : vscode.l10n.t("line {0}", target.line),
    target,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Simulate Build: Target"),
    placeHolder: vscode.l10n.t("The stage that the build ends at"),
  });
  return picked?.target;
}

type BuildArg = BuildChoices["buildArgs"][number];

interface ArgItem extends vscode.QuickPickItem {
  /** null: the row that starts the build. */
  readonly arg: BuildArg | null;
}

/** The list of all args; one that is picked is asked for, and the list comes back. */
async function chooseBuildArgs(
  args: readonly BuildArg[],
  last: Readonly<Record<string, string>>,
  fromSettings: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, string>> | undefined> {
  let chosen: Readonly<Record<string, string>> = last;
  while (args.length > 0) {
    const answer = await pickArg(args, chosen, fromSettings);
    if (answer === undefined) return undefined;
    if (answer.kind === "start") break;
    const { arg } = answer;
    if (answer.kind === "reset") {
      chosen = without(chosen, arg.name);
      continue;
    }
    const current = chosen[arg.name] ?? fromSettings[arg.name] ?? arg.defaultValue ?? "";
    const value = await askValue(arg, current);
    // Escape leads back to the list, where a second one ends it.
    if (value !== undefined) chosen = { ...chosen, [arg.name]: value };
  }
  return chosen;
}

type ArgAnswer =
  | { readonly kind: "start" }
  | { readonly kind: "edit" | "reset"; readonly arg: BuildArg };

function pickArg(
  args: readonly BuildArg[],
  chosen: Readonly<Record<string, string>>,
  fromSettings: Readonly<Record<string, string>>,
): Promise<ArgAnswer | undefined> {
  const picker = vscode.window.createQuickPick<ArgItem>();
  const reset: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("discard"),
    tooltip: vscode.l10n.t("Back to the value of the Dockerfile or the settings"),
  };
  const changed = args.filter(({ name }) => chosen[name] !== undefined).length;
  picker.title = vscode.l10n.t("Simulate Build: Build Arguments");
  picker.placeholder = vscode.l10n.t("Press Enter to simulate, or pick an argument to change it");
  picker.matchOnDescription = true;
  picker.items = [
    {
      label: `$(beaker) ${vscode.l10n.t("Simulate")}`,
      description:
        changed === 0
          ? vscode.l10n.t("with the values below")
          : vscode.l10n.t("with the values below, {0} of them your own", changed),
      alwaysShow: true,
      arg: null,
    },
    {
      label: vscode.l10n.t("Build arguments"),
      kind: vscode.QuickPickItemKind.Separator,
      arg: null,
    },
    ...args.map((arg) => ({
      label: interfaceText(arg.name),
      description: interfaceText(describe(arg, chosen[arg.name], fromSettings[arg.name])),
      ...(chosen[arg.name] === undefined ? {} : { buttons: [reset] }),
      arg,
    })),
  ];
  return new Promise((resolve) => {
    const done = (answer: ArgAnswer | undefined) => {
      resolve(answer);
      picker.dispose();
    };
    picker.onDidAccept(() => {
      const arg = picker.selectedItems[0]?.arg;
      if (arg !== undefined) done(arg === null ? { kind: "start" } : { kind: "edit", arg });
    });
    picker.onDidTriggerItemButton(({ item }) => {
      if (item.arg !== null) done({ kind: "reset", arg: item.arg });
    });
    picker.onDidHide(() => done(undefined));
    picker.show();
  });
}

/** What the build will see, and where it comes from. */
function describe(arg: BuildArg, own: string | undefined, setting: string | undefined): string {
  const shown = (value: string) => (looksSecret(arg.name) ? "••••" : value || '""');
  if (own !== undefined) return vscode.l10n.t("{0} (yours)", shown(own));
  if (setting !== undefined) return vscode.l10n.t("{0} (settings)", shown(setting));
  if (arg.defaultValue !== null) {
    return vscode.l10n.t("{0} (line {1})", arg.defaultValue || '""', arg.line);
  }
  return vscode.l10n.t("no value (line {0})", arg.line);
}

function askValue(arg: BuildArg, current: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: interfaceText(vscode.l10n.t("Simulate Build: {0}", arg.name)),
    prompt: interfaceText(
      arg.defaultValue === null
        ? vscode.l10n.t("The Dockerfile gives it no value.")
        : vscode.l10n.t("The Dockerfile says {0}.", arg.defaultValue || '""'),
    ),
    value: current,
    password: looksSecret(arg.name),
    ignoreFocusOut: true,
  });
}

function without(
  record: Readonly<Record<string, string>>,
  name: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}
