/** What other build servers and tools keep: scripts with commands, and keys that name a Dockerfile. */

import { commandBuild, readCommandText } from "./commandBuilds.js";
import { at, type DataFile, type DataNode, entriesOf, itemsOf, textOf, textsOf } from "./data.js";
import { isGoreleaserName, readGoreleaser } from "./goreleaser.js";
import type { ReadBuild, ReaderFiles, ReadFile } from "./reader.js";
import { buildKey, folderContext, placeIn, plainBuild } from "./reader.js";

export function readCiFile(file: DataFile, files: ReaderFiles): ReadFile {
  if (isGoreleaserName(file.path.replace(/^.*[\\/]/, "")))
    return { builds: readGoreleaser(file, files), problems: [] };
  const commands = readCommandText(file, files).map(
    (build): ReadBuild => ({ ...build, kind: "ci", key: ciKey(build.key) }),
  );
  return { builds: [...commands, ...keyedBuilds(file, files)], problems: [] };
}

function ciKey(key: string): ReadBuild["key"] {
  return `ci:${key.slice(key.indexOf(":") + 1)}`;
}

/** Maps that name both: of Azure's Docker task, Skaffold's artifacts, and their likes. */
function keyedBuilds(file: DataFile, files: ReaderFiles): readonly ReadBuild[] {
  const builds: ReadBuild[] = [];
  const { paths } = files;
  const folder = file.path === "" ? files.root : paths.parent(file.path);
  const add = (
    node: DataNode,
    dockerfile: string,
    context: string,
    target: string | null,
  ): void => {
    const isOpen = [dockerfile, context].some((text) => /\$[({]/.test(text.replace(rootNames, "")));
    if (isOpen) return;
    const name = `${files.paths.isInside(files.root, file.path) ? file.path.slice(files.root.length + 1) : file.path}`;
    const place = placeIn(file, node, name.replaceAll("\\", "/"));
    const resolved = (text: string): string => paths.resolve(folder, text.replace(rootNames, "."));
    builds.push(
      plainBuild({
        kind: "ci",
        name: place.name ?? "",
        key: buildKey("ci", file.path, `:${place.line}`),
        dockerfile: { kind: "file", path: resolved(dockerfile) },
        context: folderContext(resolved(context)),
        target,
        foundAt: place,
      }),
    );
  };
  const visit = (node: DataNode): void => {
    for (const item of itemsOf(node)) visit(item);
    if (node.kind !== "map") return;
    const step = argumentsBuild(node, file, files);
    if (step !== null) builds.push(step);
    const isTask = /^Docker@/.test(textOf(at(node, "task")) ?? "");
    const inputs = isTask ? at(node, "inputs") : null;
    const named = textOf(at(inputs, "Dockerfile")) ?? textOf(at(inputs, "dockerfile"));
    if (inputs !== null && named !== null && !/\*/.test(named)) {
      const context = textOf(at(inputs, "buildContext")) ?? "**";
      add(
        node,
        named,
        context === "**" ? paths.parent(paths.resolve(folder, named)) : context,
        null,
      );
    }
    const docker = at(node, "docker") ?? at(node, "kaniko");
    const image = textOf(at(node, "image"));
    const isArtifact = image !== null && (docker !== null || at(node, "context") !== null);
    if (isArtifact && at(file.root, "build", "artifacts") !== null) {
      const context = textOf(at(node, "context")) ?? ".";
      const dockerfile = textOf(at(docker, "dockerfile")) ?? "Dockerfile";
      const inContext = paths.resolve(paths.resolve(folder, context), dockerfile);
      add(node, inContext, context, textOf(at(docker, "target")));
    }
    for (const [, { value }] of entriesOf(node)) visit(value);
  };
  visit(file.root);
  return builds;
}

/** A step whose program is an image of docker and whose words are a list, as Cloud Build has them; null: it is none. */
function argumentsBuild(node: DataNode, file: DataFile, files: ReaderFiles): ReadBuild | null {
  const name = textOf(at(node, "name")) ?? "";
  const given = textsOf(at(node, "args"));
  if (!/(?:^|\/)docker(?:[:@]|$)/.test(name) || !given.includes("build")) return null;
  const words = ["docker", ...given].map((text) => {
    return { value: /\$/.test(text.replace(/\$\$/g, "")) ? null : text, text };
  });
  const folder = textOf(at(node, "dir"));
  const { start, end } = node;
  const command = { words, start, end, folders: folder === null ? [] : [folder] };
  const folders = [files.root, files.paths.parent(file.path)];
  return commandBuild(command, { kind: "ci", file, folders, files });
}

/** The checkout's folder, as Azure and GitLab name it. */
const rootNames =
  /\$\((?:Build\.SourcesDirectory|System\.DefaultWorkingDirectory|Build\.Repository\.LocalPath)\)|\$\{?CI_PROJECT_DIR\}?/g;
