/** The options of `docker build` that the command line takes: what docker refuses is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readBuildFlags, readNamedContexts } from "../../../server/src/cli/buildFlags.js";
import { UsageError } from "../../../server/src/cli/usageError.js";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

test("sizes count in bytes, addresses of hosts do not count, names of contexts have one spelling", () => {
  const values = {
    "shm-size": "64m",
    "add-host": ["db:10.0.0.1", "six=::1"],
    label: ["a=b=c", "bare"],
    "build-context": ["docker.io/library/alpine:latest=docker-image://busybox", "files=../shared"],
  };
  const flags = readBuildFlags(values);
  assert.equal(flags.sharedMemory, 64 * 1024 * 1024);
  assert.deepEqual(flags.hosts, ["db", "six"]);
  assert.deepEqual(
    [...flags.labels],
    [
      ["a", "b=c"],
      ["bare", ""],
    ],
  );
  assert.deepEqual(
    [...readNamedContexts(values, (folder) => `/srv/${folder}`)],
    [
      ["alpine", { kind: "image", reference: "busybox" }],
      ["files", { kind: "path", folder: "/srv/../shared" }],
    ],
  );
});

test("what cannot be read is refused with the word itself", () => {
  const wrong = [
    { "shm-size": "much" },
    { "add-host": ["db"] },
    { label: ["=b"] },
    { "build-context": ["files"] },
    { "build-context": ["UPPER=."] },
    { "build-context": ["files=https://example.com/a.git"] },
    { ulimit: ["nofile"] },
    { ulimit: ["files=1"] },
    { ulimit: ["nofile=2:1"] },
    { ulimit: ["nofile=-1:1"] },
    { secret: ["token"] },
    { secret: ["src=token"] },
    { ssh: ["=key"] },
  ];
  for (const values of wrong) {
    const [word] = Object.values(values).flat();
    assert.throws(
      () => [readBuildFlags(values), readNamedContexts(values, (folder) => folder)],
      (error) => error instanceof UsageError && error.message.includes(word ?? ""),
      word,
    );
  }
});

test("limits have one order, the last of a name counts, and one number is both", () => {
  const { limits } = readBuildFlags({
    ulimit: ["nproc=5", "nofile=1:2", "nofile=9:-1", "core=-1"],
  });
  assert.deepEqual(limits, [
    { name: "core", soft: -1, hard: -1 },
    { name: "nofile", soft: 9, hard: -1 },
    { name: "nproc", soft: 5, hard: 5 },
  ]);
});

test("options of docker build that mean nothing here are named once, and nothing else changes", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY a /a\n", a: "a" });
  const given = "-t x --tag y -q --push --secret id=s --pull --progress plain --cache-to x";
  const words = ["simulate", "--dry-run", ...given.split(" "), "."];
  const run = await runCli(words, { cwd: folder });
  assert.equal(run.code, 0);
  assert.deepEqual(run.err, [
    "stratacast: without a meaning here: --cache-to, --progress, --push, --quiet, --tag",
    "stratacast: --pull asks nobody here; --resolve registry looks base images up",
  ]);
  assert.equal(run.out, (await runCli(["simulate", "--dry-run", "."], { cwd: folder })).out);
});

test("what an option or an argument of the builder changes is named by its own name", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM base\nWORKDIR /w\nRUN --mount=type=cache,target=/c make\n",
  });
  const causes = async (...flags: readonly string[]): Promise<readonly string[]> => {
    const words = ["simulate", "--state", "state", "--format", "json", ...flags, "."];
    const { steps } = JSON.parse((await runCli(words, { cwd: folder })).out) as SimulationJson;
    await runCli(["simulate", "--state", "state", "."], { cwd: folder });
    return steps.flatMap(({ line, cause }) => (cause === null ? [] : [`${line} ${cause.message}`]));
  };
  await causes();
  const expected: readonly (readonly [string, string])[] = [
    ["--ulimit=nofile=9", "other limits than before (--ulimit)"],
    ["--cgroup-parent=/x", "another control group than before (--cgroup-parent)"],
    [
      "--build-arg=BUILDKIT_SANDBOX_HOSTNAME=x",
      "another host name than before (--build-arg BUILDKIT_S",
    ],
    [
      "--build-arg=BUILDKIT_CACHE_MOUNT_NS=x",
      "others than before (--build-arg BUILDKIT_CACHE_MOUNT_NS)",
    ],
  ];
  for (const [flag, words] of expected) {
    const [only, more] = await causes(flag);
    assert.ok(only?.startsWith("3 ") && only.includes(words), `${flag}: ${only}`);
    assert.equal(more, undefined);
  }
  const [first] = await causes("--build-arg=SOURCE_DATE_EPOCH=1");
  assert.match(first ?? "", /^2 .* dated otherwise .*SOURCE_DATE_EPOCH/);
});

test("what the environment says to docker build counts, below what flags say", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\n" });
  const read = async (env: Readonly<Record<string, string>>, ...words: readonly string[]) => {
    const call = ["simulate", "--dry-run", "--format", "json", ...words];
    const { out, err } = await runCli(call, { cwd: folder, env });
    assert.deepEqual(err, []);
    const { builder, platforms } = JSON.parse(out) as SimulationJson;
    return [builder, ...platforms];
  };
  const env = { DOCKER_BUILDKIT: "0", DOCKER_DEFAULT_PLATFORM: "linux/arm64" };
  assert.deepEqual(await read(env), ["classic", "linux/arm64"]);
  assert.deepEqual(await read(env, "--builder", "mine", "--platform", "linux/s390x,linux/amd64"), [
    "buildkit",
    "linux/s390x",
    "linux/amd64",
  ]);
  const [usual] = await read({ DOCKER_BUILDKIT: "1" });
  assert.equal(usual, "buildkit");
});

test("a RUN that requires a secret or an agent which the build is not given is warned of", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: [
      "FROM alpine AS other",
      "RUN --mount=type=secret,id=unused,required a",
      "FROM alpine",
      "RUN --mount=type=secret,id=token,required b",
      "RUN --mount=type=secret,id=token c",
      "RUN --mount=type=secret,target=/etc/key,env=KEY,required=true d",
      "RUN --mount=type=ssh,required --mount=type=secret,id=token,required e",
      "",
    ].join("\n"),
  });
  const warned = async (...flags: readonly string[]): Promise<readonly string[]> => {
    const words = ["simulate", "--dry-run", "--format", "json", ...flags, "."];
    const { findings } = JSON.parse((await runCli(words, { cwd: folder })).out) as SimulationJson;
    assert.ok(
      findings.every(({ code, severity }) => code === "not-given" && severity === "warning"),
    );
    return findings.map(({ line, message }) => `${line} ${/"(.+?)"/.exec(message)?.[1]}`);
  };
  assert.deepEqual(await warned(), []);
  assert.deepEqual(await warned("--secret", "id=key,env=KEY"), ["4 token", "7 token"]);
  assert.deepEqual(await warned("--secret", "type=file,id=token", "--secret", "id=key,src=/k"), []);
  assert.deepEqual(await warned("--ssh", "other=/k"), ["7 default"]);
  assert.deepEqual(await warned("--ssh", "default"), []);
});

test("docker run is told of the image by the name that -t gives it", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM scratch\nCMD a\n",
    "compose.yaml": "services: { web: { build: ., image: shop/web } }\n",
  });
  const built = await runCli(["run", "--build", "web"], { cwd: folder });
  assert.match(built.out, /^docker run shop\/web\n/);
  const run = await runCli(["run", "-t", "shop:1", "--tag", "b", "."], { cwd: folder });
  assert.match(run.out, /^docker run shop:1\n[\s\S]*A build with -t shop:1 puts it there/);
  assert.deepEqual(run.err, []);
});

test("what limits a RUN is in its key from BuildKit 0.9 on: Docker 20.10 takes no notice of it", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM alpine\nRUN a\n" });
  const words = ["--state", "state", "--format", "json", "."];
  const runOf = async (version: string, ...flags: readonly string[]) => {
    const simulate = ["simulate", "--builder-version", version, ...flags, ...words];
    const run = await runCli(simulate, { cwd: folder });
    const { steps } = JSON.parse(run.out) as SimulationJson;
    return steps.at(-1)?.prediction;
  };
  const limits = [
    ["--shm-size", "64m"],
    ["--ulimit", "nofile=100:200"],
    ["--cgroup-parent", "x"],
    ["--build-arg", "BUILDKIT_SANDBOX_HOSTNAME=h"],
  ];
  for (const [version, expected] of [
    ["20.10", "hit"],
    ["23.0", "miss"],
  ] as const) {
    await runOf(version);
    for (const flags of limits)
      assert.equal(await runOf(version, ...flags), expected, `${version} ${flags.join(" ")}`);
    assert.equal(await runOf(version, "--add-host", `${version}:1.2.3.4`), "miss", version);
  }
});
