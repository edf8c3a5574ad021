// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** Dockerfiles made by chance: mostly sensible ones, so that a build reaches far into them. */
import fc from "fast-check";
import { anyCodePoints } from "../../support/codePoints.js";

const names = fc.constantFrom("A", "B", "PATH", "VERSION");
const paths = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.constantFrom("src", "src/a.ts", "package.json", ".", "*.json", "lib/"),
  },
  { weight: 1, arbitrary: fc.constantFrom("gone", "../x") },
);
const targets = fc.constantFrom("/app/", "/app", "./", "/srv/x", "lib", "/", "$A/", ".");
const values = fc.constantFrom("1", "2", "two words", "$A", "${B:-x}", "", "a=b");
const stages = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom("base", "0", "busybox") },
  { weight: 1, arbitrary: fc.constantFrom("build", "1", "7") },
);
const commands = fc.constantFrom(
  "echo hi",
  "make $A",
  "npm ci && \\\n    npm test",
  "<<EOF\necho one\nEOF",
  '["ls", "-l"]',
);

const instruction = fc.oneof(
  { weight: 4, arbitrary: commands.map((command) => `RUN ${command}`) },
  { weight: 4, arbitrary: fc.tuple(paths, targets).map(([from, to]) => `COPY ${from} ${to}`) },
  { weight: 1, arbitrary: fc.tuple(paths, targets).map(([from, to]) => `ADD ${from} ${to}`) },
  {
    weight: 2,
    arbitrary: fc.tuple(names, values).map(([name, value]) => `ENV ${name}="${value}"`),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(names, values).map(([name, value]) => `ARG ${name}="${value}"`),
  },
  { weight: 1, arbitrary: names.map((name) => `ARG ${name}`) },
  { weight: 2, arbitrary: targets.map((path) => `WORKDIR ${path}`) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "USER app",
      "USER $A",
      "LABEL a=b",
      "EXPOSE 80",
      "VOLUME /v",
      "STOPSIGNAL SIGINT",
      "HEALTHCHECK CMD true",
      'SHELL ["/bin/ash", "-c"]',
      'CMD ["sh"]',
      "ENTRYPOINT top",
      "ONBUILD RUN echo later",
      "ONBUILD COPY src /src",
      "MAINTAINER me",
      "RUN --mount=type=cache,target=/c make",
      "RUN --mount=target=/m ls /m",
      "COPY <<EOF /doc\ntext $A\nEOF",
      "ADD https://example.com/x /x",
      "COPY --chown=1000 --chmod=755 src /src",
      "# a comment",
      "",
    ),
  },
);

/** In a stage that stands above all others there is nothing to take files from. */
const later = fc.oneof(
  { weight: 5, arbitrary: instruction },
  {
    weight: 1,
    arbitrary: fc
      .tuple(stages, paths, targets)
      .map(([stage, from, to]) => `COPY --from=${stage} /${from} ${to}`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "RUN --mount=from=base,source=/app,target=/m ls /m",
      "RUN --mount=from=busybox,target=/m ls /m",
    ),
  },
);

const from = fc.constantFrom(
  "FROM alpine",
  "FROM base AS build",
  "FROM base",
  "FROM base",
  "FROM scratch",
  "FROM alpine:$VERSION AS build",
);

const firstStage = fc
  .array(instruction, { maxLength: 8 })
  .map((rest) => ["FROM alpine AS base", ...rest].join("\n"));

const laterStage = fc
  .tuple(from, fc.array(later, { maxLength: 8 }))
  .map(([first, rest]) => [first, ...rest].join("\n"));

/** Mostly builds; some hold mistakes that only a build meets. */
export const dockerfiles = fc
  .tuple(
    fc.constantFrom("", "ARG VERSION=3\n", "# syntax=docker/dockerfile:1\n"),
    firstStage,
    fc.array(laterStage, { maxLength: 3 }),
  )
  .map(([head, first, all]) => `${head}${[first, ...all].join("\n")}\n`);

/** Any text at all, near enough to a Dockerfile to get past the parser now and then. */
export const anyText = fc.oneof(
  anyCodePoints(300),
  fc
    .array(
      fc.oneof(
        instruction,
        from,
        fc.constantFrom(
          "RUN",
          "FROM",
          "COPY --from",
          "ONBUILD",
          "<<",
          "\\",
          "$",
          "${",
          '["',
          "\r",
          "\0",
        ),
        fc.string({ unit: "grapheme", maxLength: 20 }),
      ),
      { maxLength: 20 },
    )
    .chain((parts) => fc.constantFrom(parts.join("\n"), parts.join(" "), parts.join("\\\n"))),
  fc
    .tuple(dockerfiles, fc.nat(), fc.nat(), fc.string({ maxLength: 5 }))
    .map(([text, at, length, put]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + put + text.slice(start + (length % 12));
    }),
);

export const someFiles = {
  "package.json": "{}",
  "other.json": "{}",
  "src/a.ts": "a",
  "src/b.ts": "b",
  "lib/c": "c",
};
