/** What a person chose for the simulated builds of a document, kept in the workspace's state. */
import type * as vscode from "vscode";
import type { BuildChoice } from "../../server/src/protocol.js";

export interface Choice extends Omit<BuildChoice, "uri"> {
  /** True once Simulate Build has asked for target and arguments: it does not ask again. */
  readonly isAsked?: boolean;
}

export interface RememberedChoices {
  /** Something else was chosen for a document. */
  onDidChange(listener: (uri: vscode.Uri) => void): vscode.Disposable;
  /** undefined: nothing was chosen for this document yet. */
  get(uri: vscode.Uri): Choice | undefined;
  set(uri: vscode.Uri, choice: Choice): Promise<void>;
}

/**
 * Values of build args that look like secrets by their name live as long as the window: the
 * workspace's state is a plain file.
 * @param storage of the workspace
 */
export function createRememberedChoices(storage: vscode.Memento): RememberedChoices {
  const listeners = new Set<(uri: vscode.Uri) => void>();
  const secrets = new Map<string, Readonly<Record<string, string>>>();
  return {
    onDidChange(listener) {
      listeners.add(listener);
      return { dispose: () => listeners.delete(listener) };
    },
    get(uri) {
      const kept = storage.get<Choice>(key(uri));
      if (kept === undefined) return undefined;
      return { ...kept, buildArgs: { ...kept.buildArgs, ...secrets.get(key(uri)) } };
    },
    async set(uri, choice) {
      const entries = Object.entries(choice.buildArgs);
      const isSecret = ([name]: [string, string]) => looksSecret(name);
      secrets.set(key(uri), Object.fromEntries(entries.filter(isSecret)));
      await storage.update(key(uri), {
        ...(choice.build == null ? {} : { build: choice.build }),
        ...(choice.against === undefined ? {} : { against: choice.against }),
        ...(choice.isAsked === true ? { isAsked: true } : {}),
        target: choice.target,
        buildArgs: Object.fromEntries(entries.filter((entry) => !isSecret(entry))),
      } satisfies Choice);
      for (const listener of listeners) listener(uri);
    },
  };
}

/** Whether a build arg's name says that its value is nobody's business. */
export function looksSecret(name: string): boolean {
  return /(^|[_-])(api_?key|auth|credentials?|key|passw(or)?d|pw|secret|token)([_-]|$)/i.test(name);
}

function key(uri: vscode.Uri): string {
  return `buildChoice:${uri.toString()}`;
}
