/** What a Dockerfile can hold very much of: each as a text of so many characters. */

import type { Builder } from "../../server/src/core/build/builder.js";
import type { Input } from "./answers.js";

/** A Dockerfile and what stands around it. */
export interface Construct {
  readonly name: string;
  readonly text: (characters: number) => string;
  /** Names of files in the context; their contents are their names. */
  readonly files?: (characters: number) => readonly string[];
  /** Patterns that hide files. */
  readonly ignore?: (characters: number) => string;
  readonly builder?: Builder;
}

type Line = (n: number) => string;

/** So many lines, or pieces of one, as have `characters` together. */
function filled(characters: number, piece: Line, head = "FROM alpine\n", tail = "\n"): string {
  const parts: string[] = [];
  let length = head.length + tail.length;
  for (let n = 0; length < characters || n < 2; n++) {
    const part = piece(n);
    parts.push(part);
    length += part.length;
  }
  return head + parts.join("") + tail;
}

const of =
  (piece: Line, head?: string, tail?: string) =>
  (characters: number): string =>
    filled(characters, piece, head, tail);

/** One line of very many words. */
const line = (start: string, word: Line, end = "\n") => of(word, `FROM alpine\n${start}`, end);

/** Of one kind of character, in one line. */
const run =
  (start: string, character: string, end = "\n") =>
  (characters: number): string =>
    `FROM alpine\n${start}${character.repeat(characters)}${end}`;

const manyFiles = (characters: number): readonly string[] =>
  Array.from({ length: characters / 20 }, (_, n) => `d${n % 50}/f${n}`);

const half =
  (one: (characters: number) => string, other: (characters: number) => string) =>
  (characters: number): string =>
    one(characters / 2) + other(characters / 2);

const structures: Readonly<Record<string, Construct["text"]>> = {
  "the shortest lines": of(() => "RUN a\n"),
  "RUN after RUN": of((n) => `RUN echo ${n}\n`),
  "ENV and RUN in turn": of((n) => `ENV V${n}=${n}\nRUN echo $V${n}\n`),
  "ARG and RUN in turn": of((n) => `ARG V${n}=${n}\nRUN echo $V${n}\n`),
  "ARG before FROM": half(
    of((n) => `ARG V${n}=${n}\n`, "", ""),
    of(() => "FROM a$V1\n", "", ""),
  ),
  "COPY after COPY": of((n) => `COPY f${n} /x${n}/\n`),
  "COPY of folders and wildcards": of((n) => `COPY d${n % 60}/f*${n % 10} e/**/x /x${n}/\n`),
  "COPY heredocs": of((n) => `COPY <<E${n} /f${n}\ntext $A\nE${n}\n`),
  "WORKDIR below WORKDIR": of(() => "WORKDIR a\n"),
  "COPY between WORKDIR below WORKDIR": of((n) => `COPY nope /x\nWORKDIR a${n}\n`),
  "WORKDIR up and down": of((n) => `WORKDIR ../a${n}/../b\n`),
  "USER and RUN in turn": of((n) => `USER u${n}\nRUN id\n`),
  "SHELL and RUN in turn": of((n) => `SHELL ["/bin/s${n}", "-c"]\nRUN id\n`),
  "FROM chain with ENV": of(
    (n) => `FROM ${n === 0 ? "a" : `s${n - 1}`} AS s${n}\nENV V${n}=${n}\n`,
    "",
  ),
  "one image by many tags": of((n) => `FROM a:${n}\nRUN x\n`, ""),
  "images with what they alone can tell": of(
    (n) => `FROM a:${n}\nENV A=$B${n}\nWORKDIR $C/${n}\nRUN x\n`,
    "",
  ),
  "FROM chain with RUN": of((n) => `FROM ${n === 0 ? "a" : `s${n - 1}`} AS s${n}\nRUN ${n}\n`, ""),
  "FROM chain with LABEL and EXPOSE": of(
    (n) =>
      `FROM ${n === 0 ? "a" : `s${n - 1}`} AS s${n}\nLABEL l${n}=${n}\nEXPOSE ${n % 65536}\nVOLUME /v${n}\n`,
    "",
  ),
  "stages that nobody needs": of((n) => `FROM a AS s${n}\nRUN ${n}\n`, ""),
  "stages that take files from the one above": of(
    (n) => `FROM a AS s${n}\nCOPY ${n === 0 ? "" : `--from=s${n - 1} `}/a /a${n}\n`,
    "",
  ),
  "stages that take files from two above": of(
    (n) =>
      `FROM a AS s${n}\nCOPY ${n < 1 ? "" : `--from=s${n - 1} `}/a /a\nCOPY ${n < 2 ? "" : `--from=s${n - 2} `}/a /b\n`,
    "",
  ),
  "scratch stages that hand on a growing folder": of(
    (n) =>
      `FROM scratch AS s${n}\n${n < 1 ? "" : `COPY --from=s${n - 1} /a /a\n`}COPY <<E /a/f${n}\n${n}\nE\n`,
    "",
  ),
  "one stage that takes files from all": half(
    of((n) => `FROM a AS s${n}\nRUN ${n}\n`, "", "FROM a\n"),
    of((n) => `COPY --from=s${n} /a /a${n}\n`, "", ""),
  ),
  "stages that mount the ones above": of(
    (n) => `FROM a AS s${n}\nRUN ${n === 0 ? "" : `--mount=from=s${n - 1} `}${n}\n`,
    "",
  ),
  "FROM with an unset variable": of((n) => `FROM b$V${n}\nRUN a\n`, ""),
  "stages of one name": of(() => "FROM a AS s\nRUN a\n", ""),
  "COPY from stages that are not there": of((n) => `COPY --from=stege${n} /a /b\n`),
  "ONBUILD after ONBUILD": of((n) => `ONBUILD RUN ${n}\n`),
  "ONBUILD that every stage inherits": half(
    of((n) => `ONBUILD RUN ${n}\n`, "FROM a AS s\n", ""),
    of(() => "FROM s\n", "", ""),
  ),
  "ONBUILD COPY that every stage inherits": half(
    of((n) => `ONBUILD COPY f${n} /x/\n`, "FROM a AS s\n", ""),
    of(() => "FROM s\n", "", ""),
  ),
  "one COPY of many sources": line("COPY", (n) => ` f${n}`, " /x/\n"),
  "one COPY of one source many times, without some of it": (characters) =>
    filled(characters, () => " .", "FROM a\nCOPY --exclude=x", " /x/\n"),
  "one COPY of many wildcards": line("COPY", (n) => ` f*${n}`, " /x/\n"),
  "one COPY from a stage of many sources": (characters) =>
    filled(characters, (n) => ` f${n}`, "FROM a AS s\nRUN a\nFROM a\nCOPY --from=s", " /x/\n"),
  "COPY of many sources after COPY": of((n) => `COPY${" f".repeat(100)} /x${n}/\n`),
  "COPY from a stage of many sources after COPY": (characters) =>
    filled(
      characters,
      (n) => `COPY --from=s${" f".repeat(100)} /x${n}/\n`,
      "FROM a AS s\nRUN a\nFROM a\n",
    ),
  "COPY of many heredocs after COPY": of(
    (n) => `COPY${" <<E".repeat(100)} /x${n}/\n${"E\n".repeat(100)}`,
  ),
  "one COPY of many heredocs": half(
    (characters) => filled(characters / 2, (n) => ` <<E${n}`, "FROM scratch\nCOPY", " /x/\n"),
    (characters) => filled(characters, (n) => `E${n}\n`, "", ""),
  ),
  "one COPY with many exclusions": line("COPY", (n) => ` --exclude=*f${n}*`, " . /x/\n"),
  "one COPY with many flags": line("COPY", (n) => ` --chmod=${n}`, " a /x/\n"),
  "one ADD of many addresses": line("ADD", (n) => ` https://h/${n}`, " /x/\n"),
  "one RUN with many mounts": line("RUN", (n) => ` --mount=target=/m${n}`, " a\n"),
  "one RUN with many cache mounts": line("RUN", (n) => ` --mount=type=cache,target=/m${n}`, " a\n"),
  "one RUN with mounts of one stage": (characters) =>
    filled(
      characters,
      (n) => ` --mount=from=s,target=/m${n}`,
      "FROM a AS s\nRUN a\nFROM a\nRUN",
      " a\n",
    ),
  "one mount with many options": line("RUN --mount=target=/a", (n) => `,id=${n}`, " a\n"),
  "one RUN of many commands": line("RUN a", (n) => ` && b${n} | c; d $V${n}`),
  "one RUN with many heredocs": half(
    (characters) => filled(characters / 2, (n) => ` <<E${n}`, "FROM a\nRUN", "\n"),
    (characters) => filled(characters, (n) => `E${n}\n`, "", ""),
  ),
  "one RUN of many lines": of((n) => `  b${n} && \\\n`, "FROM a\nRUN \\\n", " c\n"),
  "one heredoc of many lines": of((n) => `echo ${n}\n`, "FROM a\nRUN <<E\n", "E\n"),
  "one ENV of many pairs": line("ENV", (n) => ` V${n}=${n}`),
  "one ENV of values that use the one above": of((n) => `ENV V${n + 1}=a$V${n}\n`),
  "one LABEL of many pairs": line("LABEL", (n) => ` l${n}=${n}`),
  "one ARG of many names": line("ARG", (n) => ` V${n}=${n}`),
  "ARG after ARG and one RUN": of((n) => `ARG V${n}=${n}\n`, "FROM a\n", "RUN a\n"),
  "one VOLUME of many paths": line("VOLUME", (n) => ` /v${n}`),
  "one EXPOSE of many ports": line("EXPOSE", (n) => ` ${n % 65536}`),
  "one EXPOSE of all ports many times": line("EXPOSE", () => " 1-65535"),
  "EXPOSE of a range after EXPOSE": of((n) => `EXPOSE ${n % 65535}-65535\n`),
  "one HEALTHCHECK of many words": line("HEALTHCHECK --interval=1s CMD", (n) => ` a${n}`),
  "HEALTHCHECK after HEALTHCHECK": of((n) => `HEALTHCHECK CMD a${n}\n`),
  "CMD and ENTRYPOINT in turn": of((n) => `CMD ["a${n}"]\nENTRYPOINT b${n}\n`),
  "one CMD of many words": line('CMD ["a"', (n) => `, "b${n}"`, "]\n"),
  "one CMD of a shell line": line("CMD a", (n) => ` "$V${n}" && b`),
  "VOLUME after VOLUME and RUN": of((n) => `VOLUME /v${n}\nRUN a\n`),
  "variables of one word": line("RUN <<E\nE\nWORKDIR /", (n) => `$V${n}`),
  "nested defaults": (characters) =>
    `FROM a\nENV A=${"${a:-".repeat(characters / 6)}x${"}".repeat(characters / 6)}\n`,
  "nested defaults of 300 levels": of(
    (n) => `ENV A${n}=${"${a:-".repeat(300)}x${"}".repeat(300)}\n`,
  ),
  "values that double": of((n) => `ARG a${n + 1}=$a${n}$a${n}\n`, "FROM a\nARG a0=aaaaaaaaaa\n"),
  "values that double by patterns": of(() => "ARG a=${a//a/aa}\n", "FROM a\nARG a=a\n"),
  "patterns in a long value": (characters) =>
    filled(
      characters,
      () => "ARG b=${a##*a*a*b}\n",
      `FROM a\nARG a=${"a".repeat(characters / 2)}\n`,
    ),
  "a long pattern": (characters) =>
    `FROM a\nARG a=${"a".repeat(characters / 2)}\nARG b=\${a##${"*a".repeat(characters / 4)}b}\n`,
  comments: of((n) => `# ${n}\n`, "", "FROM a\n"),
  "blank lines": of(() => "\n", "FROM a\n"),
  "unknown keywords": of((n) => `FRM${n} a\n`),
  "lines of words": of((n) => `a${n} b c d e f g\n`, ""),
  "heredocs that nothing closes": of((n) => `RUN <<E${n}\n`),
  "nested ONBUILD": of(() => "ONBUILD ", "FROM a\n", "RUN a\n"),
  "one flag of very many": line("RUN", (n) => ` --x${n}`, " a\n"),
  "a template": of((n) => `{{ if x${n} }}RUN a{{ end }}\n`, ""),
  "secrets in values": of((n) => `ENV TOKEN${n}=abc${n}\n`),
  platforms: of((n) => `FROM --platform=linux/p${n} a\n`, ""),
};

const characters: Readonly<Record<string, string>> = {
  a: "a",
  quotes: '"',
  "single quotes": "'",
  "dollar signs": "$",
  "opened substitutions": "${",
  backslashes: "\\",
  "opened brackets": "[",
  "opened and closed brackets": "[]",
  braces: "{",
  parentheses: "$(",
  backticks: "`",
  blanks: " ",
  tabs: "\t",
  "no-break blanks": "\u00a0",
  stars: "*",
  "double stars": "**/",
  "question marks": "?",
  slashes: "/",
  dots: "../",
  commas: ",",
  "equal signs": "=",
  pipes: "|",
  ampersands: "&&",
  semicolons: ";",
  "angle brackets": "<<",
  "zero bytes": "\0",
  "surrogate halves": "\ud800",
  emoji: "😀",
  "combining marks": "a\u0301",
  "carriage returns": "\r",
  "byte order marks": "\ufeff",
};

/** Where a long run of characters can stand. */
const keywords: Readonly<Record<string, readonly [start: string, end: string]>> = {
  RUN: ["RUN ", "\n"],
  "a COPY": ["COPY ", " /x\n"],
  "an ENV": ["ENV A=", "\n"],
  "a LABEL": ['LABEL a="', '"\n'],
  "a CMD": ['CMD ["', '"]\n'],
  "a FROM": ["FROM ", "\n"],
  "a mount": ["RUN --mount=target=", " a\n"],
  "an EXPOSE": ["EXPOSE ", "\n"],
  "a pattern": ["ARG b=${A##", "}\n"],
  "an exclusion": ["COPY --exclude=", " . /x\n"],
  "a keyword": ["", "\n"],
  "a USER": ["USER ", "\n"],
  "a heredoc": ["RUN <<", "\n"],
  "a WORKDIR": ["WORKDIR /", "\n"],
  "a HEALTHCHECK": ["HEALTHCHECK ", "\n"],
  "an ENTRYPOINT": ["ENTRYPOINT ", "\n"],
};

const classic = [
  "ARG and RUN in turn",
  "ENV and RUN in turn",
  "RUN after RUN",
  "COPY after COPY",
  "ONBUILD that every stage inherits",
  "FROM chain with ENV",
  "one image by many tags",
  "images with what they alone can tell",
  "one COPY of many sources",
  "stages that take files from the one above",
];

/** With many files in the context. */
const taking = [
  "COPY of folders and wildcards",
  "one COPY of one source many times, without some of it",
  "one COPY of many wildcards",
  "one COPY with many exclusions",
];

const ignores: readonly Construct[] = [
  { name: "ignore file of many exceptions", ignore: of((n) => `!d${n}/f${n}\n`, "*\n") },
  { name: "ignore file of many wildcards", ignore: of((n) => `d*${n}\n`, "") },
  {
    name: "ignore file of many exceptions with wildcards",
    ignore: of((n) => `!d${n}/*x\n`, "*\n"),
  },
  { name: "ignore file of one long pattern", ignore: (n: number) => `*a${"?".repeat(n)}\n` },
  { name: "ignore file of stars", ignore: (n: number) => `${"*a".repeat(n / 2)}\n` },
  { name: "ignore file of sixty question marks", ignore: () => `*a${"?".repeat(60)}\n` },
  {
    name: "ignore file of many patterns and a source that is missing many times",
    ignore: of((n) => `**?${n}\n`, ""),
    text: of(() => "COPY nope nope /x/\n", "FROM a\n"),
  },
].map((one) => ({
  text: () => "FROM a\nCOPY . /x\n",
  ...one,
  files: (n: number) =>
    Array.from({ length: n / 50 }, (_, i) => {
      let bits = "";
      for (
        let k = 0, state = i * 2654435761;
        k < 200;
        k++, state = (state * 1103515245 + 12345) >>> 0
      )
        bits += (state >>> 16) % 3 === 0 ? "a" : "b";
      return `d${i % 50}/${bits}`;
    }),
}));

export const constructs: readonly Construct[] = [
  ...Object.entries(structures).map(([name, text]) => ({
    name,
    text,
    ...(taking.includes(name) ? { files: manyFiles } : {}),
  })),
  ...classic.map(
    (name): Construct => ({
      name: `${name}, classic`,
      text: structures[name] ?? (() => ""),
      builder: "classic",
    }),
  ),
  ...ignores,
];

/** Lines that hold nothing but one kind of character. */
export const monotonous: readonly Construct[] = Object.entries(keywords).flatMap(
  ([where, [start, end]]) =>
    Object.entries(characters).map(
      ([what, character]): Construct => ({
        name: `${where} of ${what}`,
        text: (size) => run(start, character, end)(size / character.length),
      }),
    ),
);

/** A construct at a size. */
export function inputOf({ text, files, ignore, builder }: Construct, characters: number): Input {
  return {
    text: text(characters),
    files: files?.(characters) ?? [],
    ignore: ignore?.(characters) ?? "",
    builder: builder ?? "buildkit",
  };
}
