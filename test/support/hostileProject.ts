/** A project in which every name and value that a person can choose is the same hostile text. */

/** @param name of one line, without slashes and quotes */
export function hostileProject(name: string): Readonly<Record<string, string>> {
  const quoted = JSON.stringify(name);
  const good = [
    `ARG A=${quoted}`,
    "FROM alpine AS base",
    `ARG A`,
    `LABEL ${quoted}=${quoted}`,
    `ENV E=${quoted} "${name.replace(/[\s"=]/g, "_")}"=x`,
    `COPY ${JSON.stringify([`dir/${name}`, `/to/${name}`])}`,
    "COPY dir/ /x/",
    `RUN echo ${name} $A`,
    `RUN <<EOF\n${name}\nEOF`,
    `WORKDIR ${quoted}`,
    `USER ${quoted}`,
    `SHELL ${JSON.stringify([name, "-c"])}`,
    `VOLUME ${JSON.stringify([`/v/${name}`])}`,
    `HEALTHCHECK CMD ${name}`,
    "FROM base",
    `COPY --from=base /to/ /from/`,
    `ADD https://host.example/${encodeURI(name)} /added/`,
    `RUN --mount=type=cache,target=/c/${name.replace(/[,"\s]/g, "_")} make`,
    `ENTRYPOINT ${JSON.stringify([name])}`,
    `CMD ${JSON.stringify([name, name])}`,
    `# ${name}`,
    "",
  ];
  const bad = [
    `FROM alpine AS ${name}`,
    `EXPOSE ${name}`,
    `COPY gone/${name} /z/`,
    `COPY --from=${name.replace(/\s/g, "_")} /a /b`,
    `COPY --${name.replace(/\s/g, "_")}=1 /a /b`,
    `RUN --mount=type=${name.replace(/[\s,]/g, "_")} x`,
    `STOPSIGNAL ${name}`,
    `ENV ${name}`,
    `ADD --checksum=${name.replace(/\s/g, "_")} https://host.example/x /`,
    `HEALTHCHECK ${name}`,
    `RUN echo \${A:${name}}`,
    `${name} ${name}`,
    `ONBUILD ${name}`,
    `FROM --platform=${name.replace(/\s/g, "_")} ${name}`,
    // Of a stage that nobody needs its FROM alone has a lens.
    "COPY --from=0 /a /b",
    "",
  ];
  return {
    Dockerfile: good.join("\n"),
    "bad.Dockerfile": bad.join("\n"),
    [`dir/${name}`]: "a",
    [`dir/other ${name}`]: "b",
  };
}
