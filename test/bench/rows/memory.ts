/** Many Dockerfiles of one large context, all of them open. */
import { rmSync } from "node:fs";
import path from "node:path";
import { figureOf, memory, memoryGoal, type Row } from "../support/figure.js";
import { pause, residentBytes } from "../support/measure.js";
import { project, projectDockerfile } from "../support/projects.js";
import { openDocument, ourServer } from "../support/servers.js";

export function openDockerfiles(
  dockerfiles: number,
  files: number,
  goals: { readonly megabytes: number },
): Row {
  const name = `${dockerfiles} Dockerfiles open in one context of ${files.toLocaleString("en")} files, resident memory`;
  return {
    name,
    async measure(bench) {
      const { folder } = await project(bench, { files, layout: "nested", isGit: true });
      const server = await ourServer(bench, folder);
      const written: string[] = [];
      try {
        const sessions = [];
        for (let at = 0; at < dockerfiles; at++) {
          const file = path.join(folder, `Dockerfile.${at}`);
          written.push(file);
          sessions.push(openDocument(server, file, `${projectDockerfile}LABEL number=${at}\n`));
        }
        await server.rest();
        for (const session of sessions) await session.lenses();
        await sessions[0]?.simulate();
        await server.rest();
        for (const session of sessions) await session.lenses();
        await server.rest();
        // What is garbage by then is still held: as the system sees it, so a user does.
        await pause(3_000);
        const { now } = residentBytes(server.pid);
        return [figureOf(name, [{ name: "", ours: memory(now) }], memoryGoal(goals.megabytes))];
      } finally {
        await server.stop();
        for (const file of written) rmSync(file);
      }
    },
  };
}
