/** Asks the client to watch files: the contexts that are in use, and nothing else. */
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
} from "vscode-languageserver";

export interface ContextWatches {
  /**
   * Watches exactly these from now on.
   * @param folders absolute paths, watched with everything in them
   * @param ignoreFiles absolute paths of ignore files beside a Dockerfile
   */
  watch(folders: Iterable<string>, ignoreFiles: Iterable<string>): void;
}

/** @param failed hears why the client does not watch */
export function createContextWatches(
  connection: Connection,
  failed: (error: unknown) => void,
): ContextWatches {
  const watches = new Map<string, Promise<Disposable>>();
  return {
    watch(folders, ignoreFiles) {
      const wanted = new Map<string, { readonly base: string; readonly pattern: string }>();
      for (const folder of folders) wanted.set(folder, { base: folder, pattern: "**/*" });
      for (const file of ignoreFiles) {
        const base = path.dirname(file);
        wanted.set(`${base} *.dockerignore`, { base, pattern: "*.dockerignore" });
      }
      for (const [name, watch] of watches) {
        if (wanted.has(name)) continue;
        watches.delete(name);
        watch.then((registered) => registered.dispose()).catch(failed);
      }
      for (const [name, { base, pattern }] of wanted) {
        if (watches.has(name)) continue;
        const watch = connection.client.register(DidChangeWatchedFilesNotification.type, {
          watchers: [{ globPattern: { baseUri: pathToFileURL(base).href, pattern } }],
        });
        watches.set(name, watch);
        watch.catch(failed);
      }
    },
  };
}
