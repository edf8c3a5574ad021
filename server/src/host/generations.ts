/**
 * A document that several processes change: each generation of it is a file of its own, numbered and
 * never written to again. A change is a finished file that is linked to the next number, which the
 * file system gives to one process alone; who comes too late takes in what the other wrote and tries
 * again. So a process may be killed or suspended anywhere, and nothing of another one is lost.
 */
import { randomBytes } from "node:crypto";
import { constants, readdirSync } from "node:fs";
import { access, link, lstat, mkdir, open, rename, unlink } from "node:fs/promises";
import path from "node:path";
import { hostError } from "./errors.js";
import { isProcessAlive } from "./processes.js";

const suffix = ".json";

/** Files that were set aside: so many of the newest are kept. */
const mostAside = 3;

/** A file of a process that seems to live is left alone for so long. Milliseconds. */
const unfinishedAge = 60_000;

/** The generations of the document `name` in a folder. The first has no number in its name. */
export class Generations {
  readonly #folder: string;
  readonly #name: string;

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Absolute path of a generation. */
  file(generation: number): string {
    const number = generation === 0 ? "" : `.${generation}`;
    return path.join(this.#folder, `${this.#name}${number}${suffix}`);
  }

  /** Those that are there, the newest first. Throws where the folder cannot be listed. */
  list(): readonly number[] {
    return this.#numbersIn(this.#names());
  }

  /**
   * Makes `bytes` the next generation after `last` (-1: the first of all). False: somebody else was
   * quicker, or may have been; the newest generation tells. Throws when it cannot be written.
   */
  async commit(last: number, bytes: readonly Buffer[]): Promise<boolean> {
    await mkdir(this.#folder, { recursive: true });
    const id = randomBytes(6).toString("hex");
    const fresh = path.join(this.#folder, `${this.#name}.${process.pid}.${id}.new`);
    try {
      await writeWhole(fresh, bytes);
      if (!(await moveTo(fresh, this.file(last + 1)))) return false;
    } finally {
      await unlink(fresh).catch(() => undefined);
    }
    // The number was free to a process that slept, too, after others had gone past it and removed it.
    // They never remove the newest one: where this is the newest, it was the next.
    return this.list()[0] === last + 1;
  }

  /** Gives a generation that is not the newest another name; null: it could not be. */
  async setAside(generation: number, why: string): Promise<string | null> {
    const aside = `${this.#name}.${why}-${Date.now()}${suffix}`;
    try {
      await rename(this.file(generation), path.join(this.#folder, aside));
      return aside;
    } catch {
      return null;
    }
  }

  /**
   * Removes what is not needed any more: older generations but for `kept` of them, what was set
   * aside long ago, unfinished files of processes that ended. What cannot be removed stays.
   */
  async clean(newest: number, kept: number): Promise<void> {
    const names = this.#names();
    const old = this.#numbersIn(names).filter((one) => one < newest - kept);
    const aside = names
      .flatMap((name) => {
        const at = /^\.[a-z-]+-(\d+)\.json$/.exec(this.#rest(name))?.[1];
        return at === undefined ? [] : [{ name, at: Number(at) }];
      })
      .sort((a, b) => b.at - a.at)
      .slice(mostAside)
      .map(({ name }) => path.join(this.#folder, name));
    const unfinished: string[] = [];
    for (const name of names)
      if (await this.#isLeft(name)) unfinished.push(path.join(this.#folder, name));
    for (const file of [...old.map((one) => this.file(one)), ...aside, ...unfinished])
      await unlink(file).catch(() => undefined);
  }

  /** Unfinished, of a process that ended, or of a time that is far from now. */
  async #isLeft(name: string): Promise<boolean> {
    const unfinished = /^(?:\.json)?(?:\.(\d+))?\.[0-9a-f]+\.new$/.exec(this.#rest(name));
    if (unfinished === null) return false;
    const [, id] = unfinished;
    if (id !== undefined && !isProcessAlive(Number(id))) return true;
    try {
      const { mtimeMs } = await lstat(path.join(this.#folder, name));
      return Math.abs(Date.now() - mtimeMs) > unfinishedAge;
    } catch {
      return false;
    }
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder);
    } catch (error) {
      if (hostError(error, this.#folder).code === "ENOENT") return [];
      throw error;
    }
  }

  #numbersIn(names: readonly string[]): readonly number[] {
    return names
      .flatMap((name) => {
        const rest = this.#rest(name);
        if (rest === suffix) return [0];
        const number = /^\.([1-9]\d{0,14})\.json$/.exec(rest)?.[1];
        return number === undefined ? [] : [Number(number)];
      })
      .sort((a, b) => b - a);
  }

  /** What a file's name has behind the document's; empty: it is none of these files. */
  #rest(name: string): string {
    return name.startsWith(`${this.#name}.`) ? name.slice(this.#name.length) : "";
  }
}

/** On the disk, not only in its memory: a machine that stops leaves it whole. */
async function writeWhole(file: string, bytes: readonly Buffer[]): Promise<void> {
  const opened = await open(file, "wx", 0o600);
  try {
    for (const piece of bytes) await opened.writeFile(piece);
    await opened.datasync();
  } finally {
    await opened.close();
  }
}

/** False: there is something already, or somebody removed the file as left behind. */
async function moveTo(fresh: string, file: string): Promise<boolean> {
  try {
    await link(fresh, file);
    return true;
  } catch (error) {
    const { code } = hostError(error, file);
    if (code === "EEXIST" || code === "ENOENT") return false;
  }
  // Some file systems have no links, and call that by many names. Without them nothing but the lock
  // keeps two processes apart between these two calls.
  const isThere = await access(file, constants.F_OK).then(
    () => true,
    () => false,
  );
  if (isThere) return false;
  await rename(fresh, file);
  return true;
}
