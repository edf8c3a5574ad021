/**
 * GoReleaser's files: it puts binaries and named files into a folder of its own and builds there, so that
 * no checkout holds the context. Source: goreleaser, internal/pipe/docker.
 */
import { at, type DataFile, entriesOf, itemsOf, textOf } from "./data.js";
import { buildKey, placeIn, plainBuild, type ReadBuild, type ReaderFiles } from "./reader.js";

/** `.goreleaser.yml`, `goreleaser.yaml`, `.goreleaser.nightly.yaml`. */
export function isGoreleaserName(name: string): boolean {
  return /^\.?goreleaser(?:[.-][\w-]+)*\.ya?ml$/.test(name);
}

/**
 * The Dockerfiles that it builds; paths count from the root of the project. Variables may name them too, for
 * a file at an address that this one includes.
 */
export function readGoreleaser(file: DataFile, { root, paths }: ReaderFiles): readonly ReadBuild[] {
  const entries = ["dockers", "dockers_v2"].flatMap((key) => itemsOf(at(file.root, key)));
  const variables = entriesOf(at(file.root, "variables")).map(([, { value }]) => value);
  const named = variables.filter((value) => /(?:^|\/)Dockerfile[\w.-]*$/.test(textOf(value) ?? ""));
  const seen = new Set<string>();
  return [...entries, ...named].flatMap((entry): readonly ReadBuild[] => {
    const written = textOf(entry) ?? textOf(at(entry, "dockerfile")) ?? "Dockerfile";
    // A template, which only the release can tell; or another platform of the same.
    if (written.includes("{{") || seen.has(written)) return [];
    seen.add(written);
    const folder = paths.parent(file.path);
    const name = textOf(at(entry, "id")) ?? paths.relative(root, file.path);
    const place = placeIn(file, entry, name);
    return [
      plainBuild({
        kind: "ci",
        name,
        key: buildKey("ci", file.path, `:${place.line}`),
        dockerfile: { kind: "file", path: paths.resolve(folder, written) },
        context: null,
        foundAt: place,
        canBeDefault: false,
        problems: [{ code: "context-made", by: "GoReleaser" }],
      }),
    ];
  });
}
