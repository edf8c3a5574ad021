/** Instructions made by chance. Nearly all of them build; those that do not are welcome too. */
import { createHash } from "node:crypto";
import { servedPort } from "../../../support/engine/serve.js";
import type { Builder } from "../caseFile.js";
import { served, servedText } from "./files.js";
import type { Random } from "./random.js";

export interface Surroundings {
  readonly builder: Builder;
  /** Paths of the context. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Earlier stages, and absolute paths that are surely there in each. */
  readonly stages: readonly { readonly name: string; readonly paths: readonly string[] }[];
}

/** Kinds of instructions with how often they come. */
const kinds: readonly (readonly [number, string])[] = [
  [24, "RUN"],
  [26, "COPY"],
  [5, "ADD"],
  [8, "ENV"],
  [7, "ARG"],
  [7, "WORKDIR"],
  [4, "USER"],
  [3, "SHELL"],
  [4, "LABEL"],
  [2, "EXPOSE"],
  [2, "VOLUME"],
  [3, "CMD"],
  [2, "ENTRYPOINT"],
  [2, "HEALTHCHECK"],
  [1, "STOPSIGNAL"],
  [2, "ONBUILD"],
  [1, "MAINTAINER"],
  [3, "comment"],
];

/** The text of one instruction, or of a comment or blank line between instructions. */
export function someInstruction(random: Random, around: Surroundings, kind?: string): string {
  const keyword = kind ?? random.weigh(kinds);
  switch (keyword) {
    case "RUN":
      return someRun(random, around);
    case "COPY":
    case "ADD":
      return someCopy(random, around, keyword);
    case "ENV": {
      const name = random.pick(names);
      return random.weigh([
        [4, `ENV ${name}=${random.pick(values)}`],
        [1, `ENV ${name} ${random.pick(values)}`],
        [2, `ENV ${name}=${random.pick(values)} ${random.pick(names)}=${random.pick(values)}`],
        [1, `ENV ${name}=$${random.pick(names)}x`],
        [1, `ENV ${name}="\${${random.pick(names)}:-d} e"`],
        [1, "ENV PATH=/opt/bin:$PATH"],
      ]);
    }
    case "ARG":
      return random.weigh([
        [3, `ARG ${random.pick(names)}=${random.pick(values)}`],
        [2, `ARG ${random.pick(names)}`],
        [1, `ARG ${random.pick(names)} ${random.pick(names)}=${random.pick(values)}`],
        [1, "ARG TARGETARCH"],
        [1, `ARG ${random.pick(names)}=$${random.pick(names)}`],
      ]);
    case "WORKDIR":
      return `WORKDIR ${random.pick(["/w", "/w/", "sub", "/w/sub", "/", "/etc", "/x/$A", "/tmp/d"])}`;
    case "USER":
      return `USER ${random.pick(["app", "root", "1000", "0", "app:app", "other", "1000:1001"])}`;
    case "SHELL":
      return `SHELL ${random.pick(['["/bin/sh", "-c"]', '["/bin/ash", "-c"]', '["/bin/sh", "-ec"]'])}`;
    case "LABEL":
      return `LABEL ${random.pick(["l", "m"])}=${random.pick([...values, "$A", "${B:-b}"])}`;
    case "EXPOSE":
      return `EXPOSE ${random.pick(["80", "81/udp", "90-92", "80 443"])}`;
    case "VOLUME":
      return `VOLUME ${random.pick(["/v", '["/v", "/u"]', "/v /t"])}`;
    case "CMD":
    case "ENTRYPOINT":
      return `${keyword} ${random.pick(['["x", "y"]', "one two", '["$A"]', "echo $A"])}`;
    case "HEALTHCHECK":
      return `HEALTHCHECK ${random.pick(["NONE", "CMD true", "--interval=5s CMD true"])}`;
    case "STOPSIGNAL":
      return `STOPSIGNAL ${random.pick(["9", "SIGTERM"])}`;
    case "ONBUILD":
      return `ONBUILD ${random.pick(["RUN echo trigger", "ENV T=1", "COPY a.txt /trigger/", "ADD d /trigger/d", "WORKDIR sub", "USER app", "ARG A", "LABEL t=$A"])}`;
    case "MAINTAINER":
      return `MAINTAINER ${random.pick(["a", "b"])}`;
    default:
      return random.pick(["# a comment", "# another", "", "   # indented"]);
  }
}

export const names = ["A", "B", "C"];
export const values = ["1", "2", "one", "'two words'"];

function someRun(random: Random, { builder, files, folders, stages }: Surroundings): string {
  const plain = () => random.pick(commands)(random);
  const options: [number, () => string][] = [
    [10, () => `RUN ${plain()}`],
    [2, () => `RUN ["echo", "${random.below(4)}"]`],
    [1, () => `RUN ["/bin/sh", "-c", "echo ${random.below(4)}"]`],
    [2, () => `RUN ${plain()} \\\n  && ${plain()}`],
    [1, () => `RUN ${plain()} \\\n    # note ${random.below(3)}\n  && ${plain()}`],
  ];
  if (builder === "buildkit") {
    const plainFiles = files.filter((name) => !name.includes(" "));
    const file = plainFiles.length === 0 ? "a.txt" : random.pick(plainFiles);
    const folder = folders.length === 0 ? "." : random.pick(folders);
    const stage = stages.length === 0 ? null : random.pick(stages);
    const word = random.pick(["EOF", "END"]);
    options.push(
      [2, () => `RUN <<${word}\n${plain()}\n${plain()}\n${word}`],
      [1, () => `RUN <<${word}\n#!/bin/sh\n${plain()}\n${word}`],
      [1, () => `RUN cat <<${word} > /tmp/h\nhello ${random.below(3)}\n${word}`],
      [2, () => `RUN --mount=source=${file},target=/m/f ${plain()}`],
      [2, () => `RUN --mount=type=bind,source=${folder},target=/m/d,rw ${plain()}`],
      [1, () => `RUN --mount=target=/m/c ${plain()}`],
      [
        2,
        () =>
          `RUN --mount=type=cache,target=/c${random.pick(["", ",id=a", ",id=b", ",sharing=locked", ",id=a,sharing=private", ",mode=0777", ",uid=1000"])} ${plain()}`,
      ],
      [1, () => `RUN --mount=type=tmpfs,target=/t ${plain()}`],
      [0.5, () => `RUN --mount=type=ssh ${plain()}`],
      [0.5, () => `RUN --mount=type=tmpfs,target=/t --mount=type=cache,target=/c ${plain()}`],
      [1, () => `RUN --mount=type=secret,id=${random.pick(["s", "t"])} ${plain()}`],
      [1, () => `RUN --network=${random.pick(["none", "default"])} ${plain()}`],
    );
    if (stage !== null) {
      const path = random.pick(stage.paths);
      options.push([
        4,
        () => `RUN --mount=from=${stage.name},source=${path},target=/m/s ${plain()}`,
      ]);
      options.push([
        1,
        () => `RUN --mount=type=cache,from=${stage.name},source=${path},target=/c ${plain()}`,
      ]);
    }
  }
  return random.weigh(options)();
}

/** Commands that succeed whoever runs them, wherever. */
const commands: readonly ((random: Random) => string)[] = [
  (random) => `echo ${random.below(5)}`,
  (random) => `echo ${random.below(3)} > /tmp/o${random.below(3)}`,
  () => "echo $A $B",
  () => "echo $A > /tmp/o1 || true",
  () => "id -u",
  () => "pwd > /tmp/o0",
  () => "ls / > /dev/null",
  (random) => `mkdir -p /tmp/k${random.below(2)}`,
  () => "chmod -R u+r /tmp || true",
];

function someCopy(random: Random, around: Surroundings, keyword: "COPY" | "ADD"): string {
  const { builder, files, folders, stages } = around;
  const isBuildKit = builder === "buildkit";
  if (keyword === "ADD" && files.includes(served) && random.chance(0.5)) {
    return someDownload(random);
  }
  if (keyword === "COPY" && stages.length > 0 && random.chance(0.35)) {
    const stage = random.pick(stages);
    const owner = random.chance(0.15) ? "--chown=app " : "";
    const link = random.chance(0.08) ? "--link " : "";
    const path = random.pick(stage.paths);
    const isPart = isBuildKit && random.chance(0.15);
    const taken = isPart ? `${path.replace(/\/$/, "")}${random.pick(parts)}` : path;
    const to = taken.endsWith("*") ? "/many/" : destination(random);
    return `COPY --from=${stage.name} ${owner}${link}${taken} ${to}`;
  }
  if (isBuildKit && keyword === "COPY" && random.chance(0.1)) {
    const word = random.pick(["EOF", "END", "'EOF'"]);
    const end = word.replaceAll("'", "");
    return `COPY <<${word} ${destination(random)}\nvalue $A ${random.below(3)}\n${end}`;
  }
  const flags: string[] = [];
  if (random.chance(0.15))
    flags.push(`--chown=${random.pick(["app", "1000", "0:0", "1000:1000", "other:app"])}`);
  if (random.chance(0.08)) flags.push("--link");
  if (isBuildKit && random.chance(0.15)) {
    flags.push(
      `--chmod=${random.pick(["644", "755", "0600", "u+x", "a=rX", "$M", "go=", "g+w", "u=rwX,go=rX"])}`,
    );
  }
  const archives = files.filter((name) => /\.(?:tar|tgz)$/.test(name));
  if (keyword === "ADD" && archives.length > 0 && random.chance(0.6))
    return someUnpacking(
      random,
      flags.filter((flag) => !flag.startsWith("--chmod")),
      random.pick(archives),
    );
  const several = random.chance(0.2);
  const source = () =>
    random.weigh([
      [8, files.length === 0 ? "a.txt" : random.pick(files)],
      [6, folders.length === 0 ? "." : random.pick(folders)],
      [2, "."],
      [2, random.pick(["*.txt", "*.md", "d/*", "?.txt", "d*", "**/*.txt", "src/*/", "[ab].txt"])],
      [0.5, "../a.txt"],
      [0.3, "missing.txt"],
    ]);
  const first = source();
  // The classic builder takes no notice of it.
  if (random.chance(0.1)) {
    flags.push(`--exclude=${random.pick(["*.md", "**/*.md", "d", "d/e", "**/z.txt", "e"])}`);
  }
  const sources = several ? [first, source()] : [first];
  const to = several || /[*?[]/.test(sources.join("")) ? "/many/" : destination(random);
  if (random.chance(0.1) || sources.some((name) => name.includes(" "))) {
    return `${keyword} ${[...flags, JSON.stringify([...sources, to])].join(" ")}`;
  }
  return `${keyword} ${[...flags, ...sources, to].join(" ")}`;
}

/** Of a folder of a stage, or beside it: a link may be among them. */
const parts = ["/l", "/l*", "/*", "*"];

function someUnpacking(random: Random, flags: readonly string[], archive: string): string {
  return `ADD ${[...flags, archive, destination(random)].join(" ")}`;
}

function someDownload(random: Random): string {
  const checksum = createHash("sha256").update(servedText).digest("hex");
  const flags = random.pick(["", "--chown=app ", "--chmod=755 "]);
  return `ADD ${flags}--checksum=sha256:${checksum} http://127.0.0.1:${servedPort}/${served} ${destination(random)}`;
}

function destination(random: Random): string {
  return random.pick(["/x", "/x/", "/y/z", "./", "rel", "/opt/$A/", "/tmp/c"]);
}
