/** What an answer is about where a test does not care. */
import type { SimulationPlace } from "../../server/src/core/documents/place.js";

export const anyPlace: SimulationPlace = {
  root: "/srv",
  dockerfile: "Dockerfile",
  context: ".",
  build: { id: "cli:Dockerfile", source: { kind: "cli", file: null, line: null } },
};
