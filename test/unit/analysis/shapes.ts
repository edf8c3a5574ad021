/** Dockerfiles of a wanted length, in which a change of the first lines reaches all below. */
export const changedAbove: Readonly<Record<string, (size: number, change: string) => string>> = {
  "RUN after RUN": (size, change) =>
    `FROM alpine\nRUN echo ${change}\n${"RUN true\n".repeat(size)}`,
  "ENV and RUN in turn": (size, change) =>
    `FROM alpine\nRUN echo ${change}\n${Array.from({ length: size / 2 }, (_, i) => `ENV V${i}=1\nRUN true\n`).join("")}`,
  "COPY and RUN in turn": (size, change) =>
    `FROM alpine\nRUN echo ${change}\n${"COPY f /f\nRUN true\n".repeat(size / 2)}`,
  "stages that take files from the one above": (size, change) =>
    `FROM alpine AS s0\nRUN echo ${change}\n${Array.from(
      { length: size / 3 },
      (_, i) => `FROM alpine AS s${i + 1}\nCOPY --from=s${i} /a /a\nRUN true\n`,
    ).join("")}`,
};
