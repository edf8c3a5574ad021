/** `stratacast context`: what is in the build context, what hides the rest, and what a build sends. */
import { onDisk } from "../core/analysis/place.js";
import { openLookups } from "../core/analysis/read.js";
import { analyse, contextAsk } from "../core/analysis/snapshot.js";
import { contextJson, contextText } from "../core/documents/contextTree.js";
import { neverCancelled } from "../core/host.js";
import { type BuildContext, buildContext } from "../core/insight/buildContext.js";
import { jsonText } from "../core/text/surfaces.js";
import { sha256 } from "../host/digest.js";
import { pathRules } from "../host/paths.js";
import { settle } from "../host/settle.js";
import { buildFlags, formatFlag, readBuildArguments } from "./buildArguments.js";
import type { CliCommand, CliIo } from "./command.js";
import { readCount, readWords } from "./flags.js";
import { assertReadable, type CliProject, meantBuild, readProject, shownPath } from "./project.js";
import { UsageError } from "./usageError.js";

const formats = ["text", "json"] as const;

const flags = {
  ...buildFlags,
  depth: { value: "N", about: "open folders N levels deep (default: 1)" },
  top: { value: "N", about: "show the N largest entries of a folder (default: 20)" },
  format: formatFlag(formats),
} as const;

export const context: CliCommand = {
  name: "context",
  summary: "show what is in the build context, what is ignored, what is sent",
  forms: ["[options] [CONTEXT]"],
  about:
    "Shows the build context as a tree, the largest first: what is in it and which lines of the Dockerfile take it, then what is ignored and by which line of the ignore file. Of the sums the last is what a build of this Dockerfile sends: BuildKit sends only what its instructions name.",
  flags,
  offers: "folders",
  examples: ["stratacast context .", "stratacast context --depth 3 --top 5 ."],
  async run(words, io) {
    const read = readWords(flags, words);
    const given = readBuildArguments(read, io, formats);
    const detail = {
      depth: readCount("--depth", read.values.depth ?? "1"),
      top: readCount("--top", read.values.top ?? "20"),
    };
    const { definition, shown } = await meantBuild(given, io);
    const project = await readProject(definition, io);
    const { context: found, ignorePath } = await readContext(project, io);
    if (given.format === "json") {
      const ignoreFile = ignorePath === null ? null : pathRules.relative(shown.root, ignorePath);
      io.print(`${jsonText(contextJson(found, shown, ignoreFile, detail))}\n`);
    } else {
      const ignoreFile = ignorePath === null ? null : shownPath(ignorePath, io);
      given.screen.show(contextText(found, shown, ignoreFile, detail));
    }
    return 0;
  },
};

interface ReadContext {
  readonly context: BuildContext;
  readonly ignorePath: string | null;
}

/** Reads names and sizes, no file's content. Errors: `UsageError`. */
async function readContext(project: CliProject, io: CliIo): Promise<ReadContext> {
  const { definition, dockerfile, machine } = project;
  const ask = contextAsk(definition);
  if (ask === null) throw new UsageError("the build context is no folder on this machine");
  const [platform] = definition.platforms;
  const build = { place: onDisk, definition, platform, dockerfile, digest: sha256 };
  const { found } = await settle(
    machine.pool,
    (world) => {
      const { analysis, needs } = analyse({ ...build, world, baseline: { kind: "empty" } });
      const lookups = openLookups(world);
      const listing = lookups.read({ kind: "tree", ...ask });
      const everything = lookups.read({ kind: "tree", ...ask, unfiltered: true });
      const isKnown = listing.kind === "known" && everything.kind === "known";
      const found = isKnown
        ? {
            context: buildContext(analysis, listing.value, everything.value.tree),
            ignorePath: listing.value.ignorePath,
          }
        : null;
      const others = needs.filter(({ kind }) => kind !== "contents" && kind !== "tree");
      return { found, needs: [...others, ...lookups.needs] };
    },
    neverCancelled,
  );
  assertReadable(definition, machine, io);
  if (found === null) throw new UsageError("the build context cannot be read");
  return found;
}
