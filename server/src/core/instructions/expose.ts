import type { TextRange } from "../text/range.js";
import { say } from "../text/say.js";
import { hasArguments } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";
import type { StageScope } from "./scope.js";

/** `EXPOSE`: the ports that the program listens on. */
export const expose: InstructionKind = {
  expandedBy: "builder",
  evaluate(instruction, scope) {
    readFlags(instruction, {}, scope);
    const ports: string[] = [];
    if (hasArguments(instruction, scope)) {
      for (const word of instruction.args) {
        for (const text of scope.expandToWords(word))
          ports.push(...readPorts(text, word.range, scope));
      }
    }
    for (const port of ports) scope.config.exposedPorts.add(port);
    return inert(ports.sort());
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
function readPorts(text: string, range: TextRange, scope: StageScope): readonly string[] {
  const spec = text.slice(text.lastIndexOf(":") + 1);
  const [ports = "", protocolText = ""] = spec.split(/\/(.*)/s);
  const protocol = protocolText.toLowerCase() || "tcp";
  const [startText = "", endText = startText] = ports.split(/-(.*)/s);
  const start = portNumber(startText);
  const end = portNumber(endText);
  if (start === null || end === null || end < start) {
    scope.report("build", "bad-port", say`"${text}" is not a port or a range of ports.`, range);
    return [];
  }
  if (!["tcp", "udp", "sctp"].includes(protocol)) {
    scope.report("build", "bad-port", say`"${protocolText}" is not a protocol of ports.`, range);
    return [];
  }
  return Array.from({ length: end - start + 1 }, (_, i) => `${start + i}/${protocol}`);
}

function portNumber(text: string): number | null {
  if (!/^[+]?\d{1,10}$/.test(text)) return null;
  const port = Number(text);
  return port <= maxPort ? port : null;
}
