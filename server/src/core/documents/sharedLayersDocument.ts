/** "Layers Shared in This Workspace" as a Markdown document. */

import type { FileNumbers, SharedLayers, SharedStep } from "../insight/sharedLayers.js";
import { say } from "../text/say.js";
import { count, formatBytes } from "../text/sizes.js";
import { codeSpan, markdownText, tableCode, tableText } from "../text/surfaces.js";
import { markdownTable } from "./markdownTable.js";

export function sharedLayersDocument(shared: SharedLayers): string {
  const { files, bases, steps, hints, numbers } = shared;
  const title = `# ${say`Layers shared in this workspace`}`;
  if (files.length < 2) {
    const found =
      files.length === 0
        ? say`There is no Dockerfile: it takes two to share layers.`
        : say`There is one Dockerfile, ${codeSpan(files[0] ?? "")}: it takes two to share layers.`;
    return `${title}\n\n${found}\n`;
  }
  return [
    title,
    markdownText(
      say`${count(files.length, "Dockerfile")} compared, as BuildKit builds them. A layer that several images share is built, stored, pushed and pulled once.`,
    ),
    markdownText(savedSentence(steps)),
    `## ${say`In numbers`}`,
    numbersTable(numbers),
    [
      say`Caching: a step that takes no file of the build context, and stands on none that does, stays cached whatever file changes.`,
      say`Speed: steps in a row wait for each other; all others run beside them.`,
      say`Sharing: a step that another Dockerfile has too is built, stored and pulled once.`,
      say`Efficiency: a file that two layers of an image hold is stored twice.`,
    ]
      .map((sentence) => `- ${markdownText(sentence)}`)
      .join("\n"),
    `## ${say`Base images in common`}`,
    bases.length === 0
      ? markdownText(say`None.`)
      : markdownTable(
          [say`Base image`, say`Used by`],
          bases.map((base) => [tableCode(base.reference), base.files.map(tableCode).join(", ")]),
        ),
    ...(bases.length === 0
      ? []
      : [
          markdownText(
            say`The same name is taken to be the same image: a tag that moves between two builds parts them.`,
          ),
        ]),
    `## ${say`Steps in common, layer by layer`}`,
    steps.length === 0
      ? markdownText(say`None.`)
      : markdownTable(
          [say`Above`, say`Layer`, say`Instruction`, say`Copied`, say`Shared by`],
          steps.map(({ base, depth, text, bytes, places }) => [
            tableCode(base),
            String(depth),
            tableCode(text),
            bytes === null ? "" : formatBytes(bytes),
            places.map(({ file, line }) => say`${tableCode(file)} line ${line}`).join(", "),
          ]),
        ),
    `## ${say`What a small change would share`}`,
    hints.length === 0
      ? markdownText(say`Nothing that is easily seen.`)
      : hints.map(({ message }) => `- ${tableText(message)}`).join("\n"),
    "",
  ].join("\n\n");
}

function savedSentence(steps: readonly SharedStep[]): string {
  const saved = steps.reduce((sum, { places }) => sum + places.length - 1, 0);
  const bytes = steps.reduce((sum, step) => sum + (step.bytes ?? 0) * (step.places.length - 1), 0);
  if (saved === 0) return say`No step is shared so far.`;
  const [shared, runs] = [count(steps.length, "shared step"), count(saved, "run")];
  return bytes === 0
    ? say`${shared}: ${runs} saved when all are built.`
    : say`${shared}: ${runs} and ${formatBytes(bytes)} of copied files saved when all are built.`;
}

function numbersTable(numbers: readonly FileNumbers[]): string {
  return markdownTable(
    ["Dockerfile", say`Steps`, say`Always cached`, say`In a row`, say`Shared`, say`Copied`],
    numbers.map(({ file, steps, steady, chain, shared, copiedBytes, repeatedBytes }) => [
      tableCode(file),
      ...[steps, steady, chain, shared].map(String),
      repeatedBytes === 0
        ? formatBytes(copiedBytes)
        : say`${formatBytes(copiedBytes)}, ${formatBytes(repeatedBytes)} of it twice`,
    ]),
  );
}
