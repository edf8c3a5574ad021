/** What our own reader says of Compose and Bake files, held against Docker's own programs. */
import { runCli } from "../unit/cli/support/runCli.js";

interface Listed extends Readonly<Record<string, unknown>> {
  readonly name: string | null;
  readonly evaluatedBy: string | null;
  readonly source: { readonly kind: string; readonly file: string | null };
}

export interface Comparison {
  /** Builds that docker evaluates, and that are equal. */
  readonly equal: number;
  /** In a line each: where the two differ, or one of them has no such build. */
  readonly others: readonly string[];
  /** Builds that docker refuses. */
  readonly refused: readonly string[];
}

/** What a build is; its place and order are always our own reader's. */
const fields = ["dockerfile", "context", "contexts", "target", "args", "platforms"].concat([
  ...["cacheFrom", "noCache"],
]);

/** @param env with docker on its PATH */
export async function compareEvaluations(
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Comparison> {
  const own = await listed(cwd, [], env);
  const told = await listed(cwd, ["--ask-docker"], env);
  const all = [...new Set([...own.keys(), ...told.keys()])];
  const others: string[] = [];
  const refused: string[] = [];
  let equal = 0;
  for (const key of all) {
    const mine = own.get(key);
    const docker = told.get(key);
    if (mine === undefined || docker === undefined)
      others.push(`${key}: only ${mine === undefined ? "docker" : "we"}`);
    else if (docker.evaluatedBy === null) refused.push(key);
    else {
      const differing = fields.filter((name) => shown(mine[name]) !== shown(docker[name]));
      if (differing.length === 0) equal++;
      for (const name of differing)
        others.push(`${key}: ${name} is ${shown(mine[name])}, docker: ${shown(docker[name])}`);
    }
  }
  return { equal, others, refused };
}

async function listed(
  cwd: string,
  words: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Listed>> {
  const { code, out, err } = await runCli(["builds", "--format", "json", ...words], { cwd, env });
  if (code !== 0) throw new Error(err.join("\n"));
  const { builds } = JSON.parse(out) as { readonly builds: readonly Listed[] }; // the schema's test says so
  return new Map(
    builds
      .filter(({ source }) => source.kind === "compose" || source.kind === "bake")
      .map((build) => [`${build.source.file}#${build.name}`, build]),
  );
}

/** Equal for maps in another order. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
