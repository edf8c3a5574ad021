/**
 * The words that Stratacast and Docker use, explained in a few sentences each. Hovers and the tree
 * lead here; the text needs no network.
 */

import type { GlossaryId } from "../instructions/glossaryId.js";
import { say } from "../text/say.js";
import { markdownText } from "../text/surfaces.js";

export interface GlossaryEntry {
  /** What links name it by, in every language. */
  readonly id: GlossaryId;
  /** Its heading. */
  readonly term: string;
  /** Full sentences, plain text. */
  readonly text: string;
}

/** In the order in which one leads to the next. */
export function glossary(): readonly GlossaryEntry[] {
  // The language is chosen after this module is loaded: each text is said when it is asked for.
  return Object.entries(texts).map(([id, said]) => ({ id: id as GlossaryId, ...said() })); // its keys
}

const texts: Readonly<Record<GlossaryId, () => Omit<GlossaryEntry, "id">>> = {
  dockerfile: () => ({
    term: say`Dockerfile`,
    text: say`The recipe of an image: a text file with one instruction after another. Containerfile is another name for it.`,
  }),
  instruction: () => ({
    term: say`Instruction`,
    text: say`One logical line of a Dockerfile: a keyword such as RUN or COPY with what follows it. A backslash at the end of a line continues it.`,
  }),
  image: () => ({
    term: say`Image`,
    text: say`A read-only stack of layers with a config that says what a container runs, as whom and where. Images are named, pushed and pulled.`,
  }),
  layer: () => ({
    term: say`Layer`,
    text: [
      say`What one step changed in the file system: files added, changed and removed. RUN, COPY, ADD and WORKDIR make layers. A layer never changes; deleting a file in a later layer only hides it.`,
      say`Does every line make a layer? No: ENV, CMD, EXPOSE and LABEL change the image config alone.`,
    ].join(" "),
  }),
  metadata: () => ({
    term: say`Metadata`,
    text: say`What changes only the image config: ENV, CMD, EXPOSE, LABEL and others. It adds no layer and no files.`,
  }),
  "base-image": () => ({
    term: say`Base image`,
    text: say`The image that FROM names. Its layers lie at the bottom, shared by everything that is built on it. FROM scratch starts with nothing.`,
  }),
  container: () => ({
    term: say`Container`,
    text: say`A process, with its files, network and user kept apart from the rest of the machine. It is made from an image; one image serves any number of containers.`,
  }),
  "writable-layer": () => ({
    term: say`Writable layer`,
    text: say`The one layer of a container that can be written to, on top of the image's layers. A file of the image is copied up before it is changed. It is removed with the container; volumes are not part of it.`,
  }),
  stage: () => ({
    term: say`Stage`,
    text: say`A FROM with the instructions up to the next one. Later stages can continue it or copy files from it; only the target's layers are in the image.`,
  }),
  target: () => ({
    term: say`Target`,
    text: say`The stage that the build ends at: the last one, or the one that --target names. BuildKit leaves out the stages that the target does not need.`,
  }),
  "build-context": () => ({
    term: say`Build context`,
    text: say`The folder that COPY and ADD take files from: the last argument of docker build. What .dockerignore names is not seen by the build.`,
  }),
  step: () => ({
    term: say`Step`,
    text: say`An instruction as the builder runs it, with the number that it prints. BuildKit numbers each stage by itself, the classic builder the whole Dockerfile.`,
  }),
  "build-cache": () => ({
    term: say`Build cache`,
    text: say`The results of earlier steps. A step whose cache key is known is not run again: its layer is taken as it is, and the builder says CACHED or Using cache.`,
  }),
  "cache-key": () => ({
    term: say`Cache key`,
    text: say`What a step's result is found by: the instruction, the values that it can see, the content of the files that it takes, and what lies below it. When a step rebuilds, every step stacked on it does.`,
  }),
  prediction: () => ({
    term: say`Prediction`,
    text: say`What Stratacast expects of the cache for a step: cached, rebuilds or may rebuild. It is always said against which earlier build.`,
  }),
  buildkit: () => ({
    term: say`BuildKit`,
    text: say`The builder of Docker since version 23. It runs only what the target needs, independent stages at the same time, and keeps its results in a build cache of its own.`,
  }),
  "classic-builder": () => ({
    term: say`Classic builder`,
    text: say`The builder before BuildKit, still there with DOCKER_BUILDKIT=0. It runs one step after another, each in a temporary container, and keeps each result as an intermediate image.`,
  }),
  "intermediate-image": () => ({
    term: say`Intermediate image`,
    text: say`The result of one step of the classic builder: an image without a name, hidden from docker images. It is the cache of the next build, and is removed when nothing stands on it.`,
  }),
  "dangling-image": () => ({
    term: say`Dangling image`,
    text: say`An image without a name that no other image stands on, such as the last good step of a failed classic build. docker image prune removes it.`,
  }),
  daemon: () => ({
    term: say`Daemon`,
    text: say`The Docker Engine, dockerd: the program in the background that builds images, keeps them and runs containers.`,
  }),
  cli: () => ({
    term: say`CLI`,
    text: say`The docker command. It sends what you type to the daemon, and the build context with it; it does not build anything itself.`,
  }),
  registry: () => ({
    term: say`Registry`,
    text: say`A server that keeps images, such as Docker Hub. Push and pull move only the layers that the other side lacks.`,
  }),
  "tag-and-digest": () => ({
    term: say`Tag and digest`,
    text: say`A tag is a name that can be moved to another image: node:20 today is not node:20 next month. A digest, sha256:…, names exactly one image for ever.`,
  }),
  "entrypoint-and-cmd": () => ({
    term: say`ENTRYPOINT and CMD`,
    text: say`ENTRYPOINT is the program that a container runs, CMD its default arguments. Without ENTRYPOINT, CMD is the whole command. Words behind the image's name in docker run take the place of CMD.`,
  }),
  "exec-form-and-shell-form": () => ({
    term: say`Exec form and shell form`,
    text: say`A JSON array is the exec form: the program runs as it is written. Anything else is the shell form: /bin/sh -c runs it, so variables are expanded, and the shell is process 1.`,
  }),
  volume: () => ({
    term: say`Volume`,
    text: say`Storage beside the layers that outlives a container. VOLUME notes where one belongs; each container gets a new one unless one is named.`,
  }),
};

/** One document, sorted by the terms; each has its id before its heading, so that a link finds it. */
export function glossaryDocument(): string {
  const title = `# ${say`Glossary`}`;
  const entries = [...glossary()]
    .sort((a, b) => (a.term.toLowerCase() < b.term.toLowerCase() ? -1 : 1))
    .map(({ id, term, text }, at) =>
      [placeOf(id, 2 + at * linesOfEntry), `## ${term}`, markdownText(text)].join("\n\n"),
    );
  return [title, ...entries, ""].join("\n\n");
}

/** The place, the heading and the text, with an empty line after each. */
const linesOfEntry = 6;

/**
 * Something that a link with the id leads to. A preview names a heading by its words, which are
 * others in every language, and does not find those that are not ASCII. It scrolls to an element that
 * says its line, as its own do.
 * @param line of this very text, from 0
 */
function placeOf(id: GlossaryId, line: number): string {
  return `<div id="${id}" class="code-line" data-line="${line}"></div>`;
}
