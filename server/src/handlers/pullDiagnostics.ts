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
import { type ClosedHost, closedDockerfiles } from "../workspace/closedDockerfiles.js";
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
  document(params: DocumentDiagnosticParams): DocumentDiagnosticReport;
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
  let isStale = true;
  /** Milliseconds to rest before the next look. */
  let rest = calm;
  let wake: () => void = () => undefined;
  let willRefresh = false;

  const askAgain = (): void => {
    willRefresh = false;
    host.connection
      .sendRequest(DiagnosticRefreshRequest.type)
      .catch((error: unknown) => host.log(String(error)));
  };

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
    for await (const { uri, text, build } of closedDockerfiles(host, toCancellation(token))) {
      const document = TextDocument.create(uri, "dockerfile", 0, text);
      report(uri, makeDiagnostics(document, build, host.problemsPage).filter(isListed));
    }
    if (token.isCancellationRequested) return reports;
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
    document({ textDocument: { uri }, previousResultId }) {
      const items = host.diagnostics(uri) ?? [];
      const resultId = idOf(items);
      told.set(uri, resultId);
      return resultId === previousResultId
        ? { kind: "unchanged", resultId }
        : { kind: "full", resultId, items };
    },
    async workspace({ previousResultIds }, token) {
      const previous = new Map(previousResultIds.map(({ uri, value }) => [uri, value]));
      const cancelled = new Promise<void>((resolve) =>
        token.onCancellationRequested(() => resolve()),
      );
      while (!token.isCancellationRequested) {
        await Promise.race([cancelled, pause(rest)]);
        if (!isStale)
          await Promise.race([cancelled, new Promise<void>((resolve) => (wake = resolve))]);
        if (token.isCancellationRequested) break;
        isStale = false;
        const start = performance.now();
        const items = await look(previous, token);
        rest = Math.max(calm, share * (performance.now() - start));
        if (token.isCancellationRequested) isStale = true;
        else if (items.some(({ kind }) => kind === "full")) return { items };
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
      isStale = true;
      wake();
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
