import type { TextRange } from "../text/range.js";
import { say } from "../text/say.js";
import { hasArguments } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";
import type { Reading } from "./reading.js";
import { configured } from "./scope.js";

/** `EXPOSE`: the ports that the program listens on. */
export const expose: InstructionKind = {
  expandedBy: "builder",
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const ports: string[] = [];
    if (hasArguments(instruction, reading)) {
      for (const word of instruction.args) {
        for (const text of reading.expandToWords(word))
          ports.push(...readPorts(text, word.range, reading));
      }
    }
    const { scope } = reading;
    const exposedPorts = ports.reduce((all, port) => all.with(port), scope.config.exposedPorts);
    return inert(ports.sort(), configured(scope, { exposedPorts }));
  },
  explain: () => ({
    inside: [
      say`Notes the ports in the image config. It opens nothing: that is done at run time with -p or -P.`,
    ],
    traps: [],
  }),
};

/** A range longer than this is a mistake, and would only fill the config. */
const maxPort = 65_535;

/**
 * `[ip:][hostPort:]port[-port][/protocol]`, of which the port and the protocol go into the config.
 * Source: BuildKit, dockerfile2llb/convert_expose.go.
 */
function readPorts(text: string, range: TextRange, reading: Reading): readonly string[] {
  const spec = text.slice(text.lastIndexOf(":") + 1);
  const [ports = "", protocolText = ""] = spec.split(/\/(.*)/s);
  const protocol = protocolText.toLowerCase() || "tcp";
  const [startText = "", endText = startText] = ports.split(/-(.*)/s);
  const start = portNumber(startText);
  const end = portNumber(endText);
  if (start === null || end === null || end < start) {
    reading.report("build", { code: "bad-port", part: "port", text }, range);
    return [];
  }
  if (!["tcp", "udp", "sctp"].includes(protocol)) {
    reading.report("build", { code: "bad-port", part: "protocol", text: protocolText }, range);
    return [];
  }
  return Array.from({ length: end - start + 1 }, (_, i) => `${start + i}/${protocol}`);
}

function portNumber(text: string): number | null {
  if (!/^[+]?\d{1,10}$/.test(text)) return null;
  const port = Number(text);
  return port <= maxPort ? port : null;
}
