/** A few lines that ask for more than there is: a finding on the line, and the rest is answered. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { exactKeys } from "../../../server/src/core/cache/exact/exactKeys.js";
import { configToJson } from "../../../server/src/core/image/config.js";
import {
  deepestDirectory,
  longestText,
  mostHanded,
  mostInstructions,
  mostWords,
  mostWork,
} from "../../../server/src/core/syntax/limits.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { shapes } from "../../bench/support/dockerfiles.js";
import { analysisOf, built } from "./support.js";

test("values that double from line to line end in a finding on the line that is too much", () => {
  const lines = [
    "FROM alpine",
    "ARG a0=aaaaaaaaaa",
    ...Array.from({ length: 40 }, (_, n) => `ARG a${n + 1}=$a${n}$a${n}`),
    "RUN echo $a40",
  ];
  const { problems, steps } = analysisOf({ text: lines.join("\n") });
  const found = problems.flatMap((problem) =>
    problem.code === "bad-expansion" ? [problem.mistake.code] : [],
  );
  assert.ok(found.length > 0);
  assert.deepEqual(new Set(found), new Set(["expansion-too-large"]));
  assert.equal(steps.length, lines.length);
});

test("a pattern that multiplies a value ends in a finding too", () => {
  const lines = [
    "FROM alpine",
    "ARG a=a",
    ...Array.from({ length: 12 }, () => "ARG a=$" + "{a//a/aaaaaaaaaa}"),
  ];
  const { problems } = analysisOf({ text: lines.join("\n") });
  assert.ok(problems.some(({ code }) => code === "bad-expansion"));
});

test("long values on each line of all stages end in a finding, and short ones do not", () => {
  const long = `FROM alpine AS s0\nARG a=${"a".repeat(50_000)}\n`;
  const stage = (n: number) =>
    `FROM s${n - 1} AS s${n}\nARG a=${"a".repeat(2_000)}\nENV b=$a c=$a\n`;
  const lines = `${long}${"ENV b=$a\n".repeat(10)}${Array.from({ length: 300 }, (_, n) => stage(n + 1)).join("")}`;
  const { problems, steps } = analysisOf({ text: lines });
  const places = problems.flatMap((problem) =>
    problem.code === "bad-expansion" &&
    problem.mistake.code === "expansion-too-large" &&
    problem.mistake.what === "file"
      ? [problem.range?.start ?? 0]
      : [],
  );
  assert.equal(places.length, problems.length);
  // 1 MiB: ten times 50,000 characters, and 137 times 4,000 of the 300.
  assert.equal(places.length, 2 * (300 - 137));
  assert.equal(steps.length, 12 + 900);
  const few = analysisOf({
    text: `FROM a\nARG a=${"a".repeat(300)}\n${"ENV b=$a c=$a\n".repeat(5_000)}`,
  });
  assert.deepEqual(few.problems, []);
});

test("as many RUN as variables have keys until these are too long together", () => {
  const keysOf = (length: number) => {
    const line = (_: unknown, n: number) => `ENV V${n}=${"v".repeat(length)}\nRUN a\n`;
    const { graph } = analysisOf({ text: `FROM a\n${Array.from({ length: 500 }, line).join("")}` });
    return exactKeys(graph, sha256);
  };
  assert.equal(keysOf(10).size, 500);
  const few = keysOf(1_000);
  assert.ok(few.size > 300 && few.size < 400, `${few.size}`);
});

test("a file of very many instructions is not read, until it has fewer", () => {
  const text = `FROM a\n${"RUN a\n".repeat(mostInstructions)}`;
  const long = parseDockerfile(text);
  assert.deepEqual([long.instructions.length, long.problems[0]?.code], [0, "file-too-long"]);
  const shorter = text.slice(0, -6);
  assert.equal(parseDockerfile(shorter, long).instructions.length, mostInstructions);
  assert.equal(parseDockerfile(text, parseDockerfile(shorter)).instructions.length, 0);
});

test("a file of very much work is not read, until it has less", () => {
  const stages = (count: number) =>
    Array.from({ length: count }, (_, n) => `FROM a AS s${n}\nCOPY a b /c/\nRUN a\n`).join("");
  const most = Math.floor(mostWork / (6 + 8 + 3 * 2 + 3));
  const text = stages(most + 1);
  const long = parseDockerfile(text);
  const start = text.lastIndexOf("COPY");
  assert.deepEqual(long.instructions, []);
  assert.deepEqual(long.problems, [
    { code: "file-too-long", of: "work", limit: mostWork, range: { start, end: start + 4 } },
  ]);
  const shorter = stages(most);
  assert.equal(parseDockerfile(shorter, long).instructions.length, 3 * most);
  assert.deepEqual(parseDockerfile(text, parseDockerfile(shorter)), long);
});

test("the longest files of the benchmark are read", () => {
  for (const { name, textOf } of shapes)
    assert.deepEqual(parseDockerfile(textOf(50_000)).problems, [], name);
});

test("ONBUILD instructions that many stages inherit end in a finding on the FROM that is too much", () => {
  const triggers = (count: number) => "ONBUILD USER a\n".repeat(count);
  const many = analysisOf({ text: `FROM alpine AS s\n${triggers(501)}` });
  assert.deepEqual(
    many.problems.map((problem) => problem.code),
    ["too-many-triggers"],
  );
  const file = `FROM alpine AS s\n${triggers(400)}${"FROM s\n".repeat(400)}RUN true`;
  const { problems, steps } = analysisOf({ text: file });
  assert.deepEqual(new Set(problems.map(({ code }) => code)), new Set(["too-many-triggers"]));
  assert.equal(problems.length, 400 - 2, "twice 400 are no more than 1,000");
  assert.equal(steps.length, 1 + 400 + 400 + 1 + 2 * 400);
});

test("a directory that grows from line to line ends in a finding, and stays", () => {
  const text = `FROM alpine\n${"WORKDIR aaaaaaaaa\n".repeat(1000)}RUN pwd`;
  const { problems, graph } = analysisOf({ text });
  const codes = problems.map(({ code }) => code);
  assert.equal(codes[0], "directory-too-deep", "said once, where it begins");
  assert.ok(codes.length > 500);
  assert.deepEqual(new Set(codes.slice(1)), new Set(["path-too-long"]));
  assert.ok((graph.target?.config.workingDirectory.length ?? 0) <= 4096);
});

test("an instruction of very many words is not read, until it has fewer", () => {
  const copies = (sources: number) => `FROM a\nRUN b\nCOPY${" f".repeat(sources)} /x/\nRUN c`;
  const text = copies(mostWords);
  const long = parseDockerfile(text);
  const start = text.indexOf("COPY");
  assert.deepEqual(long.instructions, []);
  assert.deepEqual(long.problems, [
    { code: "file-too-long", of: "words", limit: mostWords, range: { start, end: start + 4 } },
  ]);
  const shorter = copies(mostWords - 1);
  assert.equal(parseDockerfile(shorter).instructions.length, 4);
  assert.deepEqual(parseDockerfile(shorter, long), parseDockerfile(shorter));
  assert.deepEqual(parseDockerfile(text, parseDockerfile(shorter)), long);
  const command = `FROM a\nRUN echo${" f".repeat(5 * mostWords)}`;
  assert.equal(parseDockerfile(command).instructions.length, 2, "a command is the shell's");
});

test("what stands in a stage is followed down to a depth, and said where that ends", () => {
  /** What becomes of the last line once only the deep directory has another name. */
  const taken = (depth: number) => {
    const text = (name: string) =>
      [
        "FROM scratch AS s",
        "COPY a.txt /x/",
        `WORKDIR /${`${name}/`.repeat(depth)}`,
        "FROM alpine",
        "COPY --from=s /x /x",
      ].join("\n");
    const files = { "a.txt": "a" };
    const state = built({ text: text("d"), files });
    const { steps, problems } = analysisOf({ text: text("e"), files, state });
    return [steps.at(-1)?.prediction.kind, ...problems.map(({ code }) => code)];
  };
  assert.deepEqual(taken(deepestDirectory), ["hit"]);
  assert.deepEqual(taken(deepestDirectory + 1), ["unknown", "directory-too-deep"]);
});

test("what stages hand on, one taking from the other, is followed through a thousand", () => {
  /** What becomes of the last line once only the last of them takes the same in other words. */
  const taken = (count: number) => {
    const text = (last: string) => {
      const handing = Array.from({ length: count }, (_, n) => {
        const words = n + 1 < count ? "/a /a" : last;
        return `FROM scratch AS s${n + 1}\nCOPY --from=s${n} ${words}\n`;
      });
      return `FROM scratch AS s0\nCOPY a.txt /a/\n${handing.join("")}FROM alpine\nCOPY --from=s${count} /a /a\n`;
    };
    const files = { "a.txt": "a" };
    const state = built({ text: text("/a /a"), files });
    const { steps, problems } = analysisOf({ text: text("/a/a.txt /a/"), files, state });
    return [steps.at(-1)?.prediction.kind, ...problems.map(({ code }) => code)];
  };
  assert.deepEqual(taken(mostHanded - 1), ["hit"]);
  // What takes the last that are followed is told, and what it leaves is not followed.
  assert.deepEqual(taken(mostHanded), ["hit", "files-not-followed"]);
  assert.deepEqual(taken(mostHanded + 1), ["unknown", "files-not-followed"]);
});

test("ranges of ports are each port in the image, however often they are named", () => {
  const lines = ["FROM alpine", "EXPOSE 80 8000-8002"];
  const few = analysisOf({ text: lines.join("\n") });
  const ports = (analysis: typeof few) =>
    Object.keys(configToJson(analysis.graph.target?.config ?? assert.fail()).ExposedPorts);
  assert.deepEqual(ports(few), ["80/tcp", "8000/tcp", "8001/tcp", "8002/tcp"]);
  const all = analysisOf({
    text: [...lines, ...Array.from({ length: 300 }, (_, n) => `EXPOSE ${n + 1}-65535`)].join("\n"),
  });
  assert.equal(ports(all).length, 65_535);
  assert.deepEqual(all.problems, []);
});

test("a text that is too long is not read, until it is shorter", () => {
  const line = `# ${"a".repeat(60_000)}\n`;
  const text = `FROM alpine\n${line.repeat(Math.ceil(longestText / line.length))}`;
  assert.ok(text.length > longestText);
  const long = parseDockerfile(text);
  assert.deepEqual(long.instructions, []);
  assert.deepEqual(
    analysisOf({ text }).problems.map(({ code }) => code),
    ["file-too-long"],
  );
  const shorter = text.slice(0, -60_000);
  assert.deepEqual(parseDockerfile(shorter, long), parseDockerfile(shorter));
  assert.deepEqual(parseDockerfile(text, parseDockerfile(shorter)), long);
});
