/**
 * The door of the command line: Node's own client, which of itself obeys neither a proxy nor
 * Docker's certificates. `NODE_EXTRA_CA_CERTS` is read by Node when it starts.
 */
import { readdirSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import type { Result } from "../../core/host.js";
import { boundedBody } from "../boundedBody.js";
import { hostError } from "../errors.js";
import { readTextFile } from "../nodeFileSystem.js";
import { failure, type HttpAnswer, type HttpDoor, type HttpRequest } from "./exchange.js";
import { proxyFor } from "./proxy.js";

export function nodeDoor(env: NodeJS.ProcessEnv): HttpDoor {
  return async (request) => {
    const url = new URL(request.url);
    const proxy = proxyFor(url, env);
    const until = Date.now() + request.timeout;
    try {
      const socket = proxy === null ? null : await through(proxy, url, request.timeout);
      const secured =
        socket === null || url.protocol === "http:" ? socket : secure(socket, url, env);
      return await exchange({ ...request, timeout: until - Date.now() }, url, secured, env);
    } catch (error) {
      const { code, message } = hostError(error, url.host);
      return failure(code, message, url.host);
    }
  };
}

/** A way through a proxy: RFC 9110 §9.3.6. Rejects with what the proxy or the system says. */
function through(proxy: URL, { hostname, port, protocol }: URL, timeout: number): Promise<Duplex> {
  const target = `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
  const user = proxy.username === "" ? null : `${proxy.username}:${proxy.password}`;
  const authorization =
    user === null
      ? {}
      : {
          "Proxy-Authorization": `Basic ${Buffer.from(decodeURIComponent(user)).toString("base64")}`,
        };
  return new Promise((resolve, reject) => {
    const request = (proxy.protocol === "https:" ? https : http).request({
      host: bare(proxy.hostname),
      port: proxy.port || (proxy.protocol === "https:" ? 443 : 80),
      method: "CONNECT",
      path: target,
      headers: { Host: target, ...authorization },
      signal: AbortSignal.timeout(Math.max(timeout, 1)),
    });
    request.once("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) resolve(socket);
      else {
        socket.destroy();
        reject(coded("EPROXY", `the proxy ${proxy.host} answers ${statusCode}`));
      }
    });
    request.once("error", (error) => reject(timedOut(error, proxy.host)));
    request.end();
  });
}

function secure(socket: Duplex, { hostname, host }: URL, env: NodeJS.ProcessEnv): Duplex {
  const servername = /^[\d.]+$|^\[/.test(hostname) ? {} : { servername: hostname };
  return tls.connect({
    socket,
    host: bare(hostname),
    ...servername,
    ...certificatesFor(host, env),
  });
}

function exchange(
  { method, headers, body, maxBytes, timeout }: HttpRequest,
  url: URL,
  socket: Duplex | null,
  env: NodeJS.ProcessEnv,
): Promise<Result<HttpAnswer>> {
  return new Promise((resolve, reject) => {
    const client = url.protocol === "https:" && socket === null ? https : http;
    const request = client.request({
      host: bare(url.hostname),
      port: url.port || (url.protocol === "https:" ? 443 : 80),
      path: `${url.pathname}${url.search}`,
      method,
      headers: { ...headers, Host: url.host, "User-Agent": "stratacast" },
      signal: AbortSignal.timeout(Math.max(timeout, 1)),
      ...(socket === null
        ? { agent: false, ...(client === https ? certificatesFor(url.host, env) : {}) }
        : { createConnection: () => socket }),
    });
    request.once("response", (response) => {
      const answered = (body: Uint8Array | null): Result<HttpAnswer> => {
        if (body === null) return failure("EFBIG", `${url.host} answers too much`, url.host);
        const value = { status: response.statusCode ?? 0, headers: plain(response.headers), body };
        return { ok: true, value };
      };
      boundedBody(response, maxBytes)
        .then(answered)
        .then(resolve, (error: Error) => reject(timedOut(error, url.host)));
    });
    request.once("error", (error) => reject(timedOut(error, url.host)));
    request.end(body);
  });
}

function plain(headers: http.IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = ""]) => [
      name,
      typeof value === "string" ? value : value.join(", "),
    ]),
  );
}

function timedOut(error: Error, host: string): Error {
  const isLate = error.name === "AbortError" || error.name === "TimeoutError";
  return isLate ? coded("ETIMEDOUT", `${host} did not answer in time`) : error;
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Of an address in brackets what is in them. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Docker's own certificates of a registry: moby, registry/registry.go `ReadCertsDirectory`. */
function certificatesFor(host: string, env: NodeJS.ProcessEnv): tls.SecureContextOptions {
  const home = env["HOME"] ?? "";
  const folders = [
    `/etc/docker/certs.d/${host}`,
    ...(home === "" ? [] : [path.join(home, ".config/docker/certs.d", host)]),
  ];
  for (const folder of folders) {
    const names = namesIn(folder);
    const texts = (ending: string) =>
      names
        .filter((name) => name.endsWith(ending))
        .flatMap((name) => {
          const text = readTextFile(path.join(folder, name));
          return text.ok ? [text.value] : [];
        });
    const authorities = texts(".crt");
    if (names.length === 0) continue;
    const [cert] = texts(".cert");
    const [key] = texts(".key");
    return {
      ...(authorities.length === 0 ? {} : { ca: [...usualAuthorities(env), ...authorities] }),
      ...(cert === undefined || key === undefined ? {} : { cert, key }),
    };
  }
  return {};
}

/** Named authorities take the place of these, so that they are named too. */
function usualAuthorities(env: NodeJS.ProcessEnv): readonly string[] {
  const file = env["NODE_EXTRA_CA_CERTS"] ?? "";
  const extra = file === "" ? null : readTextFile(file);
  return [...tls.rootCertificates, ...(extra?.ok === true ? [extra.value] : [])];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
