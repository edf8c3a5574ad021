/** The Dockerfiles of the logs in `logs`, and the logs. */
import { readFileSync } from "node:fs";
import { inRepository } from "../../support/repository.js";

export const greeting = `FROM local/base AS build
ARG GREETING=hello
COPY package.json ./
RUN cat package.json && sleep 1 && echo "said $GREETING"
COPY src/ ./src/
RUN ls -l src

FROM local/base
COPY --from=build /src /srv
RUN echo done
`;

/** What failed: `failed.txt`. */
export const failing = greeting.replace("RUN ls -l src", "RUN ls -l src && false");

export const greetingFiles = {
  "package.json": "{}\n",
  "src/app.ts": "export const two = 2;\n",
} as const;

/** `platforms.txt`, and `bake.txt` as the target `api`; its target `web` ends at the first stage. */
export const copies = `FROM scratch AS files
COPY a.txt /a/
COPY b.txt /b/

FROM scratch
COPY --from=files /a /x
`;

/** `platforms-first.rawjson`, `platforms-edited.rawjson` */
export const ofTwoPlatforms = `FROM --platform=linux/amd64 local/base AS build
ARG BUILDARCH
COPY common.txt /src/
RUN echo common > /out
ARG TARGETARCH
RUN echo $TARGETARCH > /arch

FROM scratch AS base-amd64
COPY bin/amd64 /bin/
FROM scratch AS base-arm64
COPY bin/arm64 /bin/

FROM base-$TARGETARCH
ARG TARGETARCH
COPY common.txt /etc/
COPY bin/$TARGETARCH /opt/
COPY --from=build /arch /arch
`;

/** `heredoc.txt` */
export const heredoc = `FROM local/base
COPY a.txt /a/
RUN <<EOF
echo one
echo two
EOF
RUN echo "a  b" \\
  && echo c
WORKDIR /w
`;

export function logText(name: string): string {
  return readFileSync(inRepository("test/unit/records/logs", name), "utf8");
}
