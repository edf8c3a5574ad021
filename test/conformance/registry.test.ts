/**
 * Images of a real registry, Debian's docker-registry on the loopback: who one is, several platforms,
 * layers in parts. Where it cannot be had this says so and passes.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { EngineUnavailable, ensureRegistry } from "../support/engine/files.js";
import { run } from "../support/engine/process.js";
import { tarArchive } from "../support/engine/tar.js";
import { imageLayout } from "../support/imageLayout.js";
import { inCache, inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";
import { startTokenServer } from "../support/tokenServer.js";

/** Of the password `swordfish`. */
const account = "sam:$2b$04$wjtJ8q4DAXgH0Lx2sA4lAeIjn28gz1ZhR4uLQpUwFwPVt6GfkPWU6";
const login = `Basic ${Buffer.from("sam:swordfish").toString("base64")}`;

test("a real registry says what its images are and gives their layers in parts, to whom it knows", async (t) => {
  const host = await startRegistry(t);
  if (host === null) return;
  // As a whole it would be refused.
  const large = randomBytes(110_000_000);
  const layer = tarArchive([
    { name: "app/large", data: large },
    { name: "app/small", data: Buffer.from("small\n") },
  ]);
  const image = imageLayout({ User: "app", Env: ["A=1"] }, [
    { command: "COPY app /app", bytes: layer },
  ]);
  await push(host, image);
  const anonymous = temporaryFolder(t);
  const known = temporaryFolder(t, {
    "config.json": JSON.stringify({ auths: { [host]: { auth: login.slice(6) } } }),
  });
  const folder = temporaryFolder(t, { Dockerfile: `FROM ${host}/app:1\nCOPY Dockerfile /\n` });
  const cli = (config: string, ...words: readonly string[]) =>
    run(process.execPath, [inRepository("dist/cli.mjs"), ...words, "."], {
      cwd: folder,
      env: { ...process.env, DOCKER_CONFIG: config, HOME: anonymous, XDG_CACHE_HOME: anonymous },
    });
  const compare = ["compare", `registry:${host}/app:1`];

  const refused = await cli(anonymous, ...compare);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /wants to know who asks/);
  const missing = await cli(known, "compare", `registry:${host}/app:2`);
  assert.match(missing.stderr, /has no app of that name/);

  const found = await cli(known, ...compare, "--contents", "--format", "json");
  assert.equal(found.stderr, "");
  const { contents } = JSON.parse(found.stdout) as {
    contents: { layers: readonly { bytes: number }[] };
  }; // the schema's test says so
  assert.deepEqual(
    contents.layers.map(({ bytes }) => bytes),
    [large.length + 6],
  );
  const shown = await cli(known, ...compare, "--show", "app/small");
  assert.equal(shown.stdout, "small\n");
  const simulate = ["simulate", "--dry-run", "--resolve", "registry", "--format", "json"];
  const forecast = await cli(known, ...simulate, "--state", path.join(anonymous, "state"));
  const { image: made } = JSON.parse(forecast.stdout) as {
    image: { config: { User: string; Env: readonly string[] } };
  }; // as above
  assert.equal(made.config.User, "app");
  const other = await cli(known, ...compare, "--platform", "linux/arm64");
  assert.match(other.stderr, /there is none for linux\/arm64/);
});

test("a real registry that believes tokens alone is asked with one, and gives each what is its own", async (t) => {
  const tokens = await startTokenServer(t, login);
  const bundle = temporaryFolder(t, { "tokens.pem": tokens.certificate });
  const { realm, service, issuer } = tokens;
  const words = [
    ...[`realm: "${realm}"`, `service: ${service}`, `issuer: ${issuer}`],
    `rootcertbundle: ${path.join(bundle, "tokens.pem")}`,
  ];
  const host = await startRegistry(t, () => `{ token: { ${words.join(", ")} } }`);
  if (host === null) return;
  const layer = tarArchive([{ name: "app/small", data: Buffer.from("small\n") }]);
  const image = imageLayout({ User: "app" }, [{ command: "COPY app /app", bytes: layer }]);
  await push(host, image, `Bearer ${tokens.token("app", ["pull", "push"])}`);
  const anonymous = temporaryFolder(t);
  const known = temporaryFolder(t, {
    "config.json": JSON.stringify({ auths: { [host]: { auth: login.slice(6) } } }),
  });
  const cli = (config: string, ...words: readonly string[]) =>
    run(process.execPath, [inRepository("dist/cli.mjs"), ...words], {
      cwd: temporaryFolder(t, { Dockerfile: `FROM ${host}/app:1\nUSER 1\n` }),
      env: { ...process.env, DOCKER_CONFIG: config, HOME: anonymous, XDG_CACHE_HOME: anonymous },
    });
  const compare = ["compare", `registry:${host}/app:1`, "."];
  const refused = await cli(anonymous, ...compare);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /wants to know who asks|does not let/);
  const shown = await cli(known, ...compare, "--show", "app/small");
  assert.equal(shown.stderr, "");
  assert.equal(shown.stdout, "small\n");
  assert.deepEqual(new Set(tokens.asked), new Set(["repository:app:pull"]));
});

/**
 * Gives where it is; null: the test is left out, and says so.
 * @param auth how it is told who asks, with the folder of its files
 */
async function startRegistry(
  t: TestContext,
  auth = (folder: string) =>
    `{ htpasswd: { realm: test, path: ${path.join(folder, "htpasswd")} } }`,
): Promise<string | null> {
  if (!isThorough) {
    t.skip("left out: a thorough run starts a registry");
    return null;
  }
  let program: string;
  try {
    program = await ensureRegistry(inCache("engine"));
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    t.skip("left out: no registry can be had");
    return null;
  }
  const host = `127.0.0.1:${await freePort()}`;
  const folder = temporaryFolder(t, {
    htpasswd: `${account}\n`,
    "data/.keep": "",
  });
  const config = temporaryFolder(t, {
    "registry.yml": [
      "version: 0.1",
      "log: { level: error, accesslog: { disabled: true } }",
      `storage: { filesystem: { rootdirectory: ${path.join(folder, "data")} } }`,
      `http: { addr: "${host}" }`,
      `auth: ${auth(folder)}`,
    ].join("\n"),
  });
  const child = spawn(program, ["serve", path.join(config, "registry.yml")], { stdio: "ignore" });
  t.after(() => child.kill("SIGKILL"));
  for (let tries = 0; tries < 200; tries++) {
    const status = await fetch(`http://${host}/v2/`).then(
      (answer) => answer.status,
      () => null,
    );
    if (status === 401) return host;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the registry does not answer");
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
    });
  });
}

/** As `app:1`, in an index for one platform. */
async function push(
  host: string,
  image: ReadonlyMap<string, Buffer>,
  Authorization = login,
): Promise<void> {
  const top = JSON.parse(String(image.get("index.json"))) as {
    manifests: readonly { digest: string; size: number }[];
  }; // written by the test itself
  const [own] = top.manifests;
  const put = async (url: string, type: string, body: Buffer): Promise<void> => {
    const headers = { Authorization, "Content-Type": type };
    const answer = await fetch(url, { method: "PUT", headers, body: new Uint8Array(body) });
    assert.equal(answer.status, 201, await answer.text());
  };
  for (const [name, bytes] of image) {
    const digest = name.replace("blobs/sha256/", "sha256:");
    if (digest === name || digest === own?.digest) continue;
    const started = await fetch(`http://${host}/v2/app/blobs/uploads/`, {
      method: "POST",
      headers: { Authorization },
    });
    const at = new URL(started.headers.get("location") ?? "");
    at.searchParams.set("digest", digest);
    await put(at.href, "application/octet-stream", bytes);
  }
  const manifestType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = image.get(`blobs/${own?.digest.replace(":", "/")}`) ?? Buffer.alloc(0);
  const typed = Buffer.from(
    JSON.stringify({ mediaType: manifestType, ...(JSON.parse(String(manifest)) as object) }), // as above
  );
  const kept = await fetch(`http://${host}/v2/app/manifests/own`, {
    method: "PUT",
    headers: { Authorization, "Content-Type": manifestType },
    body: new Uint8Array(typed),
  });
  assert.equal(kept.status, 201, await kept.text());
  const digest = kept.headers.get("docker-content-digest");
  const described = { mediaType: manifestType, digest, size: typed.length };
  const platform = { os: "linux", architecture: "amd64" };
  const indexType = "application/vnd.oci.image.index.v1+json";
  const index = { schemaVersion: 2, mediaType: indexType, manifests: [{ ...described, platform }] };
  await put(`http://${host}/v2/app/manifests/1`, indexType, Buffer.from(JSON.stringify(index)));
}
