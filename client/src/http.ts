/**
 * The way to a network that the server asks for: VS Code puts its proxy and the certificates of the
 * system under the modules `http` and `https`, in an extension's process and under these very names.
 */
// biome-ignore-start lint/style/useNodejsImportProtocol: VS Code does not know the modules by their longer names
import http from "http";
import https from "https";
// biome-ignore-end lint/style/useNodejsImportProtocol: as above
import type { HttpAsk, HttpReply } from "../../server/src/protocol.js";

/** One request, one answer; no redirect is followed, and no failure is thrown. */
export function askOverHttp(asked: HttpAsk): Promise<HttpReply> {
  return new Promise((resolve) => {
    const { host, protocol } = new URL(asked.url);
    const { method, headers, maxBytes } = asked;
    const signal = AbortSignal.timeout(Math.max(asked.timeout, 1));
    const refuse = (error: Error): void => {
      const code = "code" in error && typeof error.code === "string" ? error.code : "EREPLY";
      if (signal.aborted) resolve(refused("ETIMEDOUT", `${host} did not answer in time`));
      else resolve(refused(code, error.message));
    };
    if (protocol !== "http:" && protocol !== "https:") {
      resolve(refused("EREPLY", `${host} is not asked over HTTP`));
      return;
    }
    const request = (protocol === "https:" ? https : http).request(asked.url, {
      ...{ method, signal, headers: { ...headers, "User-Agent": "stratacast" } },
    });
    request.once("response", (response) => {
      const parts: Buffer[] = [];
      let length = 0;
      response.on("data", (part: Buffer) => {
        length += part.length;
        parts.push(part);
        if (length <= maxBytes) return;
        request.destroy();
        resolve(refused("EFBIG", `${host} answers too much`));
      });
      response.once("error", refuse);
      response.once("end", () => {
        const body = Buffer.concat(parts).toString("base64");
        const status = response.statusCode ?? 0;
        resolve({ ok: true, status, headers: plain(response.headers), body });
      });
    });
    request.once("error", refuse);
    request.end(asked.body);
  });
}

function refused(code: string, message: string): HttpReply {
  return { ok: false, code, message };
}

function plain(headers: http.IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value = ""]) => [
      name,
      typeof value === "string" ? value : value.join(", "),
    ]),
  );
}
