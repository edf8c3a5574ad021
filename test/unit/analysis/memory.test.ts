// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/**
 * What is kept from one answer to the next changes no answer: after any edits of the text, the files,
 * the settings, the base images and the simulated builds, everything that is said with the memory of
 * all that is said without.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { LensAnswers } from "../../../server/src/convert/lensAnswer.js";
import type { BaselineChoice } from "../../../server/src/core/analysis/baselineChoice.js";
import { commitNeed } from "../../../server/src/core/analysis/commitContext.js";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { analysePlatforms, PlatformMemory } from "../../../server/src/core/analysis/platforms.js";
import { recordedWithBases } from "../../../server/src/core/analysis/recorded.js";
import { type Answer, contextAsk } from "../../../server/src/core/analysis/snapshot.js";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { noBuildFlags } from "../../../server/src/core/build/buildFlags.js";
import type { BuildDefinition } from "../../../server/src/core/build/definition.js";
import type { ExportedCache } from "../../../server/src/core/cache/exact/exportedCache.js";
import { addBuild, type BuildState, emptyState } from "../../../server/src/core/cache/state.js";
import { ignoreNothing } from "../../../server/src/core/context/ignoreFile.js";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import { explainJson } from "../../../server/src/core/documents/explain.js";
import { simulationJson } from "../../../server/src/core/documents/simulation.js";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import { codeLenses, KeptLenses } from "../../../server/src/core/features/codeLens.js";
import { diagnostics } from "../../../server/src/core/features/diagnostics.js";
import { hover } from "../../../server/src/core/features/hover.js";
import { layerStack } from "../../../server/src/core/features/layerStack.js";
import { known, unknown } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import type { Dockerfile } from "../../../server/src/core/syntax/syntax.js";
import { needKey } from "../../../server/src/core/world/facts.js";
import {
  type Answered,
  answered,
  emptyWorld,
  type World,
} from "../../../server/src/core/world/world.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { buildOf } from "../../support/definitions.js";
import { anyPlace } from "../../support/shownPlace.js";
import { runs } from "../../support/thorough.js";
import { plainImage } from "../graph/support.js";
import { bytesOf, exportOf } from "./exportedAnalysis.js";
import { assertKept } from "./keptLenses.js";

const lines = [
  ...["FROM alpine", "FROM alpine AS one", "FROM busybox AS two", "FROM one", "FROM two AS three"],
  ...["FROM scratch", "FROM ${BASE}", "FROM --platform=linux/arm64 alpine AS one", "FROM lib"],
  ...["ARG BASE=alpine", "ARG A", "ARG A=1", "ARG A=${BASE}", "ARG TARGETARCH"],
  ...["ENV A=1", "ENV A=2 B=$A", "ENV PATH=/x:$PATH", "WORKDIR /w", "WORKDIR $A", "USER app"],
  ...["RUN make", "RUN make $A", "RUN echo ${B}", "RUN <<EOF\necho $A\nEOF", "RUN make \\\n  all"],
  ...["RUN --mount=type=bind,target=/m make", "RUN --mount=type=cache,target=/c make"],
  ...["RUN --mount=type=bind,from=one,source=/out,target=/m make", "RUN --network=none make"],
  ...["RUN --mount=from=alpine,target=/m make", "RUN --mount=from=nobody,target=/m make"],
  ...["COPY . .", "COPY a /a", "COPY a b src /dir/", "COPY *.x /x/", "COPY missing /m"],
  ...["COPY --from=one /out /out", "COPY --from=two a /dir/", "COPY --from=0 /a /b"],
  ...["COPY --from=one /a /dir/", "COPY --from=lib a /l", "COPY --from=busybox /bin /bin"],
  ...["COPY --chown=app a /a", "COPY --chmod=600 b /b", "COPY --exclude=a . /all", "ADD a /added"],
  ...["ADD https://example.org/x /x", "ADD a.tar /", "COPY <<EOF /file\n$A\nEOF", "COPY a /a/b/"],
  ...["ONBUILD RUN make", "ONBUILD COPY a /t", "ONBUILD COPY --from=one /a /t"],
  ...["CMD make", "LABEL a=b", "EXPOSE 80", 'SHELL ["/bin/bash", "-c"]', "HEALTHCHECK NONE"],
  ...["# a comment", "", "RUN", "COPY", "JUMP high", "ENV A", "WORKDIR /", "STOPSIGNAL 9"],
  ...["  RUN indented", "# lone\rreturn", "RUN two\r"],
];
const words = ["one", "two", "A", "B", "$", "\\", "make", "a", "/", " ", "x", "=", '"', "\n", "0"];

type Action =
  | { readonly kind: "line"; readonly at: number; readonly text: string }
  | { readonly kind: "delete"; readonly at: number; readonly count: number }
  | { readonly kind: "move"; readonly at: number; readonly to: number }
  | { readonly kind: "type"; readonly at: number; readonly cut: number; readonly text: string }
  | { readonly kind: "undo" }
  | { readonly kind: "file"; readonly path: string; readonly content: string | null }
  | { readonly kind: "hash" }
  | { readonly kind: "image"; readonly name: string; readonly onBuild: string | null }
  | {
      readonly kind:
        | "builder"
        | "simulate"
        | "forget"
        | "noCache"
        | "commit"
        | "against"
        | "ignored"
        | "platforms";
    }
  | { readonly kind: "target"; readonly name: string | null }
  | { readonly kind: "argument"; readonly value: string };

const place = fc.nat(40);
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("line" as const),
      at: place,
      text: fc.constantFrom(...lines),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("delete" as const),
      at: place,
      count: fc.integer({ min: 1, max: 2 }),
    }),
  },
  fc.record({ kind: fc.constant("move" as const), at: place, to: place }),
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("type" as const),
      at: fc.nat(2000),
      cut: fc.nat(2),
      text: fc.constantFrom(...words),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: "undo" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("file" as const),
      path: fc.constantFrom("a", "b", "src/c", "d.x", "out"),
      content: fc.constantFrom("1", "2", null),
    }),
  },
  fc.constant({ kind: "hash" as const }),
  fc.record({
    kind: fc.constant("image" as const),
    name: fc.constantFrom("alpine", "busybox"),
    onBuild: fc.constantFrom(null, "", "RUN trigger", "COPY a /o\nRUN trigger $A"),
  }),
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { kind: "simulate" as const },
      { kind: "simulate" as const },
      { kind: "builder" as const },
      { kind: "forget" as const },
      { kind: "noCache" as const },
      { kind: "commit" as const },
      { kind: "against" as const },
      { kind: "ignored" as const },
      { kind: "platforms" as const },
    ),
  },
  fc.record({
    kind: fc.constant("target" as const),
    name: fc.constantFrom(null, "one", "two", "nobody"),
  }),
  fc.record({ kind: fc.constant("argument" as const), value: fc.constantFrom("", "1", "7") }),
);

const arm = { os: "linux", architecture: "arm64", variant: "" };

const lastBuild: BaselineChoice = { kind: "last" };
const against: readonly BaselineChoice[] = [
  lastBuild,
  { kind: "auto" },
  { kind: "git", ref: "HEAD" },
  { kind: "caches", caches: ["cache"], own: { kind: "last" } },
];

/** A project as it stands after some actions. */
class Project {
  text: string;
  before: string;
  files: Readonly<Record<string, string>> = { a: "1", b: "1", "src/c": "1", "d.x": "1" };
  isHashed = true;
  /** Git ignores some of the files. */
  isIgnored = false;
  images: Readonly<Record<string, string | null>> = { alpine: "", busybox: null };
  builder: Builder = "buildkit";
  noCache = false;
  isForTwo = false;
  target: string | null = null;
  argument = "";
  state: BuildState = emptyState;
  stateBefore: BuildState = emptyState;
  /** The last commit; null: there is no repository. */
  commit: { readonly text: string; readonly files: Readonly<Record<string, string>> } | null = null;
  against = lastBuild;
  /** What the last simulated build would have exported. */
  exported: ExportedCache = { records: [] };

  constructor(text: string) {
    this.text = text;
    this.before = text;
  }

  do(done: Action): void {
    const all = this.text.split("\n");
    switch (done.kind) {
      case "line":
        this.#write(all.toSpliced(done.at % (all.length + 1), 0, done.text).join("\n"));
        break;
      case "delete":
        this.#write(all.toSpliced(done.at % all.length, done.count).join("\n"));
        break;
      case "move": {
        const [line = ""] = all.slice(done.at % all.length);
        const rest = all.toSpliced(done.at % all.length, 1);
        this.#write(rest.toSpliced(done.to % all.length, 0, line).join("\n"));
        break;
      }
      case "type": {
        const at = done.at % (this.text.length + 1);
        this.#write(this.text.slice(0, at) + done.text + this.text.slice(at + done.cut));
        break;
      }
      case "undo":
        this.#write(this.before);
        break;
      case "file": {
        const { [done.path]: _old, ...rest } = this.files;
        this.files = done.content === null ? rest : { ...rest, [done.path]: done.content };
        this.isHashed = false;
        break;
      }
      case "hash":
        this.isHashed = true;
        break;
      case "image":
        this.images = { ...this.images, [done.name]: done.onBuild };
        break;
      case "builder":
        this.builder = this.builder === "buildkit" ? "classic" : "buildkit";
        break;
      case "noCache":
        this.noCache = !this.noCache;
        break;
      case "target":
        this.target = done.name;
        break;
      case "argument":
        this.argument = done.value;
        break;
      case "forget":
        this.state = emptyState;
        break;
      case "commit":
        this.commit = { text: this.text, files: this.files };
        break;
      case "ignored":
        this.isIgnored = !this.isIgnored;
        break;
      case "platforms":
        this.isForTwo = !this.isForTwo;
        break;
      case "against":
        this.against =
          against[(against.indexOf(this.against) + 1) % against.length] ?? this.against;
        break;
      case "simulate":
        break;
    }
  }

  #write(text: string): void {
    this.before = this.text;
    this.text = text;
  }

  build(): BuildDefinition {
    const { builder, target, argument, noCache } = this;
    const args = new Map(argument === "" ? [] : [["A", argument]]);
    const flags = { ...noBuildFlags, noCache };
    const { definition, platform } = buildOf({ builder, target, args, flags });
    return this.isForTwo ? { ...definition, platforms: [platform, arm] } : definition;
  }

  #rules(folder: string): readonly Answered[] {
    const text = this.isIgnored ? "b\n/src\n" : "";
    const ignores = [{ folder: "", file: ".gitignore", text }];
    return ["", "src"].map((inner): Answered => {
      const rules = { folder: inner, ignores, submodules: ["d.x"] };
      return [
        { kind: "gitRules", folder: inner === "" ? folder : `${folder}/${inner}` },
        known(rules),
      ];
    });
  }

  world(): World {
    const build = this.build();
    const ask = contextAsk(build);
    assert.ok(ask !== null);
    const files = Object.entries({ Dockerfile: "FROM", ...this.files }).map(
      ([path, text]): ListedFile => ({
        path,
        size: text.length,
        identity: this.isHashed || path < "b" ? sha256(text) : null,
      }),
    );
    const listing = {
      tree: listedTree(files),
      state: 0,
      ignorePath: null,
      ignore: ignoreNothing("buildkit"),
    };
    const images = Object.entries(this.images).flatMap(([reference, onBuild]): Answered[] =>
      onBuild === null
        ? []
        : ["linux/amd64", "linux/arm64"].map((platform) => [
            { kind: "image", reference, platform },
            known({
              ...plainImage,
              id: `${reference}${onBuild}`,
              onBuild: onBuild === "" ? [] : onBuild.split("\n"),
            }),
          ]),
    );
    const state = { ...this.state, transfers: new Map() };
    return answered(emptyWorld, [
      [{ kind: "tree", ...ask }, known(listing)],
      [{ kind: "state" }, known(state)],
      ...this.#rules(ask.folder),
      ...images,
      ...this.#committed(build),
    ]);
  }

  #committed(definition: BuildDefinition): readonly Answered[] {
    const need = commitNeed(definition, "HEAD");
    assert.ok(need !== null);
    if (this.commit === null) return [[need, unknown("missing")]];
    const { text, files } = this.commit;
    const id = sha256(JSON.stringify([text, files]));
    const at = { repository: "/srv", commit: id };
    const facts = { ...at, folder: "app", file: "app/Dockerfile", system: "posix" } as const;
    const listed = Object.entries({ Dockerfile: "FROM", ...files }).map(
      ([path, content]): ListedFile => ({
        ...{ path, mode: 0o644, size: content.length, identity: sha256(content) },
      }),
    );
    const noText = unknown("missing");
    return [
      [need, known(facts)],
      [{ kind: "commitText", ...at, path: facts.file }, known(text)],
      [{ kind: "commitText", ...at, path: `${facts.file}.dockerignore` }, noText],
      [{ kind: "commitText", ...at, path: "app/.dockerignore" }, noText],
      [
        { kind: "commitFiles", ...at, folder: "app" },
        known({ root: listedTree(listed).root, converted: new Map(), incomparable: [] }),
      ],
    ];
  }
}

interface Kept {
  readonly memory: PlatformMemory;
  readonly lenses: KeptLenses;
  readonly answers: LensAnswers;
  dockerfile: Dockerfile | null;
  /** Worlds and definitions stay the same objects while nothing about them changes. */
  world: World;
  build: BuildDefinition;
}

/** Everything that anybody is told of an answer. */
function told(answer: Answer): unknown {
  const { analysis, needs, reads } = answer;
  const view = { analysis, isResult: false };
  const { text } = analysis.input.dockerfile;
  return {
    lenses: codeLenses(view, "all"),
    stack: layerStack(view, { folder: "app", problem: "", isWatched: true, isGuessed: false }),
    diagnostics: diagnostics(analysis),
    hovers: Array.from({ length: text.length }, (_, at) => at % 7 === 0 && hover(view, at)),
    log: simulationLog(analysis),
    simulation: simulationJson(analysis, anyPlace),
    explained: explainJson(analysis, anyPlace),
    recorded: recordedWithBases(answer, sha256, 0).map(({ build, records, manifests }) => [
      ...[build, records, manifests],
    ]),
    needs: new Set(needs.map(needKey)),
    reads: new Set(reads.map(needKey)),
    summary: analysis.summary,
  };
}

/** Once caches and what they are compared with are read, where nothing else lacks. */
function ask(project: Project, kept: Kept | null, baseline: BaselineChoice): Answer {
  const dockerfile = kept?.dockerfile ?? parseDockerfile(project.text);
  const definition = kept?.build ?? project.build();
  let world = kept?.world ?? project.world();
  for (;;) {
    const snapshot = { place: onDisk, definition, dockerfile, world, baseline, digest: sha256 };
    const answer = analysePlatforms(snapshot, kept?.memory);
    const read = answer.needs.flatMap((need): Answered[] => {
      if (need.kind === "cache") return [[need, known(project.exported)]];
      return need.kind === "bytes" ? [[need, known(bytesOf(need.files))]] : [];
    });
    if (read.length === 0) return answer;
    world = answered(world, read);
    if (kept !== null) kept.world = world;
  }
}

const typed = (at: number): Action => ({ kind: "type", at, cut: 0, text: "one" });

/** Found by chance, kept for every run. */
const examples: [string[], Action[], number][] = [
  // A step that has no prediction of its own stands between one that fails and one that stays.
  [
    ["COPY a b src /dir/", "RUN make $A", "CMD make", "COPY --chmod=600 b /b"],
    [{ kind: "against" }, typed(1806), typed(0), typed(0)],
    0,
  ],
  // A line takes files that are still to be read, beside a commit that is known.
  [
    [],
    [
      { kind: "commit" },
      { kind: "file", path: "a", content: "1" },
      { kind: "line", at: 3, text: "COPY a b src /dir/" },
    ],
    2,
  ],
];

test("everything that is said with a memory is said without", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...lines), { maxLength: 14 }),
      fc.array(action, { minLength: 2, maxLength: 14 }),
      fc.nat(against.length - 1),
      (start, actions, first) => {
        const project = new Project(["FROM alpine AS one", ...start].join("\n"));
        project.against = against[first] ?? lastBuild;
        const kept: Kept = {
          memory: new PlatformMemory(),
          lenses: new KeptLenses(),
          answers: new LensAnswers(),
          dockerfile: null,
          world: project.world(),
          build: project.build(),
        };
        for (const one of actions) {
          project.do(one);
          kept.dockerfile = parseDockerfile(project.text, kept.dockerfile);
          if (!["line", "delete", "move", "type", "undo"].includes(one.kind)) {
            kept.build = project.build();
            kept.world = project.world();
          }
          const answer = ask(project, kept, project.against);
          assert.deepEqual(told(answer), told(ask(project, null, project.against)));
          assertKept(kept, answer, project.text.length % 3 === 0 ? "layers" : "all");
          if (one.kind !== "simulate") continue;
          project.stateBefore = project.state;
          project.exported = exportOf(answer);
          for (const recorded of recordedWithBases(answer, sha256, 0))
            project.state = addBuild(project.state, recorded, sha256);
          kept.world = project.world();
          const before = { kind: "last", before: project.stateBefore } as const;
          for (const baseline of [{ kind: "last" } as const, before]) {
            const compared = told(ask(project, kept, baseline));
            assert.deepEqual(compared, told(ask(project, null, baseline)));
          }
        }
      },
    ),
    { numRuns: runs(600), includeErrorInReport: true, examples },
  );
});
