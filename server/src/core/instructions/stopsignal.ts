import { say } from "../text/say.js";
import { oneArgument } from "./arguments.js";
import { type InstructionKind, inert } from "./kind.js";
import { configured } from "./scope.js";

/** `STOPSIGNAL`: what docker stop sends first. */
export const stopsignal: InstructionKind = {
  expandedBy: "builder",
  evaluate(instruction, reading) {
    const word = oneArgument(instruction, reading);
    const { scope } = reading;
    if (word === null) return inert([], scope);
    const signal = reading.expand(word);
    const { written, isKnown } = reading.written(word, signal);
    // What only the base image can tell stands as it is typed.
    if (!isKnown || isSignal(signal))
      return inert([signal], configured(scope, { stopSignal: written }));
    reading.report("build", { code: "bad-signal", signal }, word.range);
    return inert([signal], scope);
  },
  explain: () => ({
    inside: [say`Notes in the image config the signal that docker stop sends. No layer.`],
    traps: [],
  }),
};

const names = new Set(
  `ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT
   STOP SYS TERM TRAP TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX`.split(/\s+/),
);

/** A number, or a name with or without SIG: moby/sys, signal `ParseSignal`. */
function isSignal(text: string): boolean {
  if (/^[+-]?\d{1,10}$/.test(text)) return Number(text) !== 0;
  const name = text.toUpperCase().replace(/^SIG/, "");
  if (names.has(name)) return true;
  const realTime = /^RTM(IN\+|AX-)(\d{1,2})$/.exec(name);
  if (realTime === null) return false;
  const offset = Number(realTime[2]);
  return offset >= 1 && offset <= (realTime[1] === "IN+" ? 15 : 14);
}
