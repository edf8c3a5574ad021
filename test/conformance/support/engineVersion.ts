/** Which version an engine's answers are of. */
import {
  type BuilderVersion,
  parseBuilderVersion,
} from "../../../server/src/core/build/builderVersion.js";

/** @param engine as recordings and exports name it: `Docker 28.5.2, buildx 0.29.1, graphdriver` */
export function versionOf(engine: string): BuilderVersion {
  const version = parseBuilderVersion(/Docker (\S+?),/.exec(engine)?.[1] ?? "");
  if (version === null) throw new Error(`a recording of an unknown engine: ${engine}`);
  return version;
}
