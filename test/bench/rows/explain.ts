/** Explain Layers of long Dockerfiles: the document follows the typing, so it is asked for after a key. */
import { type Shape, shapes, typingPlace, withInstructions } from "../support/dockerfiles.js";
import { type Bench, figureOf, type Row, ratioGoal, time, timeGoal } from "../support/figure.js";
import { median } from "../support/measure.js";
import { profiled } from "../support/probe.js";
import { project } from "../support/projects.js";
import { openOurs } from "../support/servers.js";
import { typeForExplanation } from "../support/typist.js";
import { TooSlow } from "../support/wire.js";

/** Pairs of keys; where one takes longer than a second, one pair. */
const pairs = 4;

export interface ExplainGoals {
  /** Milliseconds. */
  readonly time?: number;
  /** To itself at a third of the instructions. */
  readonly ratio?: number;
}

export function explain(instructions: number, goals: ExplainGoals): Row {
  const name = `Explain Layers, ${instructions.toLocaleString("en")} instructions`;
  const third = Math.round(instructions / 3);
  return {
    name,
    async measure(bench) {
      const taken: { name: string; ours: number; theirs: number }[] = [];
      for (const shape of shapes) {
        const theirs = await explained(bench, shape, third);
        taken.push({ name: shape.name, ours: await explained(bench, shape, instructions), theirs });
      }
      return [
        figureOf(
          name,
          taken.map(({ name, ours }) => ({ name, ours: time(ours) })),
          timeGoal(goals.time),
        ),
        figureOf(
          `${name}, growth`,
          taken.map((one) => {
            return { name: one.name, ours: time(one.ours), theirs: time(one.theirs) };
          }),
          ratioGoal(goals.ratio),
          { rival: `itself at ${third.toLocaleString("en")}` },
        ),
      ];
    },
  };
}

/** Milliseconds from a key to the last byte of the document. */
async function explained(bench: Bench, shape: Shape, instructions: number): Promise<number> {
  const { folder } = await project(bench, { files: 20, layout: "nested", isGit: false });
  const text = withInstructions(shape, instructions);
  const server = await openOurs(bench, folder, text);
  try {
    const typist = typeForExplanation(server, typingPlace(shape, text), 1);
    const first = [await typist.key(), await typist.key()];
    if (Math.min(...first) > 1000) return Math.min(...first);
    const name = `Explain Layers, ${instructions} instructions, ${shape.name}`;
    return await profiled(bench, server.process, name, async () => {
      const taken: number[] = [];
      for (let key = 0; key < 2 * pairs; key++) taken.push(await typist.key());
      return median(taken);
    });
  } catch (error) {
    if (!(error instanceof TooSlow)) throw error;
    return Number.POSITIVE_INFINITY;
  } finally {
    await server.stop();
  }
}
