/** Settling: what is found out in any order gives one answer, and it ends whatever suppliers do. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { type Answer, analyse } from "../../../server/src/core/analysis/snapshot.js";
import { keyOf } from "../../../server/src/core/cache/predict.js";
import { emptyState } from "../../../server/src/core/cache/state.js";
import { type Cancellation, known, pending, unknown } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { type Need, needKey } from "../../../server/src/core/world/facts.js";
import { answered, emptyWorld, factOf, type World } from "../../../server/src/core/world/world.js";
import { createContexts } from "../../../server/src/host/contexts.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { createPool, type Pool, type Suppliers, settle } from "../../../server/src/host/settle.js";
import { buildOf } from "../../support/definitions.js";
import { DISK_ROOTS, memoryDisk } from "../context/memoryDisk.js";

const goOn: Cancellation = { isCancelled: false };

const dockerfile = parseDockerfile(
  "FROM alpine\nCOPY a /a\nCOPY --from=lib b /b\nRUN make\nFROM busybox\nCOPY --from=0 /a /\n",
);

const build = buildOf({
  context: { kind: "path", folder: DISK_ROOTS.posix },
  contexts: new Map([["lib", { kind: "path", folder: `${DISK_ROOTS.posix}/lib` }]]),
});

function answerIn(world: World): Answer {
  return analyse({
    place: onDisk,
    ...build,
    dockerfile,
    world,
    baseline: { kind: "last" },
    digest: sha256,
  });
}

/** Everything there is to say, but for objects that are made anew. */
function told({ analysis, needs }: Answer): unknown {
  const { steps, problems, summary, keys } = analysis;
  return {
    steps: steps.map(({ keyed, prediction, inputs }) => [keyOf(keys, keyed), prediction, inputs]),
    problems,
    summary,
    needs: needs.map(needKey),
  };
}

function suppliers(own: Partial<Suppliers> = {}): Suppliers {
  const disk = memoryDisk("posix");
  disk.write("a", "a");
  disk.write("lib/b", "b");
  disk.write(".dockerignore", "lib\n");
  const contexts = createContexts({
    fileSystem: disk,
    readText: (file) => {
      const isThere = file === `${DISK_ROOTS.posix}/.dockerignore`;
      return isThere
        ? { ok: true, value: "lib\n" }
        : { ok: false, error: { code: "ENOENT", message: "", path: file } };
    },
  });
  const none = async () => unknown("off");
  return {
    builds: async () => none(),
    present: async () => known(new Set<string>()),
    gitRules: none,
    unfetched: none,
    tree: contexts.tree,
    contents: contexts.contents,
    archive: none,
    tracked: async () => known(new Map([["", new Map([["a", true]])]])),
    commit: none,
    commitFiles: none,
    commitText: none,
    cache: none,
    bytes: none,
    text: none,
    image: none,
    state: async () => known(emptyState),
    recorded: none,
    ...own,
  };
}

/** Each answer as late as the numbers say, in events of this program. */
function late(given: Suppliers, delays: readonly number[]): Suppliers {
  let at = 0;
  const wait = async () => {
    for (let left = delays[at++ % delays.length] ?? 0; left > 0; left--)
      await new Promise((resume) => setImmediate(resume));
  };
  const all = Object.entries(given).map(([kind, supplier]) => [
    kind,
    async (need: Need, cancel: Cancellation) => {
      await wait();
      // The entry's own need.
      const answer = await (supplier as (need: Need, cancel: Cancellation) => unknown)(
        need,
        cancel,
      );
      await wait();
      return answer;
    },
  ]);
  // The same keys.
  return Object.fromEntries(all) as Suppliers;
}

test("the order in which answers come does not matter", async () => {
  const plain = await settle(createPool(suppliers(), emptyWorld), answerIn, goOn);
  assert.deepEqual(plain.needs, []);
  assert.deepEqual(
    plain.analysis.steps.flatMap(({ inputs }) => inputs?.count ?? []),
    [1, 1],
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(4), { minLength: 1, maxLength: 12 }),
      fc.nat(3),
      async (delays, builds) => {
        const pool = createPool(late(suppliers(), delays), emptyWorld);
        const answers = await Promise.all(
          Array.from({ length: builds + 1 }, () => settle(pool, answerIn, goOn)),
        );
        for (const answer of answers) assert.deepEqual(told(answer), told(plain));
      },
    ),
    { numRuns: 60 },
  );
});

test("it ends when suppliers answer nothing, throw, or speak of a state that is gone", async () => {
  const behaviours = ["right", "nothing", "throws", "of another state"] as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...behaviours), { minLength: 8, maxLength: 8 }),
      fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }),
      async (chosen, delays) => {
        const right = suppliers();
        const odd = Object.entries(right).map(([kind, supplier], at) => [
          kind,
          async (need: Need, cancel: Cancellation) => {
            switch (chosen[at]) {
              case "nothing":
                return pending;
              case "throws":
                throw new Error(kind);
              case "of another state":
                // Only a need for contents names a state: the others are answered as asked.
                return (supplier as (need: object, cancel: Cancellation) => unknown)(
                  { ...need, state: -1, paths: [] },
                  cancel,
                );
              default:
                return (supplier as (need: Need, cancel: Cancellation) => unknown)(need, cancel);
            }
          },
        ]);
        // The same keys.
        const pool = createPool(late(Object.fromEntries(odd) as Suppliers, delays), emptyWorld);
        const answer = await settle(pool, answerIn, goOn);
        assert.deepEqual(answer.needs, []);
        for (const { prediction } of answer.analysis.steps)
          if (factOf(pool.world, { kind: "state" }).kind === "unknown")
            assert.equal(prediction.kind, null, "a baseline that is not known predicts nothing");
      },
    ),
    { numRuns: 60 },
  );
});

test("equal needs are joined, and given up when nobody wants them any more", async () => {
  let asked = 0;
  const seen: Cancellation[] = [];
  let answer = (): void => undefined;
  const pool = createPool(
    suppliers({
      state: (_, cancel) => {
        asked++;
        seen.push(cancel);
        return new Promise((resolve) => {
          answer = () => resolve(cancel.isCancelled ? pending : known(emptyState));
        });
      },
    }),
    emptyWorld,
  );
  const [one, two] = [{ isCancelled: false }, { isCancelled: false }];
  const [first, second] = [answering(pool, one), answering(pool, two)];
  await new Promise((resume) => setImmediate(resume));
  assert.equal(asked, 1);
  one.isCancelled = true;
  assert.equal(seen[0]?.isCancelled, false, "the other still wants it");
  two.isCancelled = true;
  assert.equal(seen[0]?.isCancelled, true);
  two.isCancelled = false;
  assert.equal(seen[0]?.isCancelled, true, "given up is given up");
  answer();
  await first;
  await new Promise((resume) => setImmediate(resume));
  assert.equal(asked, 2, "who still wants it asks anew");
  answer();
  const settled = await second;
  assert.deepEqual(settled.needs, []);
});

function answering(pool: Pool, cancel: Cancellation): Promise<{ readonly needs: readonly Need[] }> {
  const need: Need = { kind: "state" };
  const lacks = (world: World) => ({
    needs: factOf(world, need).kind === "pending" ? [need] : [],
  });
  return settle(pool, lacks, cancel);
}

test("an answer that an event has overtaken is dropped, and the last one stays until the next", async () => {
  const states = [1, 2, 3].map(() => ({ ...emptyState }));
  const answers: (() => void)[] = [];
  const pool = createPool(
    suppliers({
      state: () =>
        new Promise((resolve) => {
          const own = states[answers.length];
          answers.push(() => resolve(own === undefined ? pending : known(own)));
        }),
    }),
    emptyWorld,
  );
  const now = () => {
    const fact = factOf(pool.world, { kind: "state" });
    return fact.kind === "known"
      ? states.indexOf(fact.value as (typeof states)[number])
      : fact.kind;
  };
  const first = pool.supply([{ kind: "state" }], goOn);
  answers[0]?.();
  await first;
  const second = pool.renew([{ kind: "state" }], goOn);
  assert.equal(now(), 0, "what was known stays meanwhile");
  const third = pool.renew([{ kind: "state" }], goOn);
  answers[2]?.();
  await third;
  assert.equal(now(), 2);
  answers[1]?.();
  assert.equal((await second).size, 1, "who waited for it hears that it is gone");
  assert.equal(now(), 2);
});

test("a keystroke cancels nothing: the next round asks with the text of that moment", async () => {
  const pool = createPool(late(suppliers(), [2]), emptyWorld);
  let text = "FROM alpine\n";
  const asked = settle(
    pool,
    (world) => {
      const typed = parseDockerfile(text);
      const baseline = { kind: "last" } as const;
      return analyse({
        place: onDisk,
        ...build,
        dockerfile: typed,
        world,
        baseline,
        digest: sha256,
      });
    },
    goOn,
  );
  text += "COPY a /a\n";
  const { analysis } = await asked;
  assert.equal(analysis.steps.at(-1)?.keyed.context[0]?.content.kind, "known");
});

test("contents of a tree that is gone change nothing", () => {
  const context = { folder: "/srv", builder: "buildkit", dockerfile: null } as const;
  const need = { kind: "contents", context, state: 7, paths: ["a"] } as const;
  const world = answered(emptyWorld, [[need, unknown("failed")]]);
  assert.equal(world.facts.size, 0);
});

test("two Dockerfiles in one context read it once", async () => {
  const disk = memoryDisk("posix");
  for (let n = 0; n < 20; n++) disk.write(`f${n}`, String(n));
  let listed = 0;
  const counting = {
    ...disk,
    list(path: string) {
      listed++;
      return disk.list(path);
    },
  };
  const contexts = createContexts({
    fileSystem: counting,
    readText: (file) => ({ ok: false, error: { code: "ENOENT", message: "", path: file } }),
  });
  const ask = (name: string) =>
    contexts.tree(
      { kind: "tree", folder: DISK_ROOTS.posix, builder: "buildkit", dockerfile: name },
      goOn,
    );
  const [one, two] = await Promise.all([ask("/srv/app/one"), ask("/srv/app/two")]);
  const three = await ask("/srv/app/three");
  assert.ok(one.kind === "known" && two.kind === "known" && three.kind === "known");
  assert.equal(one.value.tree, two.value.tree);
  assert.equal(one.value.state, three.value.state);
  assert.equal(listed, 1);
});
