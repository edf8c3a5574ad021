/** Dockerfiles whose context no checkout holds: no folder that is here is taken for it, and that is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

/** What `builds` says in a folder with these files. */
async function listed(
  t: Parameters<typeof temporaryFolder>[0],
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, out } = await runCli(["builds"], { cwd: temporaryFolder(t, files) });
  assert.equal(code, 0);
  return out;
}

const dockerfile = "FROM scratch\nCOPY tool /\n";

test("what GoReleaser builds has no default, however many platforms it names", async (t) => {
  const release = `builds: [{ binary: tool }]
dockers:
  - { goarch: amd64, dockerfile: build/Dockerfile }
  - { goarch: arm64, dockerfile: build/Dockerfile }
  - { dockerfile: "{{ .Var }}" }
`;
  const files = { ".goreleaser.yml": release, "build/Dockerfile": dockerfile, "main.go": "" };
  assert.equal(
    await listed(t, files),
    `  ci:.goreleaser.yml
    build/Dockerfile · no context · .goreleaser.yml:3
    The build context is made before the build, by GoReleaser: no checkout holds it.
`,
  );
});

test("a variable for a file that it includes names such a Dockerfile too", async (t) => {
  const release = "includes: [{ from_url: { url: https://example.org/a.yml } }]\nvariables:\n";
  const out = await listed(t, {
    ".goreleaser.yml": `${release}  name: tool\n  image: .docker/Dockerfile-alpine\n`,
    ".docker/Dockerfile-alpine": dockerfile,
  });
  assert.match(out, /^ {4}\.docker\/Dockerfile-alpine · no context · \.goreleaser\.yml:4$/m);
  assert.doesNotMatch(out, /guess/);
});

test("another file that says where such a Dockerfile is built goes before it", async (t) => {
  const files = {
    "goreleaser.yaml": "dockers_v2:\n  - { id: all }\n",
    ...{ Dockerfile: dockerfile, Makefile: "image:\n\tdocker build -t tool .\n" },
  };
  const out = await listed(t, files);
  assert.match(out, /^\* command:Makefile\n {4}Dockerfile · in \. · Makefile:2$/m);
  assert.match(out, /^ {2}ci:all\n {4}Dockerfile · no context/m);
});

test("a Dockerfile that goes to stdin is built without a context", async (t) => {
  const lines = [
    "cat ./docker/dev.Dockerfile | docker build $(OPTIONS) --build-arg=A -t $(NAME) -",
    "docker build -t x - < docker/ci.Dockerfile",
  ];
  const out = await listed(t, {
    Makefile: `dev:\n\t${lines[0]}\nci:\n\t${lines[1]}\n`,
    "docker/dev.Dockerfile": "FROM a\nCOPY . .\n",
    "docker/ci.Dockerfile": "FROM a\n",
  });
  for (const [name, line] of [
    ["dev", 2],
    ["ci", 4],
  ] as const)
    assert.match(
      out,
      new RegExp(
        `docker/${name}\\.Dockerfile · no context · Makefile:${line}\n {4}The Dockerfile alone is sent, on stdin`,
      ),
    );
  assert.doesNotMatch(out, /guess|^\*/m);
});

test("a folder that is made first is none that is taken, nor is another in its place", async (t) => {
  const out = await listed(t, {
    Makefile: "image:\n\tdocker build -f docker/Dockerfile dist\n",
    "docker/Dockerfile": dockerfile,
  });
  assert.doesNotMatch(out, /guess|^\*/m);
  assert.match(out, /The build context dist is not there: it is made before the build/);
});

test("a variable before the options of docker build is no context", async (t) => {
  const out = await listed(t, {
    Makefile: "image:\n\tdocker build $(OPTIONS) -t x .\nother:\n\tdocker build $(FOLDER) -t x\n",
    Dockerfile: "FROM a\n",
  });
  assert.match(out, /^\* command:Makefile\n {4}Dockerfile · in \. · Makefile:2$/m);
  assert.match(out, /no context · Makefile:4$/m);
});

test("a variable that is empty is no word, one that holds the command is", async (t) => {
  const script = 'TAGS=""\ndocker build --push $TAGS -f ci/Dockerfile dist/\n';
  const out = await listed(t, {
    "ci/push.sh": script,
    Makefile: "BUILD = docker buildx build -f Dockerfile\nall:\n\t@$(BUILD) --target run .\n",
    ...{ "ci/Dockerfile": dockerfile, Dockerfile: "FROM a AS run\n" },
  });
  assert.match(out, /^ {2}command:ci\/push\.sh\n {4}ci\/Dockerfile · in dist/m);
  assert.match(out, /^\* command:Makefile\n {4}Dockerfile · in \. · target run · Makefile:3$/m);
});
