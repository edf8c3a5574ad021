/** From the protocol to what the server works with; parameters are checked, not trusted. */
import { fileURLToPath } from "node:url";
import type { Position } from "vscode-languageserver";
import type { Cancellation, Result } from "../core/host.js";
import { failure, type HttpAnswer } from "../host/registry/exchange.js";
import type {
  BuildChoice,
  DocumentParams,
  IgnoreEdit,
  InitializationOptions,
  LensPlace,
  PictureParams,
} from "../protocol.js";

const isPosix = process.platform !== "win32";

/** The path of a `file:` URI; null: it is not on this disk. */
export function toPath(uri: string): string | null {
  if (!uri.startsWith("file:")) return null;
  // Of a storm of file events most are of plain names.
  if (isPosix && /^file:\/\/\/[\w./ @+~,=-]*$/.test(uri) && !/\/\.{0,2}(?:\/|$)/.test(uri.slice(8)))
    return uri.slice(7);
  try {
    return fileURLToPath(uri);
  } catch {
    return null;
  }
}

/** A token of the protocol as the core asks for it. */
export function toCancellation(token: { readonly isCancellationRequested: boolean }): Cancellation {
  return {
    get isCancelled() {
      return token.isCancellationRequested;
    },
  };
}

export function toInitializationOptions(value: unknown): InitializationOptions {
  const options = isObject(value) ? value : {};
  const folder = options["storageFolder"];
  const page = options["problemsPage"];
  return {
    storageFolder: typeof folder === "string" && folder !== "" ? folder : null,
    trusted: options["trusted"] === true,
    problemsPage: typeof page === "string" && page !== "" ? page : null,
    language: toLanguage(options["language"]),
  };
}

function toLanguage(value: unknown): InitializationOptions["language"] {
  if (!isObject(value) || typeof value["id"] !== "string" || !isObject(value["texts"])) return null;
  return { id: value["id"], texts: textsOf(value["texts"]) };
}

export function toBuildChoice(value: unknown): BuildChoice | null {
  if (!isObject(value) || typeof value["uri"] !== "string") return null;
  const { build, target } = value;
  const buildArgs = isObject(value["buildArgs"]) ? value["buildArgs"] : {};
  const against = value["against"];
  return {
    uri: value["uri"],
    build: typeof build === "string" && build !== "" ? build : null,
    target: typeof target === "string" && target !== "" ? target : null,
    buildArgs: textsOf(buildArgs),
    ...(typeof against === "string" && against !== "" ? { against } : {}),
  };
}

export function toDocumentParams(value: unknown): DocumentParams | null {
  if (!isObject(value)) return null;
  const uri = toUri(value);
  const kind = (["explain", "run", "failure", "built", "glossary"] as const).find(
    (known) => known === value["kind"],
  );
  const format = (["preview", "markdown", "html"] as const).find(
    (known) => known === value["format"],
  );
  if (kind === undefined || format === undefined) return null;
  const line = Number(value["line"]);
  return { uri, kind, format, ...(Number.isInteger(line) && line > 0 ? { line } : {}) };
}

export function toPictureParams(value: unknown): PictureParams | null {
  if (!isObject(value)) return null;
  const part = (["stack", "graph", "all"] as const).find((known) => known === value["part"]);
  const reach = value["reach"] === "button" ? "button" : "none";
  const room = Number(value["room"]);
  if (part === undefined) return null;
  return { uri: toUri(value), part, reach, ...(room > 0 ? { room } : {}) };
}

/** What the client's door answers. */
export function toHttpAnswer(value: unknown, maxBytes: number, host: string): Result<HttpAnswer> {
  if (!isObject(value)) return failure("EREPLY", `the editor cannot ask ${host}`, host);
  const { ok, status, headers, body, code, message } = value;
  if (ok !== true) {
    const [why, words] = [code, message].map((one) => (typeof one === "string" ? one : ""));
    return failure(why || "EREPLY", words || `the editor cannot ask ${host}`, host);
  }
  const bytes = Buffer.from(typeof body === "string" ? body : "", "base64");
  if (bytes.length > maxBytes) return failure("EFBIG", `${host} answers too much`, host);
  const answer = {
    status: typeof status === "number" ? status : 0,
    headers: isObject(headers) ? textsOf(headers) : {},
  };
  return { ok: true, value: { ...answer, body: bytes } };
}

/** The `uris` of parameters. */
export function toUris(value: unknown): readonly string[] {
  if (!isObject(value) || !Array.isArray(value["uris"])) return [];
  return value["uris"].filter((uri): uri is string => typeof uri === "string");
}

/** The `uri` of parameters; empty: there is none. */
export function toUri(value: unknown): string {
  return toText(value, "uri");
}

/** A text of parameters by its name; empty: there is none. */
export function toText(value: unknown, name: string): string {
  const text = isObject(value) ? value[name] : null;
  return typeof text === "string" ? text : "";
}

/** A whole number of parameters; -1: there is none of that name. */
export function toNumber(value: unknown, name: string): number {
  const number = isObject(value) ? value[name] : null;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : -1;
}

/** The `id` of parameters; empty: there is none. */
export function toId(value: unknown): string {
  return toText(value, "id");
}

/** The `path` of parameters; empty: there is none. */
export function toContextPath(value: unknown): string {
  return toText(value, "path");
}

/** null: the quick fix is of no ignore file. */
export function toIgnoreEdit(value: unknown): IgnoreEdit | null {
  if (!isObject(value)) return null;
  const { file, line, isNew } = value;
  return typeof file === "string" && typeof line === "string" && typeof isNew === "boolean"
    ? { file, line, isNew }
    : null;
}

/** The `line` of parameters, from 1; null: there is none. */
export function toLine(value: unknown): number | null {
  const line = isObject(value) ? value["line"] : null;
  return typeof line === "number" && Number.isInteger(line) && line > 0 ? line : null;
}

/** null: the lens did not come without words. */
export function toLensPlace(value: unknown): LensPlace | null {
  if (!isObject(value)) return null;
  const { uri, arrangement, at } = value;
  return typeof uri === "string" && typeof arrangement === "number" && typeof at === "number"
    ? { uri, arrangement, at }
    : null;
}

/** The `position` of parameters; null: there is none. */
export function toPosition(value: unknown): Position | null {
  const position = isObject(value) ? value["position"] : null;
  if (!isObject(position)) return null;
  const { line, character } = position;
  return typeof line === "number" && typeof character === "number" ? { line, character } : null;
}

/** The entries of an object whose value is a text. */
function textsOf(value: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text]] : [],
    ),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
