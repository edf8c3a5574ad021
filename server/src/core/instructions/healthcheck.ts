import type { Healthcheck } from "../image/config.js";
import type { Flag, Instruction } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { checkForm } from "./command.js";
import { type FlagKind, type FlagValues, readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";
import type { Reading } from "./reading.js";
import { configured } from "./scope.js";

const flags: Readonly<Record<string, FlagKind>> = {
  interval: {
    type: "string",
    meaning: () => say`sets the time between two checks. Metadata only.`,
  },
  timeout: {
    type: "string",
    meaning: () => say`limits how long a check may take. Metadata only.`,
  },
  "start-period": {
    type: "string",
    meaning: () => say`sets the time in which failing checks do not count. Metadata only.`,
  },
  "start-interval": {
    type: "string",
    feature: "start-interval",
    meaning: () => say`sets the time between checks while the container starts. Metadata only.`,
  },
  retries: {
    type: "string",
    meaning: () =>
      say`sets how many failures in a row make the container unhealthy. Metadata only.`,
  },
};

/** `HEALTHCHECK`: how the engine asks a running container whether it is well. */
export const healthcheck: InstructionKind = {
  lastOneCounts: true,
  flags,
  evaluate(instruction, reading) {
    const check = readCheck(instruction, reading);
    const { scope, rules } = reading;
    if (check === null) return inert([], scope);
    const words = [JSON.stringify(check)];
    // What is committed with an earlier one's options is not what the builder looks for: moby,
    // image/cache/compare.go.
    const committed = rules.mergesHealthchecks ? { ...scope.config.healthcheck, ...check } : check;
    const evaluation = inert(words, configured(scope, { healthcheck: committed }));
    const isOther = Object.keys(committed).length > Object.keys(check).length;
    return isOther ? { ...evaluation, neverFound: true } : evaluation;
  },
  explain: () => ({
    inside: [
      say`Notes the check in the image config; it runs in the containers, never in the build. No layer.`,
    ],
    traps: [],
  }),
  terms: () => ["container", "metadata"],
};

function readCheck(instruction: Instruction, reading: Reading): Healthcheck | null {
  const [first, ...rest] = instruction.args;
  const kind = first?.value.toUpperCase() ?? "";
  if (kind === "NONE" && rest.length === 0) return { Test: ["NONE"] };
  const given = readFlags(instruction, flags, reading);
  if (!given.valid) return null;
  const words = rest.map((word) => word.value);
  if (kind !== "CMD" || words.length === 0) {
    const problem = { code: "bad-healthcheck", lacksCommand: kind === "CMD" } as const;
    reading.report("read", problem, instruction.range);
    return null;
  }
  checkForm("command", rest, instruction, reading);
  return {
    Test: instruction.json ? ["CMD", ...words] : ["CMD-SHELL", words.join(" ")],
    ...interval("Interval", given.get("interval"), reading),
    ...interval("Timeout", given.get("timeout"), reading),
    ...interval("StartPeriod", given.get("start-period"), reading),
    ...interval("StartInterval", given.get("start-interval"), reading),
    ...retries(given, reading),
  };
}

function retries(flags: FlagValues, reading: Reading): { Retries?: number } {
  const flag = flags.get("retries");
  if (flag === null || flag.value === "") return {};
  if (!/^[+]?\d{1,9}$/.test(flag.value ?? "")) {
    reading.report("read", { code: "bad-flag", mistake: { kind: "no-number" } }, flag.range);
    return {};
  }
  const count = Number(flag.value);
  return count === 0 ? {} : { Retries: count };
}

/** Go's duration units in nanoseconds. */
const units = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["μs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["m", 60e9],
  ["h", 3600e9],
]);

/** One interval flag as the config has it; zero and an empty value leave it out. */
function interval(
  name: "Interval" | "Timeout" | "StartPeriod" | "StartInterval",
  flag: Flag | null,
  reading: Reading,
): Healthcheck | Record<string, never> {
  if (flag === null || flag.value === null || flag.value === "") return {};
  const nanoseconds = parseDuration(flag.value);
  if (nanoseconds === null || (nanoseconds !== 0 && nanoseconds < 1e6)) {
    const mistake = { kind: "no-duration", flag: flag.name } as const;
    reading.report("read", { code: "bad-flag", mistake }, flag.range);
    return {};
  }
  return nanoseconds === 0 ? {} : ({ [name]: nanoseconds } as unknown as Healthcheck); // one of its optional fields
}

/** Go's `time.ParseDuration`; null: not a duration. */
function parseDuration(text: string): number | null {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!/^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(text)) return null;
  let total = 0;
  for (const [, amount = "", unit = ""] of text.matchAll(/([\d.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (units.get(unit) ?? 0);
  }
  return Math.round(text.startsWith("-") ? -total : total);
}
