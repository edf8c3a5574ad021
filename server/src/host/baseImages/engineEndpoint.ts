/**
 * Where the Docker engine is that `docker build` would go to. Sources: docker/cli,
 * cli/command/cli.go `resolveContextName` and cli/context/store; its files are read, its program is
 * not asked.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import type { SecureContextOptions } from "node:tls";
import type { Result } from "../../core/host.js";
import { readTextFile } from "../nodeFileSystem.js";
import { dockerConfig, dockerFolder } from "../registry/credentials.js";
import { failure } from "../registry/exchange.js";
import { isObject, jsonOf, textIn } from "../registry/json.js";

export type Endpoint =
  /** A socket, or a pipe of Windows. */
  | { readonly kind: "local"; readonly path: string }
  | {
      readonly kind: "network";
      readonly host: string;
      readonly port: number;
      /** null: nothing is secured. */
      readonly tls: (SecureContextOptions & { readonly rejectUnauthorized: boolean }) | null;
    };

/** Errors: `ECONTEXT`, of a context that cannot be read; `ESSH`; `EENDPOINT`. */
export function engineEndpoint(env: NodeJS.ProcessEnv): Result<Endpoint> {
  const host = env["DOCKER_HOST"] ?? "";
  if (host !== "") {
    const folder = env["DOCKER_CERT_PATH"] || dockerFolder(env);
    const isVerified = (env["DOCKER_TLS_VERIFY"] ?? "") !== "";
    const isSecured = isVerified || (env["DOCKER_TLS"] ?? "") !== "";
    return endpointOf(host, isSecured ? certificatesIn(folder, isVerified) : null);
  }
  const config = dockerConfig(env);
  const current = config === null ? null : textIn(config, "currentContext");
  const name = env["DOCKER_CONTEXT"] || current || "default";
  return name === "default" ? { ok: true, value: usual(env) } : ofContext(name, env);
}

/** Docker's own; where there is none, Podman's, which answers the same questions about images. */
function usual(env: NodeJS.ProcessEnv): Endpoint {
  if (process.platform === "win32") return { kind: "local", path: "//./pipe/docker_engine" };
  const docker = "/var/run/docker.sock";
  const folders = [env["XDG_RUNTIME_DIR"] ?? "", "/run"].filter((folder) =>
    path.isAbsolute(folder),
  );
  const sockets = [docker, ...folders.map((folder) => path.join(folder, "podman/podman.sock"))];
  return { kind: "local", path: sockets.find((socket) => existsSync(socket)) ?? docker };
}

/** Contexts stand in folders that are called by the digests of their names. */
function ofContext(name: string, env: NodeJS.ProcessEnv): Result<Endpoint> {
  const id = createHash("sha256").update(name).digest("hex");
  const folder = path.join(dockerFolder(env), "contexts");
  const text = readTextFile(path.join(folder, "meta", id, "meta.json"));
  const meta = text.ok ? jsonOf(text.value) : null;
  const endpoints = isObject(meta) ? meta["Endpoints"] : null;
  const docker = isObject(endpoints) ? endpoints["docker"] : null;
  const host = isObject(docker) ? textIn(docker, "Host") : null;
  if (host === null) return failure("ECONTEXT", `Docker's context ${name} cannot be read`, name);
  const isVerified = !(isObject(docker) && docker["SkipTLSVerify"] === true);
  const certificates = certificatesIn(path.join(folder, "tls", id, "docker"), isVerified);
  return endpointOf(host, certificates.ca === undefined && isVerified ? null : certificates);
}

function endpointOf(
  host: string,
  tls: Extract<Endpoint, { kind: "network" }>["tls"],
): Result<Endpoint> {
  const [, scheme = "", rest = ""] = /^(\w+):\/\/(.*)$/.exec(host) ?? [];
  switch (scheme) {
    case "unix":
    case "npipe":
      return { ok: true, value: { kind: "local", path: rest } };
    case "tcp": {
      if (!URL.canParse(`http://${rest}`)) break;
      const { hostname, port } = new URL(`http://${rest}`);
      const usualPort = tls === null ? 2375 : 2376;
      const name = hostname.replace(/^\[(.*)\]$/, "$1");
      return {
        ok: true,
        value: { kind: "network", host: name, port: Number(port) || usualPort, tls },
      };
    }
    case "ssh":
      return failure("ESSH", "an engine that is reached by ssh is not asked", host);
  }
  return failure("EENDPOINT", `${host} is no address of an engine`, host);
}

function certificatesIn(folder: string, rejectUnauthorized: boolean) {
  const all = { ca: "ca.pem", cert: "cert.pem", key: "key.pem" };
  const found = Object.entries(all).flatMap(([name, file]) => {
    const text = readTextFile(path.join(folder, file));
    return text.ok ? [[name, text.value] as const] : [];
  });
  const options: SecureContextOptions = Object.fromEntries(found);
  return { ...options, rejectUnauthorized };
}
