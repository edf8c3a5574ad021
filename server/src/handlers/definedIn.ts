import path from "node:path";
import { pathToFileURL } from "node:url";
import { toPath, toUri } from "../convert/fromProtocol.js";
import { openLookups } from "../core/analysis/read.js";
import { definitionChoices } from "../core/features/definitionChoices.js";
import { neverCancelled } from "../core/host.js";
import { openMachine } from "../host/machine.js";
import { pathRules } from "../host/paths.js";
import { settle } from "../host/settle.js";
import type { DefinedBuild } from "../protocol.js";
import type { Workspace } from "../workspace/workspace.js";

/** `stratacast/definedIn`: the builds that a Compose or Bake file of the workspace defines. */
export async function handleDefinedIn(
  { folders, programs }: Pick<Workspace, "folders" | "programs">,
  params: unknown,
): Promise<readonly DefinedBuild[]> {
  const file = toPath(toUri(params));
  if (file === null) return [];
  const inside = folders.filter((folder) => pathRules.isInside(folder, file));
  const root = inside.sort((a, b) => b.length - a.length)[0] ?? path.dirname(file);
  const { pool } = openMachine({
    mayAskGit: () => false,
    readsFiles: false,
    programs: { programs },
  });
  const { builds } = await settle(
    pool,
    (world) => {
      const { read, needs } = openLookups(world);
      const found = read({ kind: "builds", folder: root });
      return { builds: found.kind === "known" ? found.value.builds : [], needs };
    },
    neverCancelled,
  );
  const own = builds.filter(({ foundAt }) => pathRules.isSame(foundAt.file, file));
  const shown = (place: string): string => pathRules.relative(root, place);
  const rows = definitionChoices(own, null, shown, new Map());
  return own.map(({ id, dockerfile, foundAt }, at) => ({
    id,
    label: rows[at]?.label ?? "",
    description: rows[at]?.description ?? "",
    dockerfile: dockerfile.kind === "file" ? pathToFileURL(dockerfile.path).href : null,
    line: foundAt.line,
  }));
}
