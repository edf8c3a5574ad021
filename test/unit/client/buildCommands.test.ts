/** Which lines of a terminal have an image built. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildsImages } from "../../../client/src/buildCommands.js";

test("what builds an image is told from what does not", () => {
  for (const line of [
    "docker build .",
    "docker buildx build --push -t a .",
    "docker buildx bake web",
    "docker image build -",
    "cd app && DOCKER_BUILDKIT=1 docker build -t x .",
    "sudo /usr/bin/docker build .",
    "docker compose -f c.yaml build api",
    "docker compose up --build",
    "docker-compose build",
    "make clean; docker b .",
  ])
    assert.equal(buildsImages(line), true, line);
  for (const line of [
    "docker ps",
    "docker run build",
    "echo docker build .",
    "docker buildx history ls",
    "podman build .",
    "npm run build",
    "docker compose ps",
    "docker builder prune",
    "",
  ])
    assert.equal(buildsImages(line), false, line);
});
