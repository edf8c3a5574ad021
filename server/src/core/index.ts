/** The only door to the core: hosts, handlers and the command line import from here. */
export * from "./analysis/analyse.js";
export { parsePlatform } from "./build/platform.js";
export { contextView } from "./cache/inputs.js";
export { recordBuild } from "./cache/record.js";
export type { Baseline } from "./cache/records.js";
export { addBuild, emptyBaseline, emptyState, lastBuild, transferOf } from "./cache/state.js";
export * from "./host.js";
export { parseDockerfile } from "./syntax/parse.js";
