/**
 * Runs in the page of the build graph: shows the picture, leads to lines by mouse and keyboard, and
 * turns the picture into a PNG in the colours that it is shown in.
 */
import { type FromPage, type ToPage, toToPage } from "../src/buildGraph/messages.js";
import { createList } from "./list.js";
import { createZoom } from "./zoom.js";

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: { readonly asList: boolean }): void;
};

const host = acquireVsCodeApi();
const place = document.getElementById("picture") ?? document.body;
/** The style of the picture, given to the page by script: its content policy allows no inline style. */
const sheet = new CSSStyleSheet();
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
let source: string | null = null;
/** Pixels. */
const roomStep = 100;
let room = 0;
const zoom = createZoom(place);
const list = createList((line) => host.postMessage({ kind: "line", line }));
const state = host.getState();
list.show(
  typeof state === "object" && state !== null && "asList" in state && state.asList === true,
);

window.addEventListener("message", (event: MessageEvent<unknown>) => {
  const data = toToPage(event.data);
  if (data === null || data.svg === source) return;
  source = data.svg;
  show(data);
});
place.addEventListener("focusin", ({ target }) => {
  for (const box of boxes()) box.setAttribute("tabindex", box === target ? "0" : "-1");
});
place.addEventListener("click", (event) => open(event.target));
place.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    open(event.target);
  } else if (event.key in directions) {
    event.preventDefault();
    move(directions[event.key] ?? [0, 0]);
  }
});
document.getElementById("saveSvg")?.addEventListener("click", () => {
  host.postMessage({ kind: "saveSvg" });
});
document.getElementById("savePng")?.addEventListener("click", savePng);
document.getElementById("asList")?.addEventListener("click", () => {
  host.setState({ asList: list.show(!list.isShown()) });
});
tellRoom();
new ResizeObserver(tellRoom).observe(document.body);

/** A picture of another width is wanted only where a box more or less stands beside the others. */
function tellRoom(): void {
  const now = Math.max(1, Math.floor(document.body.clientWidth / roomStep)) * roomStep;
  if (now === room) return;
  room = now;
  host.postMessage({ kind: "room", room });
}

function show({ svg, nothing }: ToPage): void {
  const focused = boxes().indexOf(document.activeElement as SVGGElement); // -1 where it is another one
  list.fill(svg === null ? null : parse(svg));
  if (svg === null) {
    place.textContent = nothing;
    return;
  }
  const picture = parse(svg);
  const style = picture.querySelector("style");
  sheet.replaceSync(style?.textContent ?? "");
  style?.remove();
  place.replaceChildren(picture);
  zoom.renew();
  // One stop for the tabulator; the arrows go from box to box.
  for (const box of boxes()) box.setAttribute("tabindex", "-1");
  boxes()[Math.max(0, focused)]?.setAttribute("tabindex", "0");
  boxes()[focused]?.focus();
}

function parse(svg: string): Element {
  const { documentElement } = new DOMParser().parseFromString(svg, "image/svg+xml");
  return document.importNode(documentElement, true);
}

function boxes(): readonly SVGGElement[] {
  return [...place.querySelectorAll<SVGGElement>("g[data-line]")];
}

function open(target: EventTarget | null): void {
  const box = target instanceof Element ? target.closest("[data-line]") : null;
  const line = Number(box?.getAttribute("data-line"));
  if (line > 0) host.postMessage({ kind: "line", line });
}

const directions: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** Focuses the nearest box on that side; sideways distance counts twice. */
function move([dx, dy]: readonly [number, number]): void {
  const all = boxes();
  const from = all.find((box) => box === document.activeElement);
  if (from === undefined) {
    all[0]?.focus();
    return;
  }
  const start = middle(from);
  let best: { readonly box: SVGGElement; readonly distance: number } | null = null;
  for (const box of all) {
    const { x, y } = middle(box);
    const ahead = (x - start.x) * dx + (y - start.y) * dy;
    const aside = Math.abs((x - start.x) * dy) + Math.abs((y - start.y) * dx);
    if (ahead <= 1 || (dx !== 0 && aside > ahead * 2)) continue;
    const distance = ahead + 2 * aside;
    if (best === null || distance < best.distance) best = { box, distance };
  }
  best?.box.focus();
}

function middle(box: Element): { readonly x: number; readonly y: number } {
  const { left, top, width, height } = box.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

/** Twice as fine as on the screen. */
const scale = 2;

async function savePng(): Promise<void> {
  if (source === null) return;
  const picture = parse(source);
  const width = Number(picture.getAttribute("width"));
  const height = Number(picture.getAttribute("height"));
  // A picture of its own knows nothing of the page: it takes the theme's values along.
  const names = new Set(source.match(/--vscode-[\w-]+/g) ?? []);
  const computed = getComputedStyle(document.documentElement);
  const values = [...names]
    .map((name) => [name, computed.getPropertyValue(name).trim()] as const)
    .filter(([, value]) => value !== "");
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = `svg{${values.map(([name, value]) => `${name}:${value}`).join(";")}}`;
  picture.prepend(style);
  const image = new Image();
  const text = new XMLSerializer().serializeToString(picture);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * scale;
  canvas.height = height * scale;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.fillStyle = computed.getPropertyValue("--vscode-editor-background") || "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const base64 = canvas.toDataURL("image/png").split(",")[1] ?? "";
  host.postMessage({ kind: "savePng", base64 });
}
