/** "Layers Shared in This Workspace" as a Markdown document. */
import { say } from "../text/say.js";
import { codeSpan, escapeMarkdown, tableCell, tableCode } from "./markdown.js";
import type { SharedLayers } from "./sharedLayers.js";
import { count } from "./sizes.js";

export function sharedLayersDocument({ files, bases, steps, hints }: SharedLayers): string {
  const title = `# ${say`Layers shared in this workspace`}`;
  if (files.length < 2) {
    const found =
      files.length === 0
        ? say`There is no Dockerfile: it takes two to share layers.`
        : say`There is one Dockerfile, ${codeSpan(files[0] ?? "")}: it takes two to share layers.`;
    return `${title}\n\n${found}\n`;
  }
  const saved = steps.reduce((sum, { places }) => sum + places.length - 1, 0);
  return [
    title,
    escapeMarkdown(
      say`${count(files.length, "Dockerfile")} compared, as BuildKit builds them. A layer that several images share is built, stored, pushed and pulled once.`,
    ),
    escapeMarkdown(
      saved === 0
        ? say`No step is shared so far.`
        : say`${count(steps.length, "shared step")}: ${count(saved, "run")} saved when all are built.`,
    ),
    `## ${say`Base images in common`}`,
    bases.length === 0
      ? escapeMarkdown(say`None.`)
      : table(
          [say`Base image`, say`Used by`],
          bases.map((base) => [tableCode(base.reference), base.files.map(tableCode).join(", ")]),
        ),
    ...(bases.length === 0
      ? []
      : [
          escapeMarkdown(
            say`The same name is taken to be the same image: a tag that moves between two builds parts them.`,
          ),
        ]),
    `## ${say`Steps in common, layer by layer`}`,
    steps.length === 0
      ? escapeMarkdown(say`None.`)
      : table(
          [say`Above`, say`Layer`, say`Instruction`, say`Shared by`],
          steps.map(({ base, depth, text, places }) => [
            tableCode(base),
            String(depth),
            tableCode(text),
            places.map(({ file, line }) => say`${tableCode(file)} line ${line}`).join(", "),
          ]),
        ),
    `## ${say`What a small change would share`}`,
    hints.length === 0
      ? escapeMarkdown(say`Nothing that is easily seen.`)
      : hints.map(({ message }) => `- ${tableCell(message)}`).join("\n"),
    "",
  ].join("\n\n");
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [
    `| ${titles.join(" | ")} |`,
    `| ${titles.map(() => "---").join(" | ")} |`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
  ].join("\n");
}
