/** Who builds: BuildKit, or the builder that Docker had before it and `DOCKER_BUILDKIT=0` still chooses. */
export type Builder = "buildkit" | "classic";
