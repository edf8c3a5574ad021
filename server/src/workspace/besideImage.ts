/** The built image that is shown beside a Dockerfile, laid anew beside each answer. */
import type { ShownImage } from "../core/analysis/imageComparison.js";
import type { View } from "../core/analysis/view.js";
import { shownImage } from "../core/insight/builtImage.js";
import type { FoundImage } from "../host/images/findImage.js";

/** An image that somebody chose. */
export interface ChosenImage extends FoundImage {
  /** In few words. */
  readonly name: string;
}

export class BesideImage {
  #chosen: ChosenImage | null = null;
  #shown: { readonly of: View["analysis"]; readonly built: ShownImage | null } | null = null;

  /** @param chosen null: none is shown any more */
  choose(chosen: ChosenImage | null): void {
    this.#chosen = chosen;
    this.#shown = null;
  }

  /** The view with the image beside it. */
  in(view: View): View {
    if (this.#chosen === null) return view;
    const { image, name } = this.#chosen;
    if (this.#shown?.of !== view.analysis)
      this.#shown = { of: view.analysis, built: shownImage(view.analysis, image, name) };
    const { built } = this.#shown;
    return built === null ? view : { ...view, built };
  }
}
