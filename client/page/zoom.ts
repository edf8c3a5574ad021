/** How large the picture is shown: as wide as its place, the whole of it, or by steps; and how it is moved. */

const step = 1.25;
const least = 0.1;
const most = 8;

export interface Zoom {
  /** Another picture is shown: it is as large as the last one. */
  renew(): void;
}

/** @param place what the picture scrolls in */
export function createZoom(place: HTMLElement): Zoom {
  /** null: as wide as its place. */
  let scale: number | null = null;

  const picture = () => place.querySelector<SVGSVGElement>("svg");
  const size = () => ({
    width: Number(picture()?.getAttribute("width") ?? 1),
    height: Number(picture()?.getAttribute("height") ?? 1),
  });
  const renew = () => {
    const shown = picture();
    if (shown === null) return;
    const { width } = size();
    shown.style.width = scale === null ? "" : `${width * scale}px`;
    shown.style.maxWidth = scale === null ? "" : "none";
  };
  const use = (wanted: number | null) => {
    scale = wanted === null ? null : Math.min(most, Math.max(least, wanted));
    renew();
  };
  const now = () => scale ?? (picture()?.getBoundingClientRect().width ?? 1) / size().width;
  const whole = () => {
    const { width, height } = size();
    use(Math.min(1, place.clientWidth / width, place.clientHeight / height));
    place.scrollTo(0, 0);
  };
  const actions: Readonly<Record<string, () => void>> = {
    zoomIn: () => use(now() * step),
    zoomOut: () => use(now() / step),
    zoomFit: whole,
    zoomWidth: () => use(null),
  };
  for (const [id, act] of Object.entries(actions))
    document.getElementById(id)?.addEventListener("click", act);
  document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
    if (ctrlKey || metaKey || altKey) return;
    if (key === "+") actions["zoomIn"]?.();
    else if (key === "-") actions["zoomOut"]?.();
    else if (key === "0") actions["zoomFit"]?.();
  });
  place.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      use(event.deltaY < 0 ? now() * step : now() / step);
    },
    { passive: false },
  );
  dragToScroll(place);
  return { renew };
}

/** Between the boxes the picture is moved by the mouse. */
function dragToScroll(place: HTMLElement): void {
  place.addEventListener("pointerdown", (event) => {
    const isBox = event.target instanceof Element && event.target.closest("[data-line]") !== null;
    if (event.button === 0 && !isBox) place.setPointerCapture(event.pointerId);
  });
  place.addEventListener("pointermove", ({ pointerId, movementX, movementY }) => {
    if (place.hasPointerCapture(pointerId)) place.scrollBy(-movementX, -movementY);
  });
}
