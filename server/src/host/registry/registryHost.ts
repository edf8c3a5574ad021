/**
 * One registry as it is talked to: who one is to it, where it sends one on to, and when it wants to
 * be left alone. Sources: distribution/distribution, docs/spec/auth/token.md and oauth.md; RFC 9110.
 */
import type { Result } from "../../core/host.js";
import { readChallenge } from "./challenge.js";
import type { FindLogin, Login } from "./credentials.js";
import { failure, type HttpAnswer, type HttpDoor, type HttpRequest } from "./exchange.js";
import { isObject, jsonOf, numberIn, textIn } from "./json.js";

export interface RegistryHost {
  /**
   * Asks for `path` below `/v2/`, as somebody where the registry wants to know who. Answers of any
   * status but 401, 429 and redirects. Errors: `EAUTH`, `ERATE`, `EREDIRECT`, those of the door.
   */
  ask(path: string, asked: Asked): Promise<Result<HttpAnswer>>;
}

export interface Asked {
  readonly method: "GET" | "HEAD";
  /** The repository that the path is about. */
  readonly repository: string;
  readonly accept: readonly string[];
  readonly maxBytes: number;
  /** Milliseconds since the epoch: nothing is waited for after that. */
  readonly deadline: number;
  /** The bytes that are wanted, from the first to the last; default: all. */
  readonly range?: readonly [first: number, last: number];
  /** Milliseconds that one answer may take. Default: so long as a small one does. */
  readonly patience?: number;
}

export interface HostOptions {
  /** With its port. */
  readonly name: string;
  /** Plain HTTP is spoken with it. */
  readonly isPlain: boolean;
  readonly door: HttpDoor;
  readonly findLogin: () => ReturnType<FindLogin>;
  readonly now: () => number;
}

/** Milliseconds that a small answer may take. */
const usualPatience = 10_000;

/** Bytes of an answer with a token. */
const maxToken = 1_000_000;

const mostRedirects = 5;

export function registryHost(options: HostOptions): RegistryHost {
  const { name, isPlain, now } = options;
  /** By repository; null: nobody is asked to say who he is. */
  const known = new Map<string, Authorization>();
  let restsUntil = 0;

  const ask: RegistryHost["ask"] = async (path, asked) => {
    if (now() < restsUntil) return tooMany(name);
    const url = `${isPlain ? "http" : "https"}://${name}/v2/${path}`;
    const old = known.get(asked.repository);
    const authorization = old !== undefined && old.until > now() ? old.header : null;
    const first = await follow(options, url, asked, authorization);
    if (!first.ok || first.value.status !== 401) return judged(first);
    const challenge = readChallenge(first.value.headers["www-authenticate"] ?? "");
    if (challenge === null) return refused(name);
    const login = await options.findLogin();
    const found =
      challenge.scheme === "basic"
        ? basicHeader(login, now())
        : await bearerHeader(challenge, { ...options, login }, asked);
    if (found === null) return refused(name);
    if ("ok" in found) return judged(found);
    known.set(asked.repository, found);
    const second = await follow(options, url, asked, found.header);
    return second.ok && second.value.status === 401 ? refused(name) : judged(second);
  };

  /** Somebody who asks too often is told so; then nobody is asked until it is time. */
  const judged = (answer: Result<HttpAnswer>): Result<HttpAnswer> => {
    if (!answer.ok || answer.value.status !== 429) return answer;
    restsUntil = now() + restOf(answer.value.headers["retry-after"] ?? "", now());
    return tooMany(name);
  };

  return { ask };
}

interface Authorization {
  readonly header: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Milliseconds: a minute where it does not say, an hour at most. */
function restOf(retryAfter: string, now: number): number {
  const seconds = /^\d+$/.test(retryAfter.trim()) ? Number(retryAfter) : null;
  const rest = seconds === null ? Date.parse(retryAfter) - now : seconds * 1_000;
  return Number.isNaN(rest) ? 60_000 : Math.min(Math.max(rest, 1_000), 3_600_000);
}

function tooMany(name: string) {
  return failure("ERATE", `${name} has been asked too often`, name);
}

function refused(name: string) {
  return failure("EAUTH", `${name} wants to know who asks`, name);
}

/**
 * Redirects are followed here: what says who one is goes to nobody else, and nobody is sent from a
 * secured connection to an open one.
 */
async function follow(
  { door, name, now }: HostOptions,
  start: string,
  { method, accept, maxBytes, deadline, range, patience = usualPatience }: Asked,
  authorization: string | null,
): Promise<Result<HttpAnswer>> {
  let url = new URL(start);
  const own = url.origin;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const timeout = Math.min(patience, deadline - now());
    if (timeout <= 0) return failure("ETIMEDOUT", `${name} did not answer in time`, name);
    const isOwn = url.origin === own;
    const headers = {
      Accept: accept.join(", "),
      ...(range === undefined ? {} : { Range: `bytes=${range.join("-")}` }),
      ...(authorization !== null && isOwn ? { Authorization: authorization } : {}),
    };
    const answer = await door({ method, url: url.href, headers, maxBytes, timeout });
    // Whom one is sent on to may not ask who one is.
    if (answer.ok && answer.value.status === 401 && !isOwn) return refused(name);
    if (!answer.ok || !isRedirect(answer.value.status)) return answer;
    const next = targetOf(answer.value.headers["location"] ?? "", url);
    if (next === null) break;
    url = next;
  }
  return failure("EREDIRECT", `${name} sends on to where nobody can follow`, name);
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function targetOf(location: string, from: URL): URL | null {
  if (location === "" || !URL.canParse(location, from.href)) return null;
  const url = new URL(location, from);
  url.username = "";
  url.password = "";
  if (url.protocol === "https:") return url;
  return url.protocol === "http:" && from.protocol === "http:" ? url : null;
}

/** null: nobody has logged in, or in a way that only a token server takes. */
function basicHeader(login: Login | null, now: number): Authorization | null {
  if (login?.kind !== "password") return null;
  return { header: basic(login.user, login.password), until: now + 3_600_000 };
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

/** A token of the server that the registry names; null: it gives none. */
async function bearerHeader(
  challenge: { readonly realm: string; readonly service: string; readonly scope: string },
  { door, isPlain, login, name, now }: HostOptions & { readonly login: Login | null },
  { repository, deadline }: Asked,
): Promise<Authorization | null | Extract<Result<never>, { ok: false }>> {
  const { realm, service } = challenge;
  if (!URL.canParse(realm)) return null;
  const url = new URL(realm);
  // A password goes to nobody who could not have it by the way.
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isPlain)) return null;
  const scope = challenge.scope === "" ? `repository:${repository}:pull` : challenge.scope;
  const timeout = Math.min(usualPatience, deadline - now());
  if (timeout <= 0) return failure("ETIMEDOUT", `${name} did not answer in time`, name);
  const request = tokenRequest(url, { service, scope }, login);
  const answer = await door({ ...request, maxBytes: maxToken, timeout });
  if (!answer.ok) return answer;
  if (answer.value.status === 429) return tooMany(name);
  const value = answer.value.status === 200 ? jsonOf(answer.value.body) : null;
  if (!isObject(value)) return null;
  const token = textIn(value, "token") ?? textIn(value, "access_token") ?? "";
  if (!/^[\w.~+/=:-]+$/.test(token)) return null;
  // What does not say how long it lasts lasts a minute: token.md.
  const seconds = numberIn(value, "expires_in") ?? 60;
  return { header: `Bearer ${token}`, until: now() + (Math.min(seconds, 3_600) - 5) * 1_000 };
}

function tokenRequest(
  url: URL,
  asked: { readonly service: string; readonly scope: string },
  login: Login | null,
): Omit<HttpRequest, "maxBytes" | "timeout"> {
  const { service, scope } = asked;
  const headers = { Accept: "application/json" };
  if (login?.kind === "refresh") {
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: login.token,
      service,
      scope,
      client_id: "stratacast",
    });
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    return { method: "POST", url: url.href, headers: { ...headers, ...type }, body: `${body}` };
  }
  if (service !== "") url.searchParams.set("service", service);
  for (const one of scope.split(" ")) url.searchParams.append("scope", one);
  const own = login === null ? {} : { Authorization: basic(login.user, login.password) };
  return { method: "GET", url: url.href, headers: { ...headers, ...own } };
}
