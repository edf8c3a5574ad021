/** A built image beside the Dockerfile as a document to read; without one, the history that it would have. */
import type { BuiltLayer, ShownImage } from "../analysis/imageComparison.js";
import type { View } from "../analysis/view.js";
import { builtHistory, type ImageHistoryRow, simulatedHistory } from "../insight/imageHistory.js";
import { say } from "../text/say.js";
import { bytesOrOpen } from "../text/sizes.js";
import { markdownText, tableCode, tableText } from "../text/surfaces.js";
import { sayMoment } from "../text/times.js";
import { baseOrigin } from "../words/imageWords.js";
import {
  configDifferenceWords,
  layerDifference,
  likenessSentence,
  makingWords,
  notWholeSentence,
  predictedBytesWords,
  realBytesWords,
} from "../words/shownImageWords.js";
import { markdownTable } from "./markdownTable.js";

/** As Markdown. @param name of the Dockerfile */
export function builtDocument({ analysis, built }: View, name: string): string {
  const parts = built === undefined ? simulatedParts(analysis, name) : builtParts(built, name);
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function simulatedParts(analysis: View["analysis"], name: string): readonly string[] {
  return [
    `# ${markdownText(say`History of ${name}`)}`,
    markdownText(
      say`No image is compared with: this is what docker history would show of the image that this Dockerfile makes. Nothing was built.`,
    ),
    historyTable(simulatedHistory(analysis), say`predicted`),
  ];
}

function builtParts(built: ShownImage, name: string): readonly string[] {
  const { comparison, image } = built;
  const differences = [
    ...comparison.layers.flatMap((layer) => differenceLine(layer)),
    ...comparison.config.map((one) => `- ${markdownText(configDifferenceWords(one))}`),
  ];
  const history = builtHistory(image, comparison);
  return [
    `# ${markdownText(say`${built.name} beside ${name}`)}`,
    `**${markdownText(likenessSentence(built))}** ${markdownText(notWholeSentence(comparison))}`.trim(),
    baseOrigin(image),
    ...(differences.length === 0
      ? []
      : [`## ${markdownText(say`What differs`)}`, differences.join("\n")]),
    `## ${markdownText(say`Layers`)}`,
    layerTable(comparison.layers),
    ...(history.length === 0
      ? []
      : [`## ${markdownText(say`History`)}`, historyTable(history, say`size`)]),
  ];
}

function differenceLine(layer: BuiltLayer): readonly string[] {
  const difference = layerDifference(layer);
  if (difference === "") return [];
  const { step } = layer;
  const where =
    step === null ? makingWords(layer) : say`line ${step.place.line}, ${step.step.text}`;
  return [`- ${markdownText(`${where}: ${difference}`)}`];
}

/** The top layer first, as the layer tree has them. */
function layerTable(layers: readonly BuiltLayer[]): string {
  const rows = [...layers].reverse().map((one) => {
    const { step, isBase } = one;
    const line = isBase ? say`base image` : step === null ? "" : String(step.place.line);
    return [
      tableCode(makingWords(one)),
      line,
      tableText(realBytesWords(one)),
      tableText(predictedBytesWords(one)),
      tableText(layerDifference(one)),
    ];
  });
  const head = [say`layer`, say`line`, say`real`, say`predicted`, say`what differs`];
  return markdownTable(head.map(tableText), rows, "lrrrl");
}

function historyTable(history: readonly ImageHistoryRow[], size: string): string {
  const rows = history.map(({ command, created, bytes, line, isBase }) => [
    tableCode(command),
    isBase ? say`base image` : line === null ? "" : String(line),
    created === null ? "" : tableText(sayMoment(created)),
    tableText(bytesOrOpen(bytes)),
  ]);
  const head = [say`created by`, say`line`, say`created`, size];
  return markdownTable(head.map(tableText), rows, "lrlr");
}
