/** Hovers over the instructions in the middle of a file. */
import { instructionLines, manyStages } from "../support/dockerfiles.js";
import { figureOf, type Row, ratioGoal, time } from "../support/figure.js";
import { inTurn, median, pause } from "../support/measure.js";
import { profiled } from "../support/probe.js";
import { project } from "../support/projects.js";
import { openOurs, openRival, rivalName, type Session } from "../support/servers.js";

/** Instructions that are hovered over, one after another. */
const places = 20;

/** Rounds go on for so long, and are at most so many. Milliseconds. */
const enough = 20_000;
const mostRounds = 10;

export function hovers(length: number, goals: { readonly ratio: number }): Row {
  const name = `hover, ${length.toLocaleString("en")} lines`;
  return {
    name,
    async measure(bench) {
      const { folder } = await project(bench, { files: 20, layout: "nested", isGit: false });
      const text = manyStages.textOf(length);
      const rival = await openRival(bench, folder, text);
      const ours = await openOurs(bench, folder, text);
      try {
        const lines = instructionLines(text);
        const first = Math.max(0, Math.floor(lines.length / 2) - places / 2);
        const found = lines.slice(first, first + places);
        await ours.lenses();
        const all = (session: Session) => found.map((line) => () => hover(session, line));
        const works = [...all(ours), ...all(rival)];
        // To warm up.
        const began = performance.now();
        await inTurn(1, works);
        const rounds = Math.ceil(enough / (performance.now() - began));
        const taken = await profiled(bench, ours.process, name, () =>
          inTurn(Math.min(mostRounds, rounds), works),
        );
        const [mine, other] = [taken.slice(0, found.length), taken.slice(found.length)];
        return [
          figureOf(
            `${name}, p50`,
            [{ name: "", ours: time(median(mine.flat())), theirs: time(median(other.flat())) }],
            ratioGoal(goals.ratio),
            { rival: `${rivalName}, hover` },
          ),
        ];
      } finally {
        await ours.stop();
        await rival.stop();
      }
    },
  };
}

/** Milliseconds. */
async function hover(session: Session, line: number): Promise<number> {
  const { began, answer } = session.send({
    method: "textDocument/hover",
    params: { textDocument: { uri: session.uri }, position: { line, character: 1 } },
    isRequest: true,
  });
  const { at, body } = await answer;
  if (body.length < 100) throw new Error("The server shows no hover.");
  await pause(1);
  return at - began;
}
