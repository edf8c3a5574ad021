import { mostListedPorts } from "../syntax/limits.js";
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
    const ports = new Set<string>();
    const open: string[] = [];
    if (hasArguments(instruction, reading)) {
      for (const word of instruction.args) {
        const texts = reading.expandToWords(word);
        if (reading.isOpenIn(word.range)) open.push(word.value);
        for (const text of texts)
          for (const port of portsOf(readPorts(text, word.range, reading), ports.size))
            ports.add(port);
      }
    }
    const { scope } = reading;
    let { exposedPorts } = scope.config;
    // What only the base image can tell stands as it is typed.
    for (const port of [...ports, ...open]) exposedPorts = exposedPorts.with(port);
    return inert([...ports].sort(), configured(scope, { exposedPorts }));
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

/** A range as it is kept: each port, or both ends where that makes too long a list. */
function portsOf(range: PortRange | null, listed: number): readonly string[] {
  if (range === null) return [];
  const { start, end, protocol } = range;
  const count = end - start + 1;
  if (count > 1 && listed + count > mostListedPorts) return [`${start}-${end}/${protocol}`];
  return Array.from({ length: count }, (_, i) => `${start + i}/${protocol}`);
}

interface PortRange {
  readonly start: number;
  readonly end: number;
  readonly protocol: string;
}

/**
 * `[ip:][hostPort:]port[-port][/protocol]`, of which the port and the protocol go into the config.
 * Source: BuildKit, dockerfile2llb/convert_expose.go.
 */
function readPorts(text: string, range: TextRange, reading: Reading): PortRange | null {
  const spec = text.slice(text.lastIndexOf(":") + 1);
  const [ports = "", protocolText = ""] = spec.split(/\/(.*)/s);
  const protocol = protocolText.toLowerCase() || "tcp";
  const [startText = "", endText = startText] = ports.split(/-(.*)/s);
  const start = portNumber(startText);
  const end = portNumber(endText);
  if (start === null || end === null || end < start) {
    reading.report("build", { code: "bad-port", part: "port", text }, range);
    return null;
  }
  if (!["tcp", "udp", "sctp"].includes(protocol)) {
    reading.report("build", { code: "bad-port", part: "protocol", text: protocolText }, range);
    return null;
  }
  return { start, end, protocol };
}

function portNumber(text: string): number | null {
  if (!/^[+]?\d{1,10}$/.test(text)) return null;
  const port = Number(text);
  return port <= maxPort ? port : null;
}
