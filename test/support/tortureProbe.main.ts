/** A process that answers everything about one construct or many texts, for `npm run torture`. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { parseDockerfile } from "../../server/src/core/syntax/parse.js";
import { answersOf, type Input, type Shown } from "../torture/answers.js";
import { constructs, inputOf, monotonous } from "../torture/constructs.js";
import type { ProbeQuestion, ProbeReply, Timed } from "../torture/probe.js";
import { shapedInput } from "../torture/shapes.js";
import { tortureTexts } from "../torture/texts.js";
import { assertMarkdown, assertPrintable } from "./hostile.js";

process.on("message", (question: ProbeQuestion) => {
  send(replyTo(question));
});

function replyTo(question: ProbeQuestion): ProbeReply {
  switch (question.kind) {
    case "construct":
      return measure(question);
    case "budget":
      return measureBudget(question);
    case "longest":
      return { kind: "longest", characters: longestRead(question) };
    case "texts":
      return tryTexts(question);
  }
}

function send(reply: ProbeReply): void {
  process.send?.(reply);
}

function measure({ name, characters }: Extract<ProbeQuestion, { kind: "construct" }>): ProbeReply {
  const times: Timed[] = [];
  for (const { name: answer, ask } of answersOf(constructOf(name, characters))) {
    send({ kind: "doing", what: answer });
    const start = processorTime();
    ask();
    times.push({ answer, time: processorTime() - start });
  }
  return { kind: "construct", times, memory: peakMemory() };
}

function constructOf(name: string, characters: number): Input {
  const construct = [...constructs, ...monotonous].find((one) => one.name === name);
  if (construct === undefined) throw new Error(`no construct "${name}"`);
  return inputOf(construct, characters);
}

/** What an editor waits for: the text read, and its first analysis. */
function measureBudget(question: Extract<ProbeQuestion, { kind: "budget" }>): ProbeReply {
  const { of, characters, budget } = question;
  const input = typeof of === "number" ? shapedInput(of, characters) : constructOf(of, characters);
  let best = Number.POSITIVE_INFINITY;
  // Other work on the machine, or a function that is not compiled yet, is nothing of the text.
  for (let n = 0; n < measurings && best > budget; n++) {
    const [context, parse, analyse] = answersOf(input);
    send({ kind: "doing", what: "context" });
    context?.ask();
    send({ kind: "doing", what: "analysis" });
    const start = processorTime();
    parse?.ask();
    analyse?.ask();
    best = Math.min(best, processorTime() - start);
  }
  return { kind: "budget", time: best, memory: peakMemory(), isRead: isRead(input.text) };
}

const measurings = 4;

/** To a hundredth: a text that is longer has more work than is read. */
function longestRead({ of, characters }: Extract<ProbeQuestion, { kind: "longest" }>): number {
  const isReadAt = (size: number) => isRead(constructOf(of, size).text);
  if (isReadAt(characters)) return characters;
  let [read, unread] = [0, characters];
  while (unread - read > characters / 100) {
    const middle = Math.round((read + unread) / 2);
    if (isReadAt(middle)) read = middle;
    else unread = middle;
  }
  return read;
}

function isRead(text: string): boolean {
  return parseDockerfile(text).problems.every(({ code }) => code !== "file-too-long");
}

/** Every text is analysed, some are answered, and what is shown of these is shown as text. */
function tryTexts({ seed, count, oneIn }: Extract<ProbeQuestion, { kind: "texts" }>): ProbeReply {
  const failures: string[] = [];
  let slowest: Timed = { answer: "", time: 0 };
  for (const [n, text] of fc.sample(tortureTexts, { seed, numRuns: count }).entries()) {
    const input: Input = {
      text,
      files: ["src/a.ts", "lib/b", "x"],
      ignore: "",
      builder: n % 7 === 0 ? "classic" : "buildkit",
    };
    const start = processorTime();
    try {
      if (n % oneIn === 0) askAll(input);
      else analyseAlone(input);
    } catch (error) {
      failures.push(`${JSON.stringify(text)}: ${error instanceof Error ? error.stack : "?"}`);
    }
    const time = processorTime() - start;
    if (time > slowest.time) slowest = { answer: JSON.stringify(text), time };
  }
  return { kind: "texts", slowest, failures: failures.slice(0, 3) };
}

function askAll(input: Input): void {
  for (const { ask } of answersOf(input)) for (const shown of ask()) assertIsText(shown);
}

/** The first of the answers, on which all others stand. */
function analyseAlone(input: Input): void {
  for (const { ask } of answersOf(input).slice(0, 3)) ask();
}

function assertIsText({ surface, text }: Shown): void {
  if (surface === "markdown") assertMarkdown(text);
  else if (surface === "line") assertPrintable(text);
}

/** Milliseconds: a machine that does other things at once counts it nearly alike. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Bytes. */
function peakMemory(): number {
  if (process.platform !== "linux") return process.memoryUsage().rss;
  const [, kilobytes] = /^VmHWM:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}
