/** What the probe is asked, and what it tells: a process of its own, so that nothing hangs with it. */
import { fork } from "node:child_process";
import { inCache } from "../support/repository.js";

export type ProbeQuestion =
  | { readonly kind: "construct"; readonly name: string; readonly characters: number }
  /** The first analysis alone, of a construct or of a shape made at random; so often at most. */
  | {
      readonly kind: "budget";
      readonly of: string | number;
      readonly characters: number;
      /** Milliseconds: once it took no longer it is not measured again. */
      readonly budget: number;
    }
  /** How many characters the longest text of a construct has that is read, up to so many. */
  | { readonly kind: "longest"; readonly of: string; readonly characters: number }
  /**
   * So many texts, made from the seed: each is read and analysed, and of one in so many everything is
   * asked.
   */
  | {
      readonly kind: "texts";
      readonly seed: number;
      readonly count: number;
      readonly oneIn: number;
    };

export interface Timed {
  readonly answer: string;
  /** Milliseconds of processor, garbage collection included. */
  readonly time: number;
}

export type ProbeReply =
  | { readonly kind: "doing"; readonly what: string }
  | { readonly kind: "construct"; readonly times: readonly Timed[]; readonly memory: number }
  | {
      readonly kind: "budget";
      readonly time: number;
      readonly memory: number;
      /** False: it is longer than what is read. */
      readonly isRead: boolean;
    }
  | { readonly kind: "longest"; readonly characters: number }
  | { readonly kind: "texts"; readonly slowest: Timed; readonly failures: readonly string[] };

export interface Probe {
  /** The reply; a text: it did not come, and what the probe was doing. */
  ask(question: ProbeQuestion, limit: number): Promise<ProbeReply | string>;
  end(): void;
}

/** Megabytes: an answer that takes more has failed. */
const memoryLimit = 2048;

/** A probe is started anew after one that hung or died. */
export function startProbe(): Probe {
  let child: ReturnType<typeof fork> | null = null;
  return {
    ask(question, limit) {
      const own = child ?? fork(inCache("build", "tortureProbe.mjs"), probeOptions);
      child = own;
      return new Promise((resolve) => {
        let doing = "nothing yet";
        const settle = (reply: ProbeReply | string, isDead: boolean): void => {
          clearTimeout(timer);
          own.removeAllListeners();
          if (isDead) {
            child = null;
            own.kill("SIGKILL");
          }
          resolve(reply);
        };
        const timer = setTimeout(() => settle(`${doing}: not in ${limit / 1000} s`, true), limit);
        own.once("exit", () => settle(`${doing}: the process died`, true));
        own.on("message", (message) => {
          const reply = message as ProbeReply; // what tortureProbe.main.ts sends
          if (reply.kind === "doing") doing = reply.what;
          else settle(reply, false);
        });
        own.send(question);
      });
    },
    end() {
      child?.kill();
    },
  };
}

const probeOptions = {
  execArgv: ["--enable-source-maps", `--max-old-space-size=${memoryLimit}`],
};
