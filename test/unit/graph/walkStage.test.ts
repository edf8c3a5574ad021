/** The walk of a stage is a function: equal arguments, equal answers, and nothing that it is given changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { walkStage } from "../../../server/src/core/graph/walkStage.js";
import { builders } from "../analysis/support.js";
import { type GivenStage, plainImage, stageOf } from "./support.js";

const text = `FROM alpine AS main
ARG VERSION=1 TARGETARCH
ENV PATH=/opt/$VERSION:$PATH A=1
LABEL a=$A
EXPOSE 80-82 443
USER app
WORKDIR srv
COPY --from=main a /b
COPY --chmod=999 . /c
RUN --mount=type=bind,from=other,target=/x make $A \${}
SHELL ["/bin/bash", "-c"]
CMD run $A
HEALTHCHECK --interval=1s CMD true
VOLUME /data $A
STOPSIGNAL nothing
ONBUILD RUN more
NOSUCH thing
ENTRYPOINT ["a"]
`;

const given: GivenStage = {
  text,
  buildArgs: { VERSION: "2" },
  image: plainImage,
  triggers: "ENV FROM_BASE=1\nRUN base $FROM_BASE\nCOPY",
};

for (const builder of builders) {
  test(`the same stage gives equal steps, ${builder}`, () => {
    const input = stageOf({ ...given, builder });
    assert.deepEqual(walkStage(input), walkStage(input));
    assert.deepEqual(walkStage(stageOf({ ...given, builder })), walkStage(input));
  });

  test(`a walk leaves what it is given as it was, ${builder}`, () => {
    const input = stageOf({ ...given, builder });
    const untouched = structuredClone(valuesOf(input));
    const free = walkStage(input);
    freeze(input);
    assert.deepEqual(walkStage(input), free);
    assert.deepEqual(valuesOf(input), untouched);
  });

  test(`a stage that is cut in two is walked as one, ${builder}`, () => {
    const input = stageOf({ ...given, builder });
    const whole = walkStage(input);
    for (const cut of [0, 3, 9, input.instructions.length]) {
      const above = walkStage({ ...input, instructions: input.instructions.slice(0, cut) });
      const below = walkStage({
        ...{ ...input, scope: above.scope, triggers: [] },
        instructions: input.instructions.slice(cut),
      });
      assert.deepEqual([...above.steps, ...below.steps.slice(1)], whole.steps);
      assert.deepEqual(below.scope, whole.scope);
    }
  });
}

test("a step says what it finds wrong and what it sets, and triggers come first", () => {
  const { steps } = walkStage(stageOf(given));
  assert.deepEqual(
    steps.slice(0, 5).map(({ keyword, isTrigger }) => [keyword, isTrigger]),
    [
      ["FROM", false],
      ["ENV", true],
      ["RUN", true],
      ["COPY", true],
      ["ARG", false],
    ],
  );
  assert.deepEqual(
    steps.flatMap(({ keyword, found }) => found.map(({ problem }) => `${keyword} ${problem.code}`)),
    [
      "COPY missing-argument",
      "COPY circular-stage",
      "COPY bad-chmod",
      "STOPSIGNAL bad-signal",
      "NOSUCH unknown-instruction",
    ],
  );
  assert.deepEqual(
    steps.flatMap(({ assignments }) => assignments.map(({ name, value }) => `${name}=${value}`)),
    ["FROM_BASE=1", "VERSION=2", "TARGETARCH=amd64", "PATH=/opt/2:/bin", "A=1"],
  );
});

test("an automatic argument is looked up: the scope does not have it until an ARG asks for it", () => {
  const [without, declared] = ["RUN true", "ARG TARGETPLATFORM"].map((line) =>
    walkStage(stageOf({ text: `FROM alpine\n${line}`, image: plainImage })),
  );
  assert.equal(without?.scope.environment.get("TARGETPLATFORM"), undefined);
  assert.equal(declared?.scope.environment.get("TARGETPLATFORM"), "linux/amd64");
});

test("of a stage that a named context takes the place of no line does anything", () => {
  const input = { ...stageOf(given), isReplaced: true };
  const { steps, scope } = walkStage(input);
  assert.equal(scope, input.scope);
  assert.ok(steps.slice(1).every(({ effect, found }) => effect === "none" && found.length === 0));
});

/** What there is to change in a value, functions left out. */
function valuesOf(value: unknown): unknown {
  if (typeof value === "function") return null;
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map) return [...value].map(valuesOf);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, valuesOf(one)]));
}

/** A change of a frozen object throws; maps, which cannot be frozen, are compared. */
function freeze(root: object): void {
  const seen = new Set<object>([root]);
  for (const one of seen) {
    Object.freeze(one);
    const values = one instanceof Map ? [...one.values()] : Object.values(one);
    for (const value of values) {
      if (typeof value === "object" && value !== null) seen.add(value);
    }
  }
}
