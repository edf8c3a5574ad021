/** The built image that is shown beside a Dockerfile, laid anew beside each answer; its files are read when somebody asks. */
import type { ShownImage } from "../core/analysis/imageComparison.js";
import type { View } from "../core/analysis/view.js";
import type { Result } from "../core/host.js";
import type { ImageContents } from "../core/image/layerContents.js";
import { shownImage } from "../core/insight/builtImage.js";
import { say } from "../core/text/say.js";
import type { FoundImage } from "../host/images/findImage.js";
import { type ReadImage, readImage, readImageFile } from "../host/images/imageLayers.js";
import { failure } from "../host/registry/exchange.js";
import { Cancelled } from "../host/slices.js";

/** An image that somebody chose. */
export interface ChosenImage extends FoundImage {
  /** In few words. */
  readonly name: string;
}

export class BesideImage {
  readonly #changed: () => void;
  #chosen: ChosenImage | null = null;
  #shown: { readonly of: View["analysis"]; readonly built: ShownImage | null } | null = null;
  #reading: Promise<Result<ReadImage>> | null = null;
  #contents: ImageContents | null = null;
  #cancel = { isCancelled: false };

  /** @param changed what is shown is another thing */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** @param chosen null: none is shown any more */
  choose(chosen: ChosenImage | null): void {
    this.#cancel.isCancelled = true;
    this.#cancel = { isCancelled: false };
    this.#chosen = chosen;
    this.#shown = null;
    this.#reading = null;
    this.#contents = null;
    this.#changed();
  }

  /** The view with the image beside it. */
  in(view: View): View {
    if (this.#chosen === null) return view;
    const { image, name } = this.#chosen;
    if (this.#shown?.of !== view.analysis) {
      const built = shownImage(view.analysis, image, name);
      this.#shown = { of: view.analysis, built: built && { ...built, contents: this.#contents } };
    }
    const { built } = this.#shown;
    return built === null ? view : { ...view, built };
  }

  /** What is in its layers; read once, and again where that failed. */
  async read(): Promise<Result<ReadImage>> {
    const chosen = this.#chosen;
    if (chosen === null) return notShown();
    this.#reading ??= orNotShown(readImage(chosen.layers, this.#cancel));
    const reading = this.#reading;
    const read = await reading;
    if (this.#reading !== reading) return read;
    if (!read.ok) this.#reading = null;
    else if (this.#contents === null) {
      this.#contents = read.value.contents;
      this.#shown = null;
      this.#changed();
    }
    return read;
  }

  /** The bytes of a file as a layer has it. */
  async file(layer: number, path: string): Promise<Result<Buffer>> {
    const read = await this.read();
    if (!read.ok || this.#chosen === null) return read.ok ? notShown() : read;
    const { layers } = this.#chosen;
    return orNotShown(readImageFile(layers, read.value, { layer, path }, this.#cancel));
  }
}

/** What was cancelled was of an image that is shown no more. */
async function orNotShown<T>(work: Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof Cancelled) return notShown();
    throw thrown;
  }
}

function notShown() {
  return failure("ENOIMAGE", say`the image is not shown any more`);
}
