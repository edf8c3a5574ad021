/** The pictures: well-formed, readable, nothing overlaps, and true to the Dockerfile. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type SaxesAttribute, SaxesParser } from "saxes";
import { criticalPath } from "../../../server/src/core/insight/criticalPath.js";
import { graphPicture } from "../../../server/src/core/picture/graphPicture.js";
import { pictureSvg } from "../../../server/src/core/picture/pictureSvg.js";
import { stackPicture } from "../../../server/src/core/picture/stackPicture.js";
import { anyCodePoints } from "../../support/codePoints.js";
import { runs } from "../../support/thorough.js";
import { viewOf } from "../../support/viewOf.js";
import { analysisOf, built } from "../analysis/support.js";

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: Element[];
}

test("no boxes overlap and nothing leaves the picture, for 1 to 30 stages", () => {
  fc.assert(
    fc.property(dockerfiles(), (text) => {
      const svg = draw(text);
      const root = parse(svg);
      const frames = framesOf(root);
      for (const [at, a] of frames.entries()) {
        for (const b of frames.slice(at + 1)) {
          const apart =
            a.x + a.width <= b.x ||
            b.x + b.width <= a.x ||
            a.y + a.height <= b.y ||
            b.y + b.height <= a.y;
          assert.ok(apart, `${JSON.stringify(a)} overlaps ${JSON.stringify(b)}`);
        }
        assert.ok(a.x >= 0 && a.x + a.width <= Number(root.attributes["width"]));
        assert.ok(a.y >= 0 && a.y + a.height <= Number(root.attributes["height"]));
        for (const points of edgesOf(root)) assert.ok(!points.some((point) => isInside(point, a)));
      }
      assert.ok(!svg.includes("NaN") && !svg.includes("undefined"));
    }),
    { numRuns: runs(25) },
  );
});

test("any text is XML: names, commands and controls are escaped or dropped", () => {
  fc.assert(
    fc.property(anyCodePoints(60), (word) => {
      parse(draw(`FROM a AS b\nRUN ${word}\nFROM b\nLABEL x="${word}"\nCOPY ${word} /`));
    }),
    { numRuns: runs(80) },
  );
  const svg = draw('FROM <script>\nRUN echo "</text><script>alert(1)</script>"');
  assert.ok(!svg.includes("<script"));
});

const chain = Array.from({ length: 400 }, (_, at) => `FROM s${at} AS s${at + 1}\nRUN make ${at}`);
const longChain = `FROM alpine AS s0\nRUN a\n${chain.join("\n")}\n`;

test("of more stages than anybody can follow, those next to the target are drawn, and the rest is counted", () => {
  const picture = graphPicture(viewOf(longChain));
  assert.ok(picture !== null);
  assert.equal(picture.boxes.length, 40);
  assert.ok(picture.boxes.some(({ isTarget }) => isTarget));
  assert.ok(picture.boxes.every(({ id }) => id > "stage 360"));
  assert.equal(picture.edges.length, 39);
  const note = "Drawn are the 40 stages and images next to the target; 361 more are not.";
  assert.ok(picture.description.includes(note));
  const shown = all(parse(draw(longChain))).filter(({ name }) => name === "text");
  assert.ok(shown.some(({ text }) => text === note));
  const whole = draw("FROM alpine AS a\nRUN a\nFROM a\nRUN b\n");
  assert.doesNotMatch(whole, /Drawn are/);
});

test("a long chain, and many stages that one takes files from, fit on a page", () => {
  const parts = Array.from({ length: 40 }, (_, at) => `FROM common AS part${at}\nRUN make ${at}`);
  const copies = parts.map((_, at) => `COPY --from=part${at} /a /a${at}`);
  const fan = ["FROM base AS common", "RUN x", ...parts, "FROM scratch", ...copies].join("\n");
  for (const text of [longChain, fan]) {
    const frames = framesOf(parse(draw(text)));
    const boxes = frames.filter(({ width }) => width === 190);
    assert.equal(boxes.length, 40);
    assert.ok(Math.max(...boxes.map(({ x }) => x + 190)) <= 1160);
    assert.ok(Math.max(...boxes.map(({ y, height }) => y + height)) <= 1_200);
  }
});

test("a stage says in its box what image it starts from: many start from one", () => {
  const text =
    "FROM alpine:3 AS a\nRUN a\nFROM alpine:3 AS b\nRUN b\nFROM scratch\nCOPY --from=a / /";
  const graph = graphPicture(viewOf(text));
  assert.deepEqual(
    graph?.boxes.map(({ title, base }) => [title, base]),
    [
      ["stage a", "FROM alpine:3"],
      ["stage b", "FROM alpine:3"],
      ["stage 2", "FROM scratch"],
    ],
  );
  assert.match(graph?.description ?? "", /stage b continues alpine:3 \(FROM 3\)\./);
  const shown = all(parse(draw(text))).filter(
    ({ name, text }) => name === "text" && text === "FROM alpine:3",
  );
  assert.equal(shown.length, 2);
});

test("a picture names itself, its boxes and their lines", () => {
  const root = parse(draw("FROM node:20 AS build\nRUN make\nFROM scratch\nCOPY --from=build /a /"));
  const ids = root.attributes["aria-labelledby"]?.split(" ") ?? [];
  const [title, desc] = ids.map((id) =>
    all(root).find(({ attributes }) => attributes["id"] === id),
  );
  assert.equal(title?.name, "title");
  assert.match(desc?.text ?? "", /stage 1 copies from stage build \(COPY 4\)/);
  const lines = all(root).flatMap(({ attributes }) => attributes["data-line"] ?? []);
  assert.deepEqual(lines, ["1", "3", "4", "3"]);
  const buttons = all(root).filter(({ attributes }) => attributes["role"] === "button");
  assert.ok(buttons.every(({ attributes }) => attributes["tabindex"] === "0"));
  assert.ok(buttons.every(({ attributes }) => (attributes["aria-label"] ?? "") !== ""));
});

test("the legend tells the signs that are drawn, and no others", () => {
  const legend = (text: string) => {
    const group = all(parse(draw(text))).find(
      ({ attributes }) => attributes["class"] === "sc-legend",
    );
    assert.ok(group);
    return all(group).flatMap(({ name, text }) => (name === "text" ? [text] : []));
  };
  assert.deepEqual(legend("FROM a\nRUN b"), ["no prediction", "base image", "writable layer"]);
  assert.deepEqual(
    legend("FROM a AS b\nFROM c AS d\nFROM c\nCOPY --from=b /a /\nCOPY --from=x /y /"),
    [
      "no prediction",
      "base image",
      "the image",
      "on the longest chain",
      "not needed",
      "writable layer",
      "image that files are taken from",
      "copies files",
    ],
  );
});

test("a picture for a narrow place has fewer boxes beside each other", () => {
  const stages = ["b", "c", "d", "e"].map((name) => `FROM a AS ${name}\nRUN ${name}`);
  const takings = ["b", "c", "d", "e"].map((name) => `COPY --from=${name} /x /${name}`);
  const view = viewOf([...stages, "FROM a", ...takings].join("\n"));
  const width = (room: number) =>
    Number(
      parse(pictureSvg(view, { part: "graph", reach: "none", id: "p", room }) ?? "").attributes[
        "width"
      ],
    );
  assert.ok(width(1_160) > 800);
  assert.ok(width(520) < 600);
});

test("a picture to look at has no focus and is one image", () => {
  const view = viewOf("FROM a\nRUN b");
  const svg = pictureSvg(view, { part: "all", reach: "none", id: "p" });
  assert.match(svg ?? "", /role="img"/);
  assert.doesNotMatch(svg ?? "", /tabindex|href|\n/);
});

test("long names are shortened to their box", () => {
  const long = "x".repeat(250);
  const root = parse(
    draw(`FROM ${long}:1 AS ${long}\nRUN ${long}\nFROM ${long}\nRUN 你好${"好".repeat(90)}`),
  );
  const shown = all(root).filter(({ name, text }) => name === "text" && text.includes("…"));
  assert.ok(shown.length >= 4);
  assert.ok(shown.every(({ text }) => [...text].length < 62));
  const wide = shown.find(({ text }) => text.includes("好"));
  assert.ok(wide !== undefined && [...wide.text].length < 40);
});

test("the stack has the writable layer on top and the base at the bottom", () => {
  const view = viewOf("FROM node:20 AS build\nRUN a\nFROM build\nWORKDIR /app\nENV A=1\nRUN b");
  const stack = stackPicture(view);
  assert.deepEqual(
    stack?.layers.map(({ kind, number, title }) => [kind, number, title]),
    [
      ["writable", null, "Writable layer of the container"],
      ["layer", 3, "RUN b"],
      ["layer", 2, "WORKDIR /app"],
      ["layer", 1, "RUN a"],
      ["base", 0, "Base image node:20"],
    ],
  );
});

test("an image from scratch stands on nothing", () => {
  const bottom = stackPicture(viewOf("FROM scratch\nCOPY a /"))?.layers.at(-1);
  assert.deepEqual([bottom?.kind, bottom?.number], ["empty", null]);
});

test("the graph tells FROM, COPY --from and mounts apart, and what the target needs", () => {
  const view = viewOf(
    [
      "FROM alpine AS base",
      "FROM base AS a",
      "RUN one",
      "FROM base AS unused",
      "FROM base",
      "COPY --from=a /x /x",
      "COPY --from=a /y /y",
      "RUN --mount=from=a,target=/m cat /m/z",
      "COPY --from=busybox /bin/sh /sh",
    ].join("\n"),
  );
  const graph = graphPicture(view);
  assert.deepEqual(
    graph?.edges.map(({ from, to, kinds, label, isNeeded }) =>
      [from, "→", to, kinds.join("+"), label, isNeeded ? "needed" : "idle"].join(" "),
    ),
    [
      "stage 0 → stage 1 from FROM 2 needed",
      "stage 0 → stage 2 from FROM 4 idle",
      "stage 0 → stage 3 from FROM 5 needed",
      "stage 1 → stage 3 copy+mount COPY 6, 7, mount 8 needed",
      "image busybox → stage 3 copy COPY 9 needed",
    ],
  );
  assert.match(graph?.description ?? "", /4 stages, 3 of them needed/);
});

test("the longest chain goes through the stage with the most running steps", () => {
  const view = viewOf(
    "FROM a AS short\nRUN 1\nFROM a AS long\nRUN 1\nRUN 2\nRUN 3\nFROM a\nCOPY --from=short /a /\nCOPY --from=long /b /",
  );
  const lines = criticalPath(view.analysis).steps.map(({ place }) => place.line);
  assert.deepEqual(lines, [4, 5, 6, 9]);
  const critical = graphPicture(view)?.boxes.filter(({ isCritical }) => isCritical);
  assert.deepEqual(
    critical?.map(({ title }) => title),
    ["stage long", "stage 2"],
  );
});

test("what its cells show of a stage is said of its box, too", () => {
  const given = (command: string) => ({
    text: `FROM a AS b\nRUN one\nRUN ${command}\nFROM c\nCOPY --from=b /x /x\n`,
  });
  const analysis = analysisOf({ ...given("other"), state: built(given("two")) });
  const view = { analysis, isResult: false };
  const svg = pictureSvg(view, { part: "graph", reach: "button", id: "p" }) ?? "";
  const labels = all(parse(svg)).flatMap(({ attributes: { "aria-label": label = "" } }) =>
    label.startsWith("stage ") ? [label] : [],
  );
  assert.deepEqual(labels, [
    "stage b, FROM a, 2 steps, 1 of 2 rebuild, on the longest chain, line 1",
    "stage 1, FROM c, 1 step · the image, 1 may rebuild, takes from stage b (COPY 5), on the longest chain, line 4",
  ]);
});

test("one stage has no graph; a file without a stage has no picture", () => {
  assert.equal(graphPicture(viewOf("FROM a\nRUN b")), null);
  const empty = viewOf("ARG A=1\n");
  assert.equal(pictureSvg(empty, { part: "all", reach: "none", id: "p" }), null);
});

function draw(text: string): string {
  const svg = pictureSvg(viewOf(text), {
    part: "all",
    reach: "button",
    id: "picture",
  });
  assert.ok(svg !== null);
  return svg;
}

/** Dockerfiles of 1 to 30 stages that continue and copy from each other at random. */
function dockerfiles(): fc.Arbitrary<string> {
  const stage = fc.record({
    base: fc.nat(99),
    copies: fc.array(fc.nat(99), { maxLength: 4 }),
    runs: fc.nat(12),
  });
  return fc
    .array(stage, { minLength: 1, maxLength: 30 })
    .map((stages) =>
      stages
        .flatMap(({ base, copies, runs }, index) => [
          `FROM ${base % 3 === 0 || index === 0 ? `image${base}` : `s${base % index}`} AS s${index}`,
          ...Array.from({ length: runs }, (_, at) => `RUN step ${at}`),
          ...copies.map((from) =>
            index === 0 ? "COPY a /a" : `COPY --from=s${from % index} /file${from} /`,
          ),
        ])
        .join("\n"),
    );
}

function parse(svg: string): Element {
  const parser = new SaxesParser();
  const open: Element[] = [];
  let root: Element | null = null;
  parser.on("opentag", ({ name, attributes }) => {
    const plain = Object.fromEntries(
      Object.entries(attributes).map(([key, value]: [string, string | SaxesAttribute]) => [
        key,
        typeof value === "string" ? value : String(value),
      ]),
    );
    const element: Element = { name, attributes: plain, text: "", children: [] };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  });
  parser.on("text", (text) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += text;
  });
  parser.on("closetag", () => {
    open.pop();
  });
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(svg).close();
  assert.ok(root !== null);
  return root;
}

function all(element: Element): readonly Element[] {
  return [element, ...element.children.flatMap(all)];
}

/** The corners of each edge, where they stand in the whole picture. */
function edgesOf(root: Element): readonly (readonly { x: number; y: number }[])[] {
  return placed(root, 0).flatMap(({ element: { name, attributes }, y }) =>
    name === "path" && attributes["class"] === undefined && attributes["d"] !== undefined
      ? [
          [...attributes["d"].matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map((match) => ({
            x: Number(match[1]),
            y: Number(match[2]) + y,
          })),
        ]
      : [],
  );
}

function isInside(point: { x: number; y: number }, frame: Frame): boolean {
  const { x, y, width, height } = frame;
  return point.x > x + 1 && point.x < x + width - 1 && point.y > y + 1 && point.y < y + height - 1;
}

/** Every element with how far down its group is put. */
function placed(element: Element, above: number): readonly { element: Element; y: number }[] {
  const shift = /translate\(0 (\d+)\)/.exec(element.attributes["transform"] ?? "")?.[1];
  const y = above + Number(shift ?? 0);
  return [{ element, y }, ...element.children.flatMap((child) => placed(child, y))];
}

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The boxes, where they stand in the whole picture. */
function framesOf(root: Element): readonly Frame[] {
  return placed(root, 0)
    .filter(({ element }) => element.attributes["class"] === "sc-frame")
    .map(({ element: { attributes }, y }) => ({
      x: Number(attributes["x"]),
      y: Number(attributes["y"]) + y,
      width: Number(attributes["width"]),
      height: Number(attributes["height"]),
    }));
}
