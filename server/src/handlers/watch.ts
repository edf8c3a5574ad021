/** Asks the client to watch files. */
import { pathToFileURL } from "node:url";
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
} from "vscode-languageserver";
import { type Watched, wholeFolder } from "../workspace/watches.js";

export interface Watcher {
  /** Watches exactly these from now on. */
  watch(watched: readonly Watched[]): void;
  /** True once the client watches all files of a folder. */
  isWatching(folder: string): boolean;
}

/** @param failed hears why the client does not watch */
export function createWatcher(connection: Connection, failed: (error: unknown) => void): Watcher {
  const watches = new Map<string, Promise<Disposable>>();
  /** Names of those that the client has taken on. */
  const live = new Set<string>();
  const watch = (watched: readonly Watched[]): void => {
    const wanted = new Map(watched.map((one) => [nameOf(one), one]));
    for (const [name, watch] of watches) {
      if (wanted.has(name)) continue;
      watches.delete(name);
      live.delete(name);
      watch.then((registered) => registered.dispose()).catch(failed);
    }
    for (const [name, { base, pattern }] of wanted) {
      if (watches.has(name)) continue;
      const watch = connection.client.register(DidChangeWatchedFilesNotification.type, {
        watchers: [{ globPattern: { baseUri: pathToFileURL(base).href, pattern } }],
      });
      watches.set(name, watch);
      watch.then(() => {
        if (watches.get(name) === watch) live.add(name);
      }, failed);
    }
  };
  return { watch, isWatching: (folder) => live.has(nameOf(wholeFolder(folder))) };
}

function nameOf({ base, pattern }: Watched): string {
  return `${base} ${pattern}`;
}
