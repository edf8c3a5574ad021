/**
 * Who somebody is to a registry, as Docker keeps it: docker/cli, cli/config/configfile and
 * cli/config/credentials. It is read only once a registry has asked for it, and nothing of it stands
 * in a message.
 */
import os from "node:os";
import path from "node:path";
import { defaultDomain } from "../../core/image/reference.js";
import { askProgram } from "../askProgram.js";
import { readTextFile } from "../nodeFileSystem.js";
import type { Untrusted } from "../programs.js";
import { isObject, type JsonObject, jsonOf, textIn } from "./json.js";

export type Login =
  | { readonly kind: "password"; readonly user: string; readonly password: string }
  /** Changed into a token of the registry at its own address. */
  | { readonly kind: "refresh"; readonly token: string };

/** @returns null: nobody has logged in to that registry */
export type FindLogin = (domain: string) => Promise<Login | null>;

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Folders of which no program is started. */
  readonly untrusted: () => Untrusted;
}

/** Docker's own name of the registry that references name by nothing. */
const defaultServer = "https://index.docker.io/v1/";

export function dockerLogins({ env, untrusted }: Surroundings): FindLogin {
  return async (domain) => {
    const config = dockerConfig(env);
    if (config === null) return null;
    const server = domain === defaultDomain ? defaultServer : domain;
    const helper = helperFor(config, server);
    return helper === null
      ? loginIn(config, server)
      : askHelper(helper, server, { env, untrusted: untrusted() });
  };
}

/** The folder of Docker's own settings. */
export function dockerFolder(env: NodeJS.ProcessEnv): string {
  const given = env["DOCKER_CONFIG"] ?? "";
  const home = env["HOME"] ?? env["USERPROFILE"] ?? os.homedir();
  return given === "" ? path.join(home, ".docker") : given;
}

/** null: there is none that can be read. */
export function dockerConfig(env: NodeJS.ProcessEnv): JsonObject | null {
  const file = path.join(dockerFolder(env), "config.json");
  const text = readTextFile(file);
  const value = text.ok ? jsonOf(text.value) : null;
  return isObject(value) ? value : null;
}

/** The name behind `docker-credential-`; null: the file itself holds what there is. */
function helperFor(config: JsonObject, server: string): string | null {
  const { credHelpers } = config;
  const own = isObject(credHelpers) ? textIn(credHelpers, server) : null;
  const name = own ?? textIn(config, "credsStore") ?? "";
  return /^[\w.-]+$/.test(name) ? name : null;
}

function loginIn({ auths }: JsonObject, server: string): Login | null {
  if (!isObject(auths)) return null;
  const same = Object.keys(auths).find(
    (name) => name === server || hostOf(name) === hostOf(server),
  );
  const entry = same === undefined ? null : auths[same];
  if (!isObject(entry)) return null;
  const token = textIn(entry, "identitytoken") ?? "";
  if (token !== "") return { kind: "refresh", token };
  const text = Buffer.from(textIn(entry, "auth") ?? "", "base64").toString("utf8");
  const [user = "", password] = text.replace(/\0+$/, "").split(/:(.*)/s, 2);
  return user === "" || password === undefined ? null : { kind: "password", user, password };
}

/** Old files have whole addresses for names: credentials.go `ConvertToHostname`. */
function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, "").split("/", 1)[0] ?? server;
}

async function askHelper(
  helper: string,
  server: string,
  surroundings: { readonly env: NodeJS.ProcessEnv; readonly untrusted: Untrusted },
): Promise<Login | null> {
  const answer = await askProgram(
    `docker-credential-${helper}`,
    // A keychain may have to be unlocked.
    { words: ["get"], input: server, timeout: 15_000, maxAnswer: 100_000 },
    surroundings,
  );
  const value = answer === null ? null : jsonOf(answer.out);
  if (!isObject(value)) return null;
  const [user, secret] = [textIn(value, "Username") ?? "", textIn(value, "Secret") ?? ""];
  if (secret === "") return null;
  return user === "<token>"
    ? { kind: "refresh", token: secret }
    : { kind: "password", user, password: secret };
}
