/** `stratacast builds`: what the workflows of a build server build. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { layout, rows } from "./support/buildList.js";

test("workflows: matrices, inputs of called workflows, the root without a context, run lines", async (t) => {
  const list = await layout(t, {
    "a/Dockerfile": "FROM a\n",
    "b/Dockerfile": "FROM a\n",
    "c/Dockerfile": "FROM a\n",
    ".github/workflows/ci.yml": `
on: push
env: { WHERE: b }
jobs:
  images:
    strategy:
      matrix:
        include: [{ image: { file: a/Dockerfile } }, { image: { file: "\${{ env.WHERE }}/Dockerfile" } }]
    steps:
      - uses: depot/build-push-action@v1
        id: push
        with: { file: "\${{ matrix.image.file }}", build-args: "SHA=\${{ github.sha }}" }
  called:
    uses: ./.github/workflows/build.yml
    with: { folder: c }
`,
    ".github/workflows/build.yml": `
on: { workflow_call: { inputs: { folder: { default: a, type: string }, target: { type: string } } } }
jobs:
  one:
    steps:
      - run: docker build --target "\${{ inputs.target || 'last' }}" \${{ inputs.folder }}
`,
  });
  const found = rows(list);
  assert.ok(
    found.includes("*workflow:.github/workflows/ci.yml#images/push 2 b/Dockerfile ."),
    found.join("\n"),
  );
  assert.ok(
    found.some((row) => /^\*workflow:.* c\/Dockerfile c last$/.test(row)),
    found.join("\n"),
  );
  assert.deepEqual(list.builds.find(({ id }) => id.includes("push"))?.args, { SHA: null });
});

test("workflows: the files that bake-action names, and what an earlier step or job makes", async (t) => {
  const list = await layout(t, {
    "a/Dockerfile": "FROM a\n",
    "deploy/images.hcl": 'target "api" { context = "a" }\n',
    "deploy/other.hcl": 'target "not" { context = "a" }\n',
    ".github/workflows/ci.yml": `
on: push
env: { DIR: deploy }
jobs:
  one:
    steps:
      - uses: docker/bake-action@v6
        with:
          source: .
          files: |
            \${{ env.DIR }}/images.hcl
            \${{ steps.meta.outputs.bake-file }}
            ../outside.hcl
            missing.hcl
      - uses: docker/build-push-action@v6
        with: { context: a, file: "\${{ steps.find.outputs.file }}" }
      - uses: docker/build-push-action@v6
        with: { context: a, target: "\${{ needs.plan.outputs.target }}" }
      - uses: docker/build-push-action@v6
        with: { context: a, target: "\${{ github.ref_name }}" }
`,
  });
  assert.ok(rows(list).includes("*bake:api a/Dockerfile a"), rows(list).join("\n"));
  assert.ok(!rows(list).some((row) => row.includes("bake:not")));
  const said = list.builds.flatMap(({ problems }) => problems.map(({ message }) => message));
  assert.deepEqual(said.slice(0, 3), [
    `What "file" is comes from steps.find, which runs before the build: \${{ steps.find.outputs.file }}`,
    `What "target" is comes from needs.plan, which runs before the build: \${{ needs.plan.outputs.target }}`,
    `What "target" is can only be told by the build itself: \${{ github.ref_name }}`,
  ]);
});

test("workflows: what bake-action builds otherwise than the file of Bake says is a build of its own", async (t) => {
  const list = await layout(t, {
    "a/Dockerfile": "FROM a AS dev\nARG V\nFROM dev AS prod\n",
    "docker-bake.hcl": `
group "default" { targets = ["api", "web"] }
target "api" {
  context = "a"
  args = { V = "1", W = "2" }
}
target "web" { inherits = ["api"] }
target "other" { context = "a" }
`,
    ".github/workflows/ci.yml": `
on: push
jobs:
  one:
    strategy: { matrix: { v: [7, 8] } }
    steps:
      - uses: docker/bake-action@v6
        with: { targets: other }
      - name: all
        uses: docker/bake-action@v6
        with:
          set: |
            *.args.V=\${{ matrix.v }}
            *.cache-from=type=gha,scope=x
            web.target=prod
            we*.platform=linux/arm64,linux/amd64
            *.output=type=registry
      - name: one
        uses: docker/bake-action@v6
        with:
          targets: api
          set: api.args.V=\${{ steps.x.outputs.y }}
      - uses: docker/bake-action@v6
        with: { set: "*.output=type=docker" }
`,
  });
  const own = list.builds.filter(({ id }) => id.startsWith("workflow:"));
  assert.deepEqual(
    own.map(({ id, target, args }) => [id.split("#")[1], target, args]),
    [
      ["one/all/api", null, { V: "7", W: "2" }],
      ["one/all/web", "prod", { V: "7", W: "2" }],
      ["one/all/api 2", null, { V: "8", W: "2" }],
      ["one/all/web 2", "prod", { V: "8", W: "2" }],
      ["one/one/api", null, { V: null, W: "2" }],
    ],
  );
  assert.deepEqual(own[1]?.platforms, ["linux/arm64", "linux/amd64"]);
  assert.deepEqual(own[0]?.cacheFrom, ["type=gha,scope=x"]);
  assert.equal(list.builds[0]?.id, "bake:api");
});

test("workflows: a line of docker build says which step makes what it takes", async (t) => {
  const list = await layout(t, {
    "a/Dockerfile": "FROM a\n",
    ".github/workflows/ci.yml": `
on: push
jobs:
  one:
    env: { STAGE: "\${{ needs.plan.outputs.stage }}" }
    steps:
      - run: docker build --target \${{ steps.meta.outputs.target }} a
      - run: docker build --target "$STAGE" a
      - id: pick
        run: |
          echo "FILE=$(ls a)" >> "$GITHUB_ENV"
      - run: docker build -f $FILE a
      - run: docker build -f $OTHER a
`,
  });
  assert.deepEqual(
    list.builds.flatMap(({ problems }) => problems.map(({ message }) => message)),
    [
      `What "target" is comes from steps.meta, which runs before the build: \${{ steps.meta.outputs.target }}`,
      `What "target" is comes from needs.plan, which runs before the build: "$STAGE"`,
      `What "file" is comes from steps.pick, which runs before the build: $FILE`,
      `What "file" is can only be told by the build itself: $OTHER`,
    ],
  );
});
