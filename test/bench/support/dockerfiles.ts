/** Dockerfiles of a wanted length in the shapes that make most work, each for another part of it. */

export interface Shape {
  readonly name: string;
  readonly textOf: (lines: number) => string;
  /** What stands before the place where is typed. */
  readonly typedAfter: RegExp;
}

export const manyStages: Shape = {
  name: "many stages",
  textOf: manyStagesText,
  typedAfter: /npm run build/g,
};

const oneStage: Shape = {
  name: "one stage of RUN",
  textOf: (lines) =>
    joined(["FROM debian:12"], lines, (at) => [
      `RUN make -C part${at} install && rm -rf part${at}`,
    ]),
  typedAfter: /RUN make/g,
};

const envAndRun: Shape = {
  name: "ENV and RUN in turn",
  textOf: (lines) =>
    joined(["FROM debian:12"], lines, (at) => [
      `ENV PART_${at}=/opt/part${at}`,
      `RUN make -C part${at} install`,
    ]),
  typedAfter: /RUN make/g,
};

const copyChain: Shape = {
  name: "a chain of COPY --from",
  // Whole stages: if the last one took nothing, no other would be built.
  textOf: (lines) =>
    joined(
      ["FROM debian:12 AS stage0", "RUN make -C part0"],
      2 + 3 * Math.ceil((lines - 2) / 3),
      (at) => [
        `FROM debian:12 AS stage${at + 1}`,
        `COPY --from=stage${at} /srv/out /srv/in`,
        `RUN make -C part${at + 1}`,
      ],
    ),
  typedAfter: /RUN make/g,
};

export const shapes: readonly Shape[] = [manyStages, oneStage, envAndRun, copyChain];

/** Where is typed, as the protocol counts: in the middle of a RUN in the middle of the file. */
export function typingPlace(
  { typedAfter }: Shape,
  text: string,
): { readonly line: number; readonly character: number } {
  const found = [...text.matchAll(typedAfter)].map(({ index, 0: words }) => index + words.length);
  const place = found.find((at) => at > text.length / 2) ?? found.at(-1);
  if (place === undefined) throw new Error("The file has no place to type at.");
  const before = text.slice(0, place);
  return {
    line: before.split("\n").length - 1,
    character: place - before.lastIndexOf("\n") - 1,
  };
}

/** Counted from 0: the lines that an instruction begins on. */
export function instructionLines(text: string): readonly number[] {
  return text.split("\n").flatMap((line, at) => (/^[A-Z]+ /.test(line) ? [at] : []));
}

/** A file with at least so many instructions, and few more. */
export function withInstructions({ textOf }: Shape, instructions: number): string {
  let lines = instructions;
  let text = textOf(lines);
  while (instructionLines(text).length < instructions) {
    lines += Math.max(1, instructions - instructionLines(text).length);
    text = textOf(lines);
  }
  return text;
}

function joined(
  start: readonly string[],
  lines: number,
  part: (at: number) => readonly string[],
): string {
  const text = [...start];
  for (let at = 0; text.length < lines; at++) text.push(...part(at));
  return `${text.slice(0, lines).join("\n")}\n`;
}

/** As users write them: variables, installs, copies, metadata, comments. */
function manyStagesText(lines: number): string {
  return joined(["# syntax=docker/dockerfile:1", "ARG NODE_VERSION=22"], lines, (stage) => {
    const base =
      stage === 0 ? "node:${NODE_VERSION}-alpine" : `stage${Math.floor((stage - 1) / 2)}`;
    return [
      "",
      `# what stage ${stage} is for`,
      `FROM ${base} AS stage${stage}`,
      `ARG REVISION=unknown`,
      `ENV STAGE_${stage}=${stage} \\`,
      `    MODE=production`,
      `WORKDIR /srv/app${stage}`,
      `COPY package.json package-lock.json ./`,
      `RUN --mount=type=cache,target=/root/.npm \\`,
      `    npm ci --omit=dev`,
      `COPY --chown=node:node src/ ./src/`,
      `RUN npm run build && echo "$REVISION" > dist/REVISION`,
      // The last stage needs others, or most of the file would not be built.
      ...(stage > 1 ? [`COPY --from=stage${stage - 2} /srv/dist /srv/dist`] : []),
      `LABEL stage="${stage}" description="stage ${stage} of a long file"`,
      `EXPOSE ${3000 + (stage % 1000)}`,
      `USER node`,
      `HEALTHCHECK --interval=30s CMD wget -q localhost:${3000 + (stage % 1000)} || exit 1`,
      `CMD ["node", "dist/server.js"]`,
    ];
  });
}
