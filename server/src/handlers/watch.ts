/** Asks the client to watch files: exactly those that it is told of. */
import { pathToFileURL } from "node:url";
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  type Disposable,
} from "vscode-languageserver";
import type { Watched } from "../workspace/watches.js";

/** @param failed hears why the client does not watch */
export function createWatcher(
  connection: Connection,
  failed: (error: unknown) => void,
): (watched: readonly Watched[]) => void {
  const watches = new Map<string, Promise<Disposable>>();
  return (watched) => {
    const wanted = new Map(watched.map((one) => [`${one.base} ${one.pattern}`, one]));
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
  };
}
