/**
 * `textDocument/diagnostic` and `workspace/diagnostic`: an editor that asks for problems is told when
 * to ask again. A request for those of the workspace is held until there is something new to say.
 */
import {
  type CancellationToken,
  type Connection,
  type Diagnostic,
  DiagnosticRefreshRequest,
  DiagnosticSeverity,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { toCancellation, toPath } from "../convert/fromProtocol.js";
import { sha256 } from "../host/digest.js";
import { readTextFile } from "../host/nodeFileSystem.js";
import {
  type ClosedDockerfile,
  type ClosedHost,
  closedDockerfiles,
} from "../workspace/closedDockerfiles.js";
import { makeDiagnostics } from "./diagnostics.js";

/** What is open is looked at first; changes are gathered for as long. Milliseconds. */
const calm = 500;

/** Of the time at most one part in so many goes into files that are not open. */
const share = 10;

export interface PullHost extends ClosedHost {
  readonly connection: Connection;
  /** Of an open document; null: it is no Dockerfile. */
  diagnostics(uri: string): Diagnostic[] | null;
  /** Of the page that describes the problems. */
  readonly problemsPage: string | null;
}

export interface PullDiagnostics {
  document(
    params: DocumentDiagnosticParams,
    token: CancellationToken,
  ): Promise<DocumentDiagnosticReport>;
  workspace(
    params: WorkspaceDiagnosticParams,
    token: CancellationToken,
  ): Promise<WorkspaceDiagnosticReport>;
  /** The problems of an open document may be others: the editor asks again where they are. */
  changed(uri: string): void;
  /** Files, settings or what is open are others. */
  workspaceChanged(): void;
}

export function createPullDiagnostics(host: PullHost): PullDiagnostics {
  /** What the editor was told last of each document. */
  const told = new Map<string, string>();
  /** What was found at the last look at all that is not open, and after how many changes. */
  let last: { readonly ids: ReadonlyMap<string, string>; readonly changes: number } | null = null;
  let changes = 0;
  /** Of the requests that are held. */
  const waiting = new Set<() => void>();
  /** Milliseconds to rest before the next look. */
  let rest = calm;
  let willRefresh = false;

  const askAgain = (): void => {
    willRefresh = false;
    host.connection
      .sendRequest(DiagnosticRefreshRequest.type)
      .catch((error: unknown) => host.log(String(error)));
  };

  const problemsOf = ({ uri, text, build }: ClosedDockerfile): Diagnostic[] =>
    makeDiagnostics(
      TextDocument.create(uri, "dockerfile", 0, text),
      build,
      host.problemsPage,
    ).filter(isListed);

  /** True where a look would find nothing that is new to who knows these. */
  const isCurrent = (previous: ReadonlyMap<string, string>): boolean =>
    last?.changes === changes &&
    [...last.ids].every(([uri, id]) => previous.get(uri) === id) &&
    [...previous.keys()].every((uri) => last?.ids.has(uri) || told.has(uri));

  const look = async (
    previous: ReadonlyMap<string, string>,
    token: CancellationToken,
  ): Promise<WorkspaceDocumentDiagnosticReport[]> => {
    const reports: WorkspaceDocumentDiagnosticReport[] = [];
    const report = (uri: string, items: Diagnostic[]): void => {
      const resultId = idOf(items);
      told.set(uri, resultId);
      reports.push(
        previous.get(uri) === resultId
          ? { kind: "unchanged", uri, version: null, resultId }
          : { kind: "full", uri, version: null, resultId, items },
      );
    };
    const at = changes;
    for await (const closed of closedDockerfiles(host, toCancellation(token)))
      report(closed.uri, problemsOf(closed));
    if (token.isCancellationRequested) return reports;
    last = { ids: new Map(reports.map(({ uri, resultId = "" }) => [uri, resultId])), changes: at };
    // An editor can hold on to a text that it does not show, and then asks nothing about it.
    const seen = new Set(reports.map(({ uri }) => uri));
    for (const uri of new Set([...told.keys(), ...previous.keys()])) {
      const file = toPath(uri);
      if (file === null || seen.has(uri)) continue;
      report(uri, readTextFile(file).ok ? (host.diagnostics(uri) ?? []) : []);
      if (!host.isOpen(uri)) told.delete(uri);
    }
    return reports;
  };

  return {
    async document({ textDocument: { uri }, previousResultId }, token) {
      const open = host.diagnostics(uri);
      let items = open ?? [];
      if (open === null)
        for await (const closed of closedDockerfiles(host, toCancellation(token), uri))
          items = problemsOf(closed);
      const resultId = idOf(items);
      if (open !== null) told.set(uri, resultId);
      return resultId === previousResultId
        ? { kind: "unchanged", resultId }
        : { kind: "full", resultId, items };
    },
    async workspace({ previousResultIds }, token) {
      const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
      const cancelled = new Promise<void>((resolve) =>
        token.onCancellationRequested(() => resolve()),
      );
      let looked = -1;
      while (!token.isCancellationRequested) {
        await Promise.race([cancelled, pause(rest)]);
        if (looked === changes || isCurrent(previous))
          await Promise.race([cancelled, new Promise<void>((resolve) => waiting.add(resolve))]);
        if (token.isCancellationRequested) break;
        looked = changes;
        const start = performance.now();
        const items = await look(previous, token);
        rest = Math.max(calm, share * (performance.now() - start));
        if (!token.isCancellationRequested && items.some(({ kind }) => kind === "full"))
          return { items };
      }
      return { items: [] };
    },
    changed(uri) {
      const items = host.diagnostics(uri);
      const resultId = items === null ? undefined : idOf(items);
      if (resultId === undefined || told.get(uri) === resultId) return;
      told.set(uri, resultId);
      if (!willRefresh) setImmediate(askAgain);
      willRefresh = true;
    },
    workspaceChanged() {
      changes++;
      for (const wake of waiting) wake();
      waiting.clear();
    },
  };
}

function idOf(items: readonly Diagnostic[]): string {
  return sha256(JSON.stringify(items));
}

/** Hints are seen in the text alone. */
function isListed({ severity }: Diagnostic): boolean {
  return severity !== DiagnosticSeverity.Hint;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
