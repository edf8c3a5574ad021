/**
 * The same document as one HTML page that needs no network: the picture is in it, its content policy
 * allows nothing but its own styles, and no script runs.
 */

import type { View } from "../analysis/view.js";
import type { Digest } from "../host.js";
import { pictureSvg } from "../picture/pictureSvg.js";
import { say, spokenLanguage } from "../text/say.js";
import { printableLines, xmlLines, xmlText } from "../text/surfaces.js";
import { causeSentence, isOfEveryStep } from "../words/causeWords.js";
import { verdict } from "../words/predictionWords.js";
import { explain } from "./explain.js";
import { changeRows, changeTitles, settingSentence, totals } from "./explainDocument.js";
import { explainTitles, layerWords, stepWords } from "./explainText.js";
import { severityWords } from "./findingLines.js";

export interface PageOptions {
  /** The Dockerfile as it is called in the page. */
  readonly name: string;
}

export function explainPage(view: View, { name }: PageOptions): string {
  const { analysis } = view;
  const explained = explain(analysis, name);
  const svg = pictureSvg(view, { part: "all", reach: "link", id: "stratacast-picture" }) ?? "";
  const seen = new Set<number>();
  const steps = explained.steps.map((step, index) => {
    const analysed = analysis.steps[index];
    const cache = analysed === undefined ? "" : verdict(analysed);
    const cause = analysed?.prediction.causes[0];
    const cells = [
      xmlText(stepWords(step)),
      xmlText(layerWords(step)),
      `<code>${xmlText(step.text)}</code>`,
      listOf(step.inside),
      listOf([
        ...step.notes,
        ...(cause === undefined || isOfEveryStep(cause)
          ? []
          : [`${cache}: ${causeSentence(cause, analysis.graph)}`]),
      ]),
    ];
    // Triggers stand at the line of their FROM: the first row of a line is where its links lead.
    const id = seen.has(step.line) ? "" : ` id="line-${step.line}" tabindex="-1"`;
    seen.add(step.line);
    return `<tr${id}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
  });
  const changes = changeRows(explained).map(
    ({ line, text, adds, rebuilds, mayRebuild }) =>
      `<tr><td>${xmlText(say`line ${line}`)}: <code>${xmlText(text)}</code></td>${[adds, rebuilds, mayRebuild].map((cell) => `<td>${xmlText(cell)}</td>`).join("")}</tr>`,
  );
  const findings = explained.findings.map(
    ({ severity, message, line }) =>
      `${severityWords(severity)}${line === null ? "" : `, ${say`line ${line}`}`}: ${message}`,
  );
  const title = xmlText(say`Layers of ${name}`);
  return [
    "<!DOCTYPE html>",
    `<html lang="${xmlText(spokenLanguage())}">`,
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${contentPolicy(svg, analysis.input.sha256)}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${title}</title>`,
    `<style>${pageStyle}</style>`,
    "</head>",
    "<body>",
    `<h1>${title}</h1>`,
    `<p>${xmlText(totals(view, explained).join(" "))}</p>`,
    `<p>${xmlText(settingSentence(view))}</p>`,
    findings.length === 0 ? "" : listOf(findings),
    svg === "" ? "" : `${heading(say`The picture`)}\n<figure>${svg}</figure>`,
    heading(say`The Dockerfile`),
    `<pre tabindex="0">${sourceLines(analysis.input.dockerfile.text)}</pre>`,
    heading(say`Step by step`),
    table(explainTitles(), steps),
    heading(say`If a line changes`),
    table(changeTitles(), changes),
    "</body>",
    "</html>",
    "",
  ]
    .filter((part, at, all) => part !== "" || at === all.length - 1)
    .join("\n");
}

function heading(text: string): string {
  return `<h2>${xmlText(text)}</h2>`;
}

function table(titles: readonly string[], rows: readonly string[]): string {
  const head = titles.map((title) => `<th scope="col">${xmlText(title)}</th>`).join("");
  return `<div class="wide" tabindex="0" role="region" aria-label="${xmlText(titles.join(", "))}"><table><thead><tr>${head}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody></table></div>`;
}

function listOf(sentences: readonly string[]): string {
  if (sentences.length === 0) return "";
  const [only] = sentences;
  if (sentences.length === 1 && only !== undefined) return `<p>${xmlText(only)}</p>`;
  return `<ul>${sentences.map((sentence) => `<li>${xmlText(sentence)}</li>`).join("")}</ul>`;
}

function sourceLines(text: string): string {
  const lines = printableLines(text).replace(/\n$/, "").split("\n");
  const width = String(lines.length).length;
  return lines
    .map(
      (line, at) =>
        `<span class="number">${String(at + 1).padStart(width)}</span>  ${xmlLines(line)}`,
    )
    .join("\n");
}

/** Styles are allowed by their digests: text of the Dockerfile can never bring one of its own. */
function contentPolicy(svg: string, digest: Digest): string {
  const drawn = /<style>([^<]*)<\/style>/.exec(svg)?.[1];
  const styles = [pageStyle, ...(drawn === undefined ? [] : [drawn])];
  const hashes = styles.map((style) => `'sha256-${base64(digest(style))}'`);
  return `default-src 'none'; style-src ${hashes.join(" ")}; base-uri 'none'; form-action 'none'`;
}

function base64(hex: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const bits = [...hex].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, "0"));
  const sextets = bits.join("").match(/.{1,6}/g) ?? [];
  const text = sextets.map((bit) => letters[Number.parseInt(bit.padEnd(6, "0"), 2)] ?? "").join("");
  return text.padEnd(Math.ceil(text.length / 4) * 4, "=");
}

const pageStyle = [
  ":root{color-scheme:light dark;--text:#1f2328;--ground:#fff;--soft:#f6f8fa;--line:#d1d9e0}",
  "@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--ground:#1b1f24;--soft:#24292f;--line:#3d444d}}",
  "body{margin:2rem auto;max-width:76rem;padding:0 1rem;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,sans-serif}",
  "h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}",
  "figure{margin:0;overflow-x:auto}",
  "pre{background:var(--soft);padding:.8rem;overflow-x:auto}pre,code{font:13px/1.5 ui-monospace,Consolas,monospace}",
  "code{overflow-wrap:anywhere}.number{opacity:.7;user-select:none}",
  ".wide{overflow-x:auto}table{border-collapse:collapse;min-width:100%}",
  "th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}th{background:var(--soft)}",
  "td ul,td p{margin:0}td ul{padding-left:1.1rem}tr:target{outline:2px solid currentColor}",
  "@media print{.wide,pre,figure{overflow:visible}tr{break-inside:avoid}}",
].join("\n");
