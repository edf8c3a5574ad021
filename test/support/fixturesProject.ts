/**
 * The project of a fixture: a context on a disk in memory, a Dockerfile, and the simulated builds
 * that its changes record. It is analysed by the product's own parts.
 *
 * Lines of `-- options --`:
 *     builder buildkit|classic|both     buildkit unless said
 *     builder-version 26.1              of Docker or BuildKit
 *     target NAME · build-arg K=V
 *     platform linux/arm64              on a builder for linux/amd64; several with commas
 *     workspace NAME                    starts from a folder of test/fixtures/workspaces
 *     system posix|windows              the case is about modes, links or names of one system
 *     against empty                     nothing was ever built
 *     unread                            the context is not read
 *     unhashed                          its files are listed and not hashed yet
 *     as result                         the answers tell what the last simulated build did
 *     line-ends crlf
 *     detail all|layers|off             of the lenses
 *
 * Lines of `-- change --`, after a first simulated build; `\n` in a text is a line end:
 *     replace FILE: OLD => NEW · cut FILE: TEXT · write FILE: TEXT · append FILE: TEXT · delete PATH
 *     sneak FILE: TEXT                  writes without another modification time
 *     rename PATH => PATH · chmod MODE PATH · touch PATH · link PATH => TARGET · mkdir PATH
 *     simulate                          records another build
 *     forget                            drops what was recorded
 *     base IMAGE {"id": "…"}            the image is another one now
 *     builder, target, build-arg, platform as above; no build-arg K
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { onDisk } from "../../server/src/core/analysis/place.js";
import { analysePlatforms } from "../../server/src/core/analysis/platforms.js";
import { recordedWithBases } from "../../server/src/core/analysis/recorded.js";
import type { Answer } from "../../server/src/core/analysis/snapshot.js";
import type { View } from "../../server/src/core/analysis/view.js";
import type { Builder } from "../../server/src/core/build/builder.js";
import {
  type BuilderVersion,
  parseBuilderVersion,
  usualVersion,
} from "../../server/src/core/build/builderVersion.js";
import { parsePlatform } from "../../server/src/core/build/platform.js";
import { addBuild, emptyState } from "../../server/src/core/cache/state.js";
import { known, type Result, unknown } from "../../server/src/core/host.js";
import type { BaseImage } from "../../server/src/core/image/baseImage.js";
import { parseDockerfile } from "../../server/src/core/syntax/parse.js";
import type { NeedKind } from "../../server/src/core/world/facts.js";
import { sha256 } from "../../server/src/host/digest.js";
import { createHashMemory } from "../../server/src/host/hashMemory.js";
import { openMachine } from "../../server/src/host/machine.js";
import { settle } from "../../server/src/host/settle.js";
import { DISK_ROOTS, type MemoryDisk, memoryDisk } from "../unit/context/memoryDisk.js";
import { buildOf } from "./definitions.js";
import type { Fixture } from "./fixtures.js";
import { inRepository } from "./repository.js";

export type System = "posix" | "windows";

export interface Project {
  readonly view: View;
  /** The Dockerfile as it is in the end. */
  readonly text: string;
  /** The same with the line ends that were asked for. */
  readonly analysed: string;
  /** The values of an option, in order. */
  option(name: string): readonly string[];
}

/** A base image of which a test says only what matters. */
export const plainImage: BaseImage = {
  id: "",
  layersId: "",
  layers: 1,
  environment: [],
  cmd: null,
  entrypoint: null,
  workingDirectory: "",
  user: "",
  exposedPorts: [],
  volumes: [],
  labels: {},
  healthcheck: null,
  stopSignal: null,
  shell: null,
  onBuild: [],
};

/** null: the fixture is not meant for this system or builder. */
export async function openProject(
  { sections }: Fixture,
  system: System,
  builder: Builder,
): Promise<Project | null> {
  const sectionText = (name: string) => sections.find((section) => section.name === name)?.text;
  const options = commands(sectionText("options") ?? "");
  const option = (name: string): readonly string[] =>
    options.filter(([key]) => key === name).map(([, value]) => value);
  const [chosen = "buildkit"] = option("builder");
  if (chosen !== "both" && chosen !== builder) return null;
  if (option("system").some((only) => only !== system)) return null;
  const disk = memoryDisk(system);
  const images = new Map<string, BaseImage>();
  const [workspace] = option("workspace");
  if (workspace !== undefined) copyWorkspace(disk, workspace);
  for (const { name, text } of sections) putSection(disk, images, name, text);
  const crlf = option("line-ends").includes("crlf");
  const state = new Builds({ disk, images, system, builder, crlf });
  for (const [name, value] of options) state.set(name, value);
  const changes = sectionText("change");
  if (changes !== undefined) {
    await state.simulate();
    for (const [name, value] of commands(changes)) await state.change(name, value);
  }
  const isResult = option("as").includes("result");
  const { analysis } = await state.analyse();
  const analysed = analysis.input.dockerfile.text;
  return { view: { analysis, isResult }, text: state.dockerfile(), analysed, option };
}

/** `name rest of the line`, one a line. */
function commands(text: string): readonly (readonly [string, string])[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [name = "", rest = ""] = line.trim().split(/ (.*)/s);
      return [name, rest] as const;
    });
}

const reserved = /^(?:options|change|Dockerfile after|expect\b.*)$/;

function putSection(
  disk: MemoryDisk,
  images: Map<string, BaseImage>,
  name: string,
  text: string,
): void {
  if (reserved.test(name)) return;
  const image = /^base image (.+)$/.exec(name)?.[1];
  if (image !== undefined) {
    images.set(image, {
      ...plainImage,
      id: image,
      layersId: image,
      ...(JSON.parse(text) as object),
    });
    return;
  }
  const link = /^(.+) -> (.+)$/.exec(name);
  if (link?.[1] !== undefined && link[2] !== undefined) {
    disk.makeLink(link[1], link[2]);
    return;
  }
  const mode = / mode=([0-7]+)$/.exec(name)?.[1];
  const file = name.replace(/ mode=[0-7]+$/, "");
  if (file.endsWith("/")) disk.makeDirectory(file.slice(0, -1));
  else disk.write(file, text);
  if (mode !== undefined) disk.setMode(file.replace(/\/$/, ""), Number.parseInt(mode, 8));
}

function copyWorkspace(disk: MemoryDisk, name: string): void {
  const root = inRepository("test", "fixtures", "workspaces", name);
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    disk.write(path.relative(root, file).replaceAll(path.sep, "/"), readFileSync(file, "utf8"));
  }
}

interface BuildsInput {
  readonly disk: MemoryDisk;
  readonly images: Map<string, BaseImage>;
  readonly system: System;
  readonly builder: Builder;
  readonly crlf: boolean;
}

function versionOf(value: string): BuilderVersion {
  const version = parseBuilderVersion(value);
  assert.ok(version !== null, `no version ${value}`);
  return version;
}

/** What changes while a fixture is replayed. */
class Builds {
  readonly #input: BuildsInput;
  readonly #buildArgs = new Map<string, string>();
  readonly #memory = createHashMemory();
  #builder: Builder;
  #builderVersion = usualVersion;
  #target: string | null = null;
  #platform = "linux/amd64";
  #against: "last" | "empty" = "last";
  #context: "read" | "unhashed" | "unread" = "read";
  #state = emptyState;

  constructor(input: BuildsInput) {
    this.#input = input;
    this.#builder = input.builder;
  }

  dockerfile(): string {
    return this.#read("Dockerfile");
  }

  /** One option. */
  set(name: string, value: string): void {
    if (name === "target") this.#target = value;
    else if (name === "platform") this.#platform = value;
    else if (name === "builder-version") this.#builderVersion = versionOf(value);
    else if (name === "against") this.#against = value === "empty" ? value : "last";
    else if (name === "unread" || name === "unhashed") this.#context = name;
    else if (name === "build-arg") {
      const [key = "", given = ""] = value.split(/=(.*)/s);
      this.#buildArgs.set(key, given);
    } else {
      assert.match(name, /^(?:builder|workspace|system|as|line-ends|detail)$/, `no option ${name}`);
    }
  }

  async change(name: string, value: string): Promise<void> {
    const { disk, images } = this.#input;
    disk.clock += 60_000;
    const [file = "", text = ""] = value.split(/: (.*)/s);
    const unescaped = text.replaceAll("\\n", "\n");
    switch (name) {
      case "replace": {
        const [old = "", fresh = ""] = unescaped.split(" => ");
        const now = this.#read(file);
        assert.ok(old !== "" && now.includes(old), `${file} holds no ${old}`);
        disk.write(
          file,
          now.replace(old, () => fresh),
        );
        return;
      }
      case "cut": {
        const now = this.#read(file);
        assert.ok(now.includes(unescaped), `${file} holds no ${unescaped}`);
        return disk.write(file, now.replace(unescaped, ""));
      }
      case "write":
        return disk.write(file, unescaped);
      case "sneak":
        return disk.writeKeepingTime(file, unescaped);
      case "append":
        return disk.write(file, this.#read(file) + unescaped);
      case "delete":
        return disk.remove(value);
      case "rename": {
        const [from = "", to = ""] = value.split(" => ");
        disk.write(to, this.#read(from));
        return disk.remove(from);
      }
      case "chmod": {
        const [mode = "", path = ""] = value.split(" ");
        return disk.setMode(path, Number.parseInt(mode, 8));
      }
      case "touch":
        return disk.touch(value);
      case "link": {
        const [path = "", target = ""] = value.split(" => ");
        return disk.makeLink(path, target);
      }
      case "mkdir":
        return disk.makeDirectory(value);
      case "simulate":
        return this.simulate();
      case "forget":
        this.#state = emptyState;
        return;
      case "base": {
        const [image = "", json = "{}"] = value.split(/ (.*)/s);
        const known = images.get(image) ?? { ...plainImage, id: image, layersId: image };
        images.set(image, { ...known, ...(JSON.parse(json) as object) });
        return;
      }
      case "builder":
        assert.ok(value === "buildkit" || value === "classic");
        this.#builder = value;
        return;
      case "no":
        this.#buildArgs.delete(value.replace(/^build-arg /, ""));
        return;
      default:
        return this.set(name, value);
    }
  }

  async simulate(): Promise<void> {
    const at = this.#state.builds.length;
    for (const build of recordedWithBases(await this.analyse(), sha256, at))
      this.#state = addBuild(this.#state, build, sha256);
  }

  async analyse(): Promise<Answer> {
    const { images } = this.#input;
    const [platform, ...others] = this.#platform
      .split(",")
      .flatMap((one) => parsePlatform(one) ?? []);
    assert.ok(platform !== undefined);
    const plain = buildOf({
      context: { kind: "path", folder: DISK_ROOTS[this.#input.system] },
      target: this.#target,
      args: this.#buildArgs,
      builder: this.#builder,
      builderVersion: this.#builderVersion,
      buildPlatform: buildOf().platform,
    });
    const definition = { ...plain.definition, platforms: [platform, ...others] } as const;
    const baseline = { kind: this.#against } as const;
    const typed = this.dockerfile();
    const dockerfile = parseDockerfile(this.#input.crlf ? typed.replaceAll("\n", "\r\n") : typed);
    const { disk } = this.#input;
    const { pool } = openMachine({
      fileSystem: disk,
      memory: this.#memory,
      now: () => disk.clock + 60_000,
      readText: (file) => this.#readText(file),
      mayAskGit: () => false,
      readState: async () => this.#state,
      suppliers: {
        image: async ({ reference }) => {
          const image = images.get(reference);
          return image === undefined ? unknown("missing") : known(image);
        },
      },
    });
    const unasked = unaskedKinds[this.#context];
    return settle(
      pool,
      (world) => {
        const answer = analysePlatforms({
          place: onDisk,
          definition,
          dockerfile,
          world,
          baseline,
          digest: sha256,
        });
        return { ...answer, needs: answer.needs.filter(({ kind }) => !unasked.includes(kind)) };
      },
      { isCancelled: false },
    );
  }

  #readText(file: string): Result<string> {
    const { disk, system } = this.#input;
    const name = file.split(/[\\/]/).at(-1) ?? "";
    const opened = disk.open(diskPath(system, name));
    return opened.ok ? { ok: true, value: this.#read(name) } : opened;
  }

  #read(file: string): string {
    const { disk, system } = this.#input;
    const opened = disk.open(diskPath(system, file));
    assert.ok(opened.ok, `there is no ${file}`);
    const found = opened.value.stat();
    assert.ok(found.ok);
    const buffer = new Uint8Array(found.value.size);
    const read = opened.value.read(buffer);
    assert.ok(read.ok);
    return new TextDecoder().decode(buffer.subarray(0, read.value));
  }
}

/** What is not to be known of the context. */
const unaskedKinds: Readonly<Record<"read" | "unhashed" | "unread", readonly NeedKind[]>> = {
  read: [],
  unhashed: ["contents"],
  unread: ["tree", "contents"],
};

function diskPath(system: System, file: string): string {
  return system === "posix"
    ? `${DISK_ROOTS.posix}/${file}`
    : `${DISK_ROOTS.windows}\\${file.replaceAll("/", "\\")}`;
}
