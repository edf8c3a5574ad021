/**
 * The style of a picture. In an editor its theme's variables decide; elsewhere our own colours, light
 * or dark as the system is. No text lies on a pattern, so that every theme leaves it readable.
 */

/** A picture gets narrower with its place, but not so that nobody can read it: the place then scrolls. */
const leastScale = 0.7;

/**
 * On one line, for Markdown; every rule holds inside `#id` alone.
 * @param width of the picture, in pixels
 */
export function pictureStyle(id: string, width: number): string {
  const own = `#${id}`;
  const least = Math.ceil(width * leastScale);
  return [
    `${own}{${colours.light}color:var(--vscode-editor-foreground,var(--sc-text));max-width:max(100%,${least}px);height:auto;font-family:var(--vscode-editor-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,monospace)}`,
    `@media (prefers-color-scheme:dark){${own}{${colours.dark}}}`,
    ...rules.map(([selector, style]) => `${own} ${selector}{${style.replaceAll("#id", `#${id}`)}}`),
    // With forced colours the system chooses them; patterns and words stay.
    `@media (forced-colors:active){${own}{--sc-hit:CanvasText;--sc-miss:CanvasText;--sc-unknown:CanvasText;--sc-edge:CanvasText;--sc-ground:Canvas;--sc-text:CanvasText}}`,
  ].join(" ");
}

/** Each at least 4.5 : 1 on its ground. */
const colours = {
  light:
    "--sc-text:#1f2328;--sc-ground:#ffffff;--sc-edge:#59636e;--sc-hit:#327e36;--sc-miss:#985c00;--sc-unknown:#1a5fb4;",
  dark: "--sc-text:#e6edf3;--sc-ground:#1b1f24;--sc-edge:#9198a1;--sc-hit:#73c991;--sc-miss:#e2a33f;--sc-unknown:#75beff;",
} as const;

const hit = "var(--vscode-stratacast-layerCachedForeground,var(--sc-hit))";
const miss = "var(--vscode-stratacast-layerRebuildsForeground,var(--sc-miss))";
const unknown = "var(--vscode-stratacast-layerUnknownForeground,var(--sc-unknown))";
const ground = "var(--vscode-editor-background,var(--sc-ground))";
const edge =
  "var(--vscode-contrastBorder,var(--vscode-editorLineNumber-foreground,var(--sc-edge)))";
const critical = "var(--vscode-contrastActiveBorder,currentColor)";
const focus = "var(--vscode-focusBorder,currentColor)";

const rules: readonly (readonly [string, string])[] = [
  ["text", "fill:currentColor;stroke:none"],
  [".sc-title", "font-weight:600"],
  [".sc-frame", `fill:${ground};stroke:${edge};stroke-width:1`],
  [".sc-inner", `fill:none;stroke:${edge};stroke-width:1`],
  [".sc-writable .sc-frame", "stroke-dasharray:5 3"],
  [".sc-mark", `fill:${ground};stroke:${edge};stroke-width:1`],
  [".sc-hit .sc-mark", `fill:${hit}`],
  [".sc-mark.sc-hit", `fill:${hit}`],
  [".sc-miss .sc-mark", "fill:url(#id-miss)"],
  [".sc-mark.sc-miss", "fill:url(#id-miss)"],
  [".sc-unknown .sc-mark", "fill:url(#id-unknown)"],
  [".sc-mark.sc-unknown", "fill:url(#id-unknown)"],
  [".sc-base .sc-mark", `fill:${edge}`],
  [".sc-ground-miss", `fill:${miss}`],
  [".sc-ground-unknown", `fill:${ground}`],
  [".sc-sign", `stroke:${ground};stroke-width:2.5;fill:none`],
  [".sc-dot", `fill:${unknown}`],
  [".sc-edge text", `paint-order:stroke;stroke:${ground};stroke-width:5px`],
  [".sc-edge path", `stroke:${edge};fill:none;stroke-width:1.3`],
  [".sc-edge .sc-head", `fill:${edge};stroke-dasharray:none`],
  [".sc-by-copy path", "stroke-dasharray:6 3"],
  [".sc-by-mount path", "stroke-dasharray:2 3"],
  [".sc-edge.sc-critical path", `stroke:${critical};stroke-width:3`],
  [".sc-edge.sc-critical .sc-head", `fill:${critical};stroke-width:1`],
  [".sc-critical .sc-frame", `stroke:${critical};stroke-width:3`],
  [".sc-idle .sc-frame", "stroke-dasharray:3 3"],
  [".sc-idle path", "opacity:.6"],
  // A ring around the box, where the critical path is a thick line of the box itself.
  ["[data-line]:focus", `outline:2px solid ${focus};outline-offset:3px`],
  ["a:focus", `outline:2px solid ${focus};outline-offset:3px`],
  ["[data-line]", "cursor:pointer"],
  ["a:hover .sc-frame", "stroke-width:2"],
  ["[data-line]:hover .sc-frame", "stroke-width:2"],
];
