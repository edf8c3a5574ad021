/** A scope is a value: what changes nothing hands on the same object, and n lines cost little more than n. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { continuedScope, startScope } from "../../../server/src/core/graph/startScope.js";
import { type StageIn, walkStage } from "../../../server/src/core/graph/walkStage.js";
import { configToJson } from "../../../server/src/core/image/config.js";
import { OrderedEnvironment } from "../../../server/src/core/instructions/environment.js";
import type { Scope } from "../../../server/src/core/instructions/scope.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { runs } from "../../support/thorough.js";
import { builders } from "../analysis/support.js";
import { type GivenStage, plainImage, stageOf } from "./support.js";

/** What each line of a stage leaves, the start first. */
function scopesOf(given: GivenStage): readonly Scope[] {
  const input = stageOf(given);
  const scopes = [input.scope];
  let { scope } = input;
  for (const instruction of input.instructions) {
    ({ scope } = walkStage({ ...input, scope, instructions: [instruction] }));
    scopes.push(scope);
  }
  return scopes;
}

const settings = [
  "ENV A=1 B=2",
  "ARG C=3",
  "LABEL a=b",
  "EXPOSE 80 443/tcp",
  "VOLUME /data",
  "USER app",
  "WORKDIR /srv",
  'CMD ["a", "b"]',
  'ENTRYPOINT ["a"]',
  'SHELL ["/bin/bash", "-c"]',
  "STOPSIGNAL INT",
  "HEALTHCHECK --interval=5s CMD true",
  "MAINTAINER me",
];

/** What sets nothing, and what cannot be read. */
const idle = [
  ...["RUN make", "COPY a /b", "ADD a /b", "ARG NOTHING", "EXPOSE x", "STOPSIGNAL x"],
  ...["ENV", "LABEL", "VOLUME", "WORKDIR", "SHELL x", "HEALTHCHECK x", "ONBUILD", "NOSUCH y"],
];

for (const builder of builders) {
  const linesOf = (...lines: readonly string[]): readonly Scope[] =>
    scopesOf({ text: `FROM alpine\n${lines.join("\n")}`, builder, image: plainImage });

  for (const line of settings) {
    test(`said again, ${line} changes nothing, ${builder}`, () => {
      // ENV with several names puts each of them last in turn.
      const [start, once, twice] = linesOf(line, line);
      assert.notEqual(once, start);
      if (line === "ENV A=1 B=2") assert.equal(twice?.config, once?.config);
      else assert.equal(twice, once);
    });
  }

  for (const line of idle) {
    test(`${line} changes nothing, ${builder}`, () => {
      const [start, end] = linesOf(line);
      assert.equal(end, start);
    });
  }

  test(`a scope stays as it is when a later line sets something, ${builder}`, () => {
    const given = { builder, image: plainImage };
    const text = `FROM alpine\n${settings.join("\n")}`;
    const scopes = scopesOf({ ...given, text });
    for (const [at, scope] of scopes.entries()) {
      const above = text.split("\n").slice(0, at + 1);
      const alone = scopesOf({ ...given, text: above.join("\n") }).at(-1);
      assert.deepEqual(contentOf(scope), contentOf(alone ?? scope), above.at(-1));
    }
  });
}

function contentOf({ environment, config, declaredArgs, ...rest }: Scope) {
  const digest = environment.digest();
  const entries = environment.entries();
  return { digest, entries, ...configToJson(config), args: [...declaredArgs], ...rest };
}

test("what an image starts with is one object, also in another stage", () => {
  const { file } = stageOf({ text: "FROM alpine" });
  const base = { kind: "image", reference: "alpine", image: plainImage } as const;
  const other = { ...base, reference: "another/name" };
  assert.equal(startScope(file, base), startScope(file, other));
  assert.notEqual(startScope(file, base), startScope(file, { ...base, image: { ...plainImage } }));
});

test("values in the config keep their place, variables of a RUN move to the end", () => {
  const end = scopesOf({
    text: "FROM alpine\nENV A=1 B=2\nENV A=3\nLABEL x=1 y=2\nLABEL x=3\nEXPOSE 2\nEXPOSE 1 2",
    image: plainImage,
  }).at(-1);
  assert.deepEqual(end?.environment.entries(), [
    ...[
      ["PATH", "/bin"],
      ["B", "2"],
      ["A", "3"],
    ], // prettier than one a line
  ]);
  const config = end === undefined ? null : configToJson(end.config);
  assert.deepEqual(config?.Env, ["PATH=/bin", "A=3", "B=2"]);
  assert.deepEqual(Object.entries(config?.Labels ?? {}), [
    ["x", "3"],
    ["y", "2"],
  ]);
  assert.deepEqual(Object.keys(config?.ExposedPorts ?? {}), ["2/tcp", "1/tcp"]);
});

test("the digest of an environment is the sum of the digests of its neighbours", () => {
  let environment = OrderedEnvironment.of(sha256);
  let expected: readonly (readonly [string, string])[] = [];
  let seed = 1;
  const random = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 500; round++) {
    const [name, value] = [`N${random(round < 250 ? 4 : 90)}`, `${random(3)}`];
    environment = environment.with(name, value);
    expected = [...expected.filter(([other]) => other !== name), [name, value]];
    assert.deepEqual(environment.entries(), expected);
    assert.equal(environment.digest(), digestOf(expected));
    assert.equal(environment.get(name), value);
    assert.deepEqual(OrderedEnvironment.of(sha256, expected), environment);
  }
});

function digestOf(entries: readonly (readonly [string, string])[]): string {
  let sum = 0n;
  for (const [at, [name, value]] of entries.entries()) {
    const pair = JSON.stringify([entries[at - 1]?.[0] ?? null, name, value]);
    sum += BigInt(`0x${sha256(pair)}`);
  }
  return BigInt.asUintN(256, sum).toString(16);
}

const growing: Readonly<Record<string, (i: number) => string>> = {
  ENV: (i) => `ENV V${i}=${i}`,
  "ENV of few names": (i) => `ENV V${i % 7}=${i}`,
  ARG: (i) => `ARG V${i}=${i}`,
  LABEL: (i) => `LABEL v${i}=${i}`,
  EXPOSE: (i) => `EXPOSE ${i + 1}`,
  VOLUME: (i) => `VOLUME /v${i}`,
};

for (const [name, line] of Object.entries(growing)) {
  test(`the scopes of n lines of ${name}, all of them kept, are little more than n objects`, () => {
    const measure = (count: number): number => {
      let digests = 0;
      const digest = (text: string): string => {
        digests++;
        return sha256(text);
      };
      const lines = Array.from({ length: count }, (_, i) => line(i));
      const scopes = scopesOf({ text: ["FROM alpine", ...lines].join("\n"), digest });
      return digests + objectsIn(scopes);
    };
    const [small, large] = [measure(1000), measure(4000)];
    assert.ok(large / small < 5, `${small} for 1000 lines, ${large} for 4000`);
    assert.ok(small < 1000 * 60, `${small} for 1000 lines`);
  });
}

/** All objects that can be reached, each once. */
function objectsIn(root: object): number {
  const seen = new Set<object>([root]);
  for (const one of seen) {
    for (const value of Object.values(one)) {
      if (typeof value === "object" && value !== null) seen.add(value);
    }
  }
  return seen.size;
}

test("a stage that continues another one finds the variables that are set again, quickly or not", () => {
  const line = fc.record({
    keyword: fc.constantFrom("ENV", "ARG", "RUN"),
    name: fc.constantFrom("A", "B", "C", "PATH"),
    value: fc.constantFrom("1", "2", "$A$B"),
  });
  const property = fc.property(
    fc.constantFrom(...builders),
    fc.option(fc.constant(plainImage), { nil: undefined }),
    fc.array(fc.array(line, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
    (builder, image, stages) => {
      let start: Scope | null = null;
      for (const lines of stages) {
        const text = lines.map(({ keyword, name, value }) => `${keyword} ${name}=${value}\n`);
        const given = { text: `FROM a\n${text.join("")}`, builder, ...(image && { image }) };
        const input: StageIn = stageOf(given);
        const { scope } = walkStage({ ...input, scope: start ?? input.scope });
        const slow = continuedScope(input.file, { ...scope, endsAsSet: false });
        start = continuedScope(input.file, scope);
        assert.deepEqual(start.environment.entries(), slow.environment.entries());
        assert.equal(start.environment.digest(), slow.environment.digest());
        assert.deepEqual([...start.config.environment], [...slow.config.environment]);
      }
    },
  );
  fc.assert(property, { numRuns: runs(2_000) });
});
