/**
 * The build context of one open document. Answers are made from a complete picture only: while a
 * context is read anew the last picture stays, unless it is of another folder or builder.
 */
import type { Cancellation, Result } from "../core/host.js";
import { say, sayWhole } from "../core/text/say.js";
import { pathInside } from "../host/paths.js";
import {
  type ContextPlace,
  hashNeeded,
  ignorePaths,
  type OpenContext,
  openContext,
} from "../host/project.js";

/**
 * More entries than this are not looked at in an editor: it is a home folder or a disk, taken for a
 * context by accident, and would cost gigabytes of memory and minutes.
 */
const maxEntries = 400_000;

export class ContextFiles {
  /** The one whose picture is complete. */
  #open: OpenContext | null = null;
  /** The one that is being read, until its picture is complete. */
  #next: OpenContext | null = null;
  #problem = "";
  readonly #readText: (file: string) => Result<string>;

  readonly #mayAskGit: () => boolean;

  /**
   * @param readText reads an ignore file, as the editor shows it where it is open there
   * @param mayAskGit false in a workspace that is not trusted
   */
  constructor(readText: (file: string) => Result<string>, mayAskGit: () => boolean) {
    this.#readText = readText;
    this.#mayAskGit = mayAskGit;
  }

  /** What answers are made from; null: nothing was read yet, or it cannot be read. */
  get shown(): OpenContext | null {
    return this.#problem === "" ? this.#open : null;
  }

  /** What is wrong with the build context; empty: nothing. */
  get problem(): string {
    return this.#problem;
  }

  /** Reads the ignore file and every entry. A cancelled reading changes nothing. */
  async read(place: ContextPlace | null, cancel?: Cancellation): Promise<void> {
    const before = this.#next ?? this.#open;
    if (place === null || !isSamePlace(this.#open?.place, place)) {
      this.#open = null;
      this.#problem = place === null ? say`open a folder to choose one` : "";
    }
    this.#next = null;
    if (place === null) return;
    const next = openContext(place, {
      before: before?.place.folder === place.folder ? before : null,
      maxEntries,
      readText: this.#readText,
    });
    this.#next = next;
    const [scanned] = await Promise.all([
      next.reader.scan(cancel),
      this.#mayAskGit() ? next.readTracked() : null,
    ]);
    if (this.#next !== next) return;
    this.#next = null;
    if (!scanned.ok && scanned.error.code === "ECANCELED") return;
    this.#open = next;
    this.#problem = problemOf(next, scanned.ok ? null : scanned.error.code);
  }

  /** True when these changed files, as absolute paths, can change an answer. */
  concerns(changed: readonly string[]): boolean {
    const context = this.#next ?? this.#open;
    return context !== null && changed.some((file) => isOf(context, file));
  }

  /** Looks again at what changed on disk. */
  async changed(files: readonly string[]): Promise<void> {
    const context = this.#next ?? this.#open;
    if (context === null) return;
    const ignores = ignorePaths(context.place);
    // A context that was missing may be there now.
    if (this.#problem !== "" || files.some((file) => ignores.includes(file))) {
      await this.read(context.place);
      return;
    }
    const inside = files.flatMap((file) => pathInside(context.place.folder, file) ?? []);
    if (inside.length === 0) return;
    const read = await context.reader.refresh(inside);
    if (read.ok || context !== this.#open) return;
    await this.read(context.place);
  }

  /** Hashes what the answers need. Errors: `ECANCELED`. */
  async hash(needed: () => readonly string[], cancel?: Cancellation): Promise<Result<null>> {
    const { shown } = this;
    return shown === null ? { ok: true, value: null } : hashNeeded(shown, needed, cancel);
  }
}

function isSamePlace(a: ContextPlace | undefined, b: ContextPlace): boolean {
  return a?.folder === b.folder && a.builder === b.builder && a.dockerfile === b.dockerfile;
}

function isOf(context: OpenContext, file: string): boolean {
  const { folder } = context.place;
  return ignorePaths(context.place).includes(file) || pathInside(folder, file) !== null;
}

function problemOf(context: OpenContext, code: string | null): string {
  if (context.ignoreError !== null) return say`${context.ignoreError.path} cannot be read`;
  switch (code) {
    case null:
      return "";
    case "ENOENT":
      return say`the folder does not exist`;
    case "ENOTDIR":
      return say`is not a folder`;
    case "E2BIG":
      return say`more than ${sayWhole(maxEntries)} files: choose its folder with the setting stratacast.context, or leave files out with .dockerignore`;
    default:
      return say`cannot be read (${code})`;
  }
}
