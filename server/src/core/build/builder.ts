/** Who builds: BuildKit, or the builder that Docker had before it and `DOCKER_BUILDKIT=0` still chooses. */
export type Builder = (typeof builders)[number];

export const builders = ["buildkit", "classic"] as const;

export function isBuilder(value: unknown): value is Builder {
  return builders.some((builder) => builder === value);
}
