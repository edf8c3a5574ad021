/** Dockerfiles as users write them, of a wanted length. */

/** A multi-stage file of so many lines: variables, installs, copies, metadata, comments. */
export function dockerfileOf(lines: number): string {
  const text: string[] = ["# syntax=docker/dockerfile:1", "ARG NODE_VERSION=22"];
  for (let stage = 0; text.length < lines; stage++) {
    const base =
      stage === 0 ? "node:${NODE_VERSION}-alpine" : `stage${Math.floor((stage - 1) / 2)}`;
    const body = [
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
      ...(stage > 1 ? [`COPY --from=stage${stage - 2} /srv/dist /srv/dist`] : []),
      `LABEL stage="${stage}" description="stage ${stage} of a long file"`,
      `EXPOSE ${3000 + (stage % 1000)}`,
      `USER node`,
      `HEALTHCHECK --interval=30s CMD wget -q localhost:${3000 + (stage % 1000)} || exit 1`,
      `CMD ["node", "dist/server.js"]`,
    ];
    // The last stage needs the others, or most of the file would not be built.
    text.push(...body.slice(0, lines - text.length));
  }
  return `${text.join("\n")}\n`;
}
