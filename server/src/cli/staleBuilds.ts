/** Which of the builds of a folder would rebuild something since a real build of them was recorded. */
import type { BuildDefinition } from "../core/build/definition.js";
import { isRecordOf } from "../core/cache/recordOf.js";
import type { BuildList } from "../core/documents/buildList.js";
import { type Staleness, staleness } from "../core/insight/staleness.js";
import { openIdentityStore } from "../host/identityStore.js";
import { openStateStore } from "../host/stateStore.js";
import type { CliIo } from "./command.js";
import { predictProject, readProject } from "./project.js";
import { refresh } from "./simulate.js";
import { UsageError } from "./usageError.js";

/** Reads no file of a build of which none was recorded. Errors: `UsageError`. */
export async function stalenessOf(
  { builds }: BuildList,
  folder: string,
  state: string,
  io: CliIo,
): Promise<ReadonlyMap<BuildDefinition, Staleness>> {
  const found = new Map<BuildDefinition, Staleness>();
  const store = openStateStore(state, "recorded", false);
  const unread = await refresh(store, io);
  if (unread !== null) throw unread;
  const { memory } = openIdentityStore(state);
  for (const { definition } of builds) {
    if (!store.state.builds.some((build) => isRecordOf(build, definition, store.digest))) continue;
    const since = await sinceLast(definition, { ...kept(store), memory, builds: folder }, io);
    if (since !== null) found.set(definition, since);
  }
  return found;
}

function kept({ digest, state }: ReturnType<typeof openStateStore>) {
  return { digest, readState: async () => state, readRecorded: async () => state };
}

/** null: its files cannot be read, or the record is of another one. */
async function sinceLast(
  definition: BuildDefinition,
  state: Parameters<typeof readProject>[2],
  io: CliIo,
): Promise<Staleness | null> {
  try {
    const project = await readProject(definition, io, state);
    const { analysis } = await predictProject(project, { kind: "recorded" }, io);
    return staleness(analysis);
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}
