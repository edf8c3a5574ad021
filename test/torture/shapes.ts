// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** Dockerfiles that repeat something made at random until they are as long as they should be. */
import fc from "fast-check";
import type { Input } from "./answers.js";

/** Pieces that something had to be searched, counted or nested for. `#` becomes a number. */
const pieces = [
  ..." \t\"'`\\,=:/*?[]{}()<>&|;$-aA1",
  ...[
    "$A",
    "$V#",
    "${A}",
    "${V#}",
    "${A:-",
    "${A:+",
    "${A##*",
    "${A//a/b}",
    "${A%%a*}",
    "}",
    "$(",
    ")",
  ],
  ...[
    "<<E",
    "<<-'E'",
    "\nE\n",
    "\\\n",
    "\\\n# c\n",
    "\n",
    "['",
    '["',
    '", "',
    '"]',
    "[!a-z]",
    "[^",
    "!",
  ],
  ...[
    "--mount=",
    "type=cache,",
    "type=bind,from=s#,",
    "target=/m#",
    " --chmod=0#",
    " --from=s#",
    " --x",
  ],
  ...[
    "a#",
    "/a#",
    "../",
    "**/",
    "*#",
    "#-65535",
    "0.0.0.0:#",
    "/tcp",
    "é",
    "\u0000",
    "\ud800",
    "{{",
  ],
];

const openings = [
  ...[
    "RUN ",
    "COPY ",
    "ADD ",
    "ENV A=",
    "ENV A#=",
    "ENV ",
    "ARG A=",
    "ARG A#=",
    "ARG ",
    "LABEL ",
    "LABEL a#=",
  ],
  ...[
    "EXPOSE ",
    "WORKDIR ",
    "WORKDIR /",
    "USER ",
    "VOLUME ",
    "SHELL ",
    "CMD ",
    "ENTRYPOINT ",
    "FROM ",
  ],
  ...[
    "FROM a AS s#\n",
    "FROM s# AS t#\n",
    "ONBUILD ",
    "ONBUILD RUN ",
    "ONBUILD ONBUILD ",
    "HEALTHCHECK CMD ",
  ],
  ...[
    "STOPSIGNAL ",
    "MAINTAINER ",
    "COPY --from=s# ",
    "RUN --mount=",
    "COPY --exclude=",
    "RUN <<E\n",
    "COPY <<E /",
    "# ",
  ],
  ...[
    "ADD https://h/#",
    "ADD git@h:a#",
    "FROM --platform=",
    "RUN --network=",
    "",
    "# syntax=",
    "# escape=",
  ],
];

const endings = ["\n", " /x\n", " /x#/\n", "\nE\n", '"\n', "}\n", '"]\n', "", " AS s#\n", " a\n"];

interface Shape {
  readonly head: string;
  readonly opening: string;
  readonly unit: readonly string[];
  readonly ending: string;
  /** How often the unit stands in a line: this part of the text's length, 0 once. */
  readonly width: number;
  readonly other: string;
  readonly ignore: string;
}

const shape: fc.Arbitrary<Shape> = fc.record({
  head: fc.constantFrom(
    "FROM a\n",
    "FROM a AS s\nENV A=a\n",
    "FROM scratch AS s0\n",
    "",
    "ARG A=a\nFROM $A\n",
  ),
  opening: fc.constantFrom(...openings),
  unit: fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 }),
  ending: fc.constantFrom(...endings),
  width: fc.constantFrom(0, 0, 0.01, 0.1, 0.5, 1),
  other: fc.oneof(
    fc.constant(""),
    fc.constantFrom(...openings).map((start) => `${start}a#\n`),
  ),
  ignore: fc
    .array(fc.constantFrom("*", "**/", "**", "?", "a", "/", "!", "#", "[a-z]", "\n", "b"), {
      maxLength: 6,
    })
    .map((parts) => parts.join("")),
});

/** The text of a seed, of about so many characters; always the same. */
export function shapedInput(seed: number, characters: number): Input {
  const [made] = fc.sample(shape, { seed, numRuns: 1 });
  if (made === undefined) throw new Error("nothing was made");
  const { head, opening, unit, ending, width, other, ignore } = made;
  const piece = unit.join("");
  const times = Math.max(1, Math.floor((width * characters) / piece.length));
  const line = `${opening}${piece.repeat(times)}${ending}${other}`;
  return {
    text: numbered(head, line, characters),
    files: Array.from({ length: Math.min(2_000, characters / 50) }, (_, n) => `a${n % 40}/b${n}`),
    ignore: ignore === "" ? "" : numbered("", `${ignore}\n`, Math.min(characters, 100_000)),
    builder: seed % 5 === 0 ? "classic" : "buildkit",
  };
}

/** Lines until there are so many characters, each with its number. */
function numbered(head: string, line: string, characters: number): string {
  const lines: string[] = [head];
  let length = head.length;
  for (let n = 0; length < characters; n++) {
    const own = line.replaceAll("#", String(n));
    lines.push(own);
    length += own.length;
  }
  return lines.join("").slice(0, characters);
}
