/** devcontainer.json: the image of a development container. Source: the Development Containers Specification. */
import type { DefinitionProblem } from "../build/foundBuild.js";
import { readMainContext } from "./contextSource.js";
import { at, type DataFile, entriesOf, textOf, textsOf } from "./data.js";
import { placeIn, plainBuild, type ReaderFiles, type ReadFile, shownPath } from "./reader.js";

export function readDevcontainer(file: DataFile, files: ReaderFiles): ReadFile {
  const { paths, root } = files;
  const { root: data } = file;
  const folder = paths.parent(file.path);
  const written = textOf(at(data, "build", "dockerfile")) ?? textOf(at(data, "dockerFile"));
  if (written === null) return { builds: [], problems: [] };
  const context = textOf(at(data, "build", "context")) ?? textOf(at(data, "context")) ?? ".";
  const problems: DefinitionProblem[] = [];
  const open = [written, context].find((text) => /\$\{/.test(text.replaceAll(workspace, "")));
  if (open !== undefined) problems.push({ code: "not-evaluated", of: "context", text: open });
  const features = entriesOf(at(data, "features")).map(([name]) => name);
  // A Dockerfile is generated that continues this one.
  if (features.length > 0)
    problems.push({ code: "partly-known", what: features.slice(0, maxNamed).join(", ") });
  const args = entriesOf(at(data, "build", "args")).map(([name, { value }]) => {
    const text = textOf(value) ?? "";
    return { name, value: /\$\{/.test(text) ? null : text };
  });
  const name = textOf(at(data, "name")) ?? shownPath(files, folder);
  const resolve = (text: string): string =>
    paths.resolve(
      folder,
      text.replaceAll(workspace, () => root),
    );
  const options = textsOf(at(data, "build", "options"));
  return {
    problems: [],
    builds: [
      plainBuild({
        kind: "devcontainer",
        name,
        dockerfile: { kind: "file", path: resolve(written) },
        context: readMainContext(context, resolve),
        target: textOf(at(data, "build", "target")),
        args: new Map(
          args.flatMap(({ name: arg, value }) => (value === null ? [] : [[arg, value]])),
        ),
        fromEnvironment: new Set(
          args.flatMap(({ name: arg, value }) => (value === null ? [arg] : [])),
        ),
        cacheFrom: textsOf(at(data, "build", "cacheFrom")),
        noCache: options.includes("--no-cache"),
        foundAt: placeIn(file, at(data, "build") ?? data, name),
        canBeDefault: open === undefined,
        problems,
      }),
    ],
  };
}

/** The Compose files that a devcontainer names, absolute: whatever they are called. */
export function namedComposeFiles(file: DataFile, { paths }: ReaderFiles): readonly string[] {
  const folder = paths.parent(file.path);
  return textsOf(at(file.root, "dockerComposeFile")).map((text) => paths.resolve(folder, text));
}

/** The folder that is open. */
const workspace = /\$\{localWorkspaceFolder\}/g;

/** So many features are named. */
const maxNamed = 5;
