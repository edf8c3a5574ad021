/** The boxes of the picture as a list, for keyboards and screen readers, and where there are many. */

export interface List {
  /** Shows it in the place of the picture, or the picture again; gives which. */
  show(isWanted: boolean): boolean;
  isShown(): boolean;
  /** @param picture null: there is nothing in it */
  fill(picture: Element | null): void;
}

/** @param open leads to a line, from 1 */
export function createList(open: (line: number) => void): List {
  const place = document.getElementById("list") ?? document.body;
  const isShown = () => !place.hidden;
  const rows = () => [...place.querySelectorAll("button")];
  /** One stop for the tabulator. */
  const stopAt = (row: HTMLButtonElement | undefined) => {
    for (const other of rows()) other.tabIndex = other === row ? 0 : -1;
  };
  place.addEventListener("focusin", ({ target }) => {
    if (target instanceof HTMLButtonElement) stopAt(target);
  });
  place.addEventListener("keydown", (event) => {
    const all = rows();
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    const to = nextRow(event.key, at, all.length);
    if (to === null) return;
    event.preventDefault();
    all[to]?.focus();
  });
  return {
    isShown,
    show(isWanted) {
      place.hidden = !isWanted;
      for (const part of document.querySelectorAll<HTMLElement>("#picture, [id^=zoom]"))
        part.hidden = isWanted;
      document.getElementById("asList")?.setAttribute("aria-pressed", String(isWanted));
      return isWanted;
    },
    fill(picture) {
      const at = rows().indexOf(document.activeElement as HTMLButtonElement);
      place.replaceChildren(
        ...[...(picture?.querySelectorAll("[role=group]") ?? [])].flatMap(group),
      );
      stopAt(rows()[Math.max(0, at)]);
      rows()[at]?.focus();
    },
  };

  /** A heading, and a row for each box. */
  function group(part: Element): readonly Element[] {
    const heading = document.createElement("h2");
    heading.textContent = part.getAttribute("aria-label");
    const items = document.createElement("ol");
    for (const box of part.querySelectorAll("[data-line]")) {
      const row = document.createElement("button");
      row.type = "button";
      row.textContent = box.getAttribute("aria-label");
      row.addEventListener("click", () => open(Number(box.getAttribute("data-line"))));
      const item = document.createElement("li");
      item.append(row);
      items.append(item);
    }
    return [heading, items];
  }
}

/** null: the key leads nowhere. */
function nextRow(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(count - 1, at + 1);
    case "ArrowUp":
      return Math.max(0, at - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}
