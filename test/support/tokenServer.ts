/** Who a registry believes: a server that gives signed tokens to those whom it knows, and the certificate by which it is told. */
import { generateKeyPairSync, type KeyObject, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

export interface TokenServer {
  /** Its address. */
  readonly realm: string;
  readonly service: string;
  readonly issuer: string;
  /** PEM. */
  readonly certificate: string;
  /** For the actions on a repository, such as `pull`. */
  token(repository: string, actions: readonly string[]): string;
  /** The scopes that it was asked for. */
  readonly asked: readonly string[];
}

/** @param login what `Authorization` says of the only one that it knows */
export async function startTokenServer(t: TestContext, login: string): Promise<TokenServer> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const der = certificateOf(publicKey, privateKey);
  const [service, issuer] = ["registry", "tokens"];
  const asked: string[] = [];
  const token: TokenServer["token"] = (name, actions) => {
    const now = Math.floor(Date.now() / 1000);
    const header = { typ: "JWT", alg: "ES256", x5c: [der.toString("base64")] };
    const times = { nbf: now - 60, iat: now, exp: now + 600 };
    const access = [{ type: "repository", name, actions }];
    const claims = { iss: issuer, sub: "sam", aud: service, ...times, jti: randomUUID(), access };
    const text = [header, claims]
      .map((part) => encoded(Buffer.from(JSON.stringify(part))))
      .join(".");
    const key = { key: privateKey, dsaEncoding: "ieee-p1363" } as const;
    return `${text}.${encoded(sign("sha256", Buffer.from(text), key))}`;
  };
  const server = createServer((request, response) => {
    const scope = new URL(request.url ?? "", "http://x").searchParams.get("scope") ?? "";
    asked.push(scope);
    if (request.headers.authorization !== login) {
      response.writeHead(401).end();
      return;
    }
    const [, name = "", actions = ""] = scope.split(":");
    response.end(JSON.stringify({ token: token(name, actions.split(",")) }));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo; // it listens
  const body = der.toString("base64").replace(/.{64}/g, "$&\n");
  const certificate = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
  return { realm: `http://127.0.0.1:${port}/token`, service, issuer, certificate, token, asked };
}

function encoded(bytes: Buffer): string {
  return bytes.toString("base64url");
}

/** A certificate that a key signs for itself, in DER. Source: RFC 5280. */
function certificateOf(publicKey: KeyObject, privateKey: KeyObject): Buffer {
  const ecdsaWithSha256 = sequence(objectId(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const commonName = objectId(0x55, 0x04, 0x03);
  const name = sequence(tagged(0x31, sequence(commonName, tagged(0x0c, Buffer.from("tokens")))));
  const day = (offset: number) => {
    const at = new Date(Date.now() + offset * 86_400_000).toISOString();
    return tagged(0x17, Buffer.from(`${at.slice(2, 19).replaceAll(/[-:T]/g, "")}Z`));
  };
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    sequence(day(-1), day(1)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = sign("sha256", body, privateKey);
  return sequence(
    body,
    ecdsaWithSha256,
    tagged(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function objectId(...bytes: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from(bytes));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size =
    length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
