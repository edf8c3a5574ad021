// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** Texts that would show a part of the parser that reads something again and again. */
import { expandWord } from "../../../server/src/core/syntax/expand.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { buildLineIndex, positionAt } from "../../../server/src/core/text/lineIndex.js";
import type { Work } from "../../support/growth/growth.js";

const repeat = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join("");

const texts: Readonly<Record<string, (size: number) => string>> = {
  instructions: (n) => repeat(n, (i) => `RUN --network=none echo ${i} && true\n`),
  "continued lines": (n) => `RUN a \\\n${repeat(n, (i) => `  b${i} \\\n`)}  c\n`,
  "pairs of one ENV": (n) => `ENV A=1 \\\n${repeat(n, (i) => `  B${i}="x y" \\\n`)}  C=3\n`,
  "elements of one JSON array": (n) => `CMD [ \\\n${repeat(n, (i) => `"b${i}", \\\n`)}"c"]\n`,
  flags: (n) => `RUN ${repeat(n, (i) => `--mount=id=é${i} \\\n`)} x\n`,
  "lines of one heredoc": (n) => `RUN <<EOF\n${repeat(n, (i) => `echo ${i}\n`)}EOF\n`,
  "heredocs that nothing closes": (n) => repeat(n, (i) => `RUN <<EOF${i}\n`),
  "heredocs of one line": (n) =>
    `RUN ${repeat(n, (i) => `<<E${i} \\\n`)}\n${repeat(n, (i) => `E${i}\n`)}`,
  comments: (n) => `${repeat(n, (i) => `# ${i}\n`)}FROM a\n`,
  "blank lines in a continuation": (n) => `RUN a \\\n${"\n".repeat(n)} b\n`,
  "nested ONBUILD": (n) => `${repeat(n, () => "ONBUILD \\\n")}RUN x\n`,
  "nested substitutions": (n) => `RUN <<A ${repeat(n, () => "${a:-\\\n")}\n`,
  "characters of one line": (n) => `RUN ${"x y ".repeat(n)}\n`,
};

const expanded = (size: number) => repeat(size, (i) => `$A${i}"$" \${B:-c}`);

export const works: readonly Work[] = [
  ...Object.entries(texts).map(
    ([name, make]): Work => ({
      name: `parsing ${name}`,
      size: 200,
      prepare: (size) => {
        const text = make(size);
        return () => parseDockerfile(text);
      },
    }),
  ),
  {
    name: "expanding variables",
    size: 200,
    prepare: (size) => {
      const text = expanded(size);
      return () => expandWord(text, (name) => name, "\\");
    },
  },
  {
    name: "finding lines",
    size: 200,
    prepare: (size) => {
      const text = "abc\n".repeat(size);
      return () => {
        const index = buildLineIndex(text);
        for (let at = 0; at < text.length; at += 7) positionAt(index, at);
      };
    },
  },
];
