/** Everything that is answered about a Dockerfile, each kind of answer as a function. */
import type { Analysis } from "../../server/src/core/analysis/analyse.js";
import { onDisk } from "../../server/src/core/analysis/place.js";
import { analyse } from "../../server/src/core/analysis/snapshot.js";
import type { View } from "../../server/src/core/analysis/view.js";
import type { Builder } from "../../server/src/core/build/builder.js";
import { recordBuild } from "../../server/src/core/cache/record.js";
import { addBuild, type BuildState, emptyState } from "../../server/src/core/cache/state.js";
import type { FileTree } from "../../server/src/core/context/fileTree.js";
import { createIgnoreMatcher, readIgnoreFile } from "../../server/src/core/context/ignoreFile.js";
import { type ListedFile, listedTree } from "../../server/src/core/context/listedTree.js";
import { explainJson } from "../../server/src/core/documents/explain.js";
import { explainDocument } from "../../server/src/core/documents/explainDocument.js";
import { explainPage } from "../../server/src/core/documents/explainPage.js";
import { runJson } from "../../server/src/core/documents/runPlanText.js";
import { simulationJson } from "../../server/src/core/documents/simulation.js";
import { simulationLog } from "../../server/src/core/documents/simulationLog.js";
import {
  simulationMarkdown,
  simulationText,
} from "../../server/src/core/documents/simulationText.js";
import { buildChoices } from "../../server/src/core/features/buildChoices.js";
import { codeLenses } from "../../server/src/core/features/codeLens.js";
import { diagnostics } from "../../server/src/core/features/diagnostics.js";
import { hover } from "../../server/src/core/features/hover.js";
import { layerChildren, layerStack } from "../../server/src/core/features/layerStack.js";
import { failureAt } from "../../server/src/core/insight/failure.js";
import { pictureSvg } from "../../server/src/core/picture/pictureSvg.js";
import { parseDockerfile } from "../../server/src/core/syntax/parse.js";
import type { Dockerfile } from "../../server/src/core/syntax/syntax.js";
import { sha256 } from "../../server/src/host/digest.js";
import { buildOf } from "../support/definitions.js";
import { anyPlace } from "../support/shownPlace.js";
import { worldOf } from "../support/worlds.js";

/** A Dockerfile, the paths of its context, and the text of its ignore file. */
export interface Input {
  readonly text: string;
  readonly files: readonly string[];
  readonly ignore: string;
  readonly builder: Builder;
}

/** What surface it is for, and what is shown there. */
export interface Shown {
  readonly surface: "markdown" | "line" | "other";
  readonly text: string;
}

interface Answer {
  readonly name: string;
  /** What it shows; nothing: it is no text, or one that others show. */
  readonly ask: () => readonly Shown[];
}

/** What is asked in turn: each answer stands on those before it. */
interface Asked {
  readonly input: Input;
  tree: FileTree | null;
  dockerfile: Dockerfile;
  state: BuildState;
  analysis: Analysis | null;
}

/** In the order in which they are to be asked. */
export function answersOf(input: Input): readonly Answer[] {
  const asked: Asked = {
    input,
    tree: null,
    dockerfile: parseDockerfile(""),
    state: emptyState,
    analysis: null,
  };
  const quiet = (name: string, work: () => unknown): Answer => ({
    name,
    ask: () => {
      work();
      return [];
    },
  });
  return [
    quiet("context", () => listContext(asked)),
    quiet("parse", () => {
      asked.dockerfile = parseDockerfile(input.text);
    }),
    quiet("analyse", () => analyseNow(asked)),
    ...editorAnswers(asked),
    ...documentAnswers(asked),
    quiet("record", () => {
      const { graph, keys, input } = analysed(asked);
      const tree = input.context?.tree ?? null;
      const build = recordBuild({ graph, keys, tree, digest: sha256, at: 0 });
      asked.state = addBuild(asked.state, build, sha256);
    }),
    quiet("analyse again", () => analyseNow(asked)),
    quiet("lenses again", () => codeLenses({ analysis: analysed(asked), isResult: true }, "all")),
  ];
}

function listContext(asked: Asked): void {
  const { files, ignore, builder } = asked.input;
  const matcher = createIgnoreMatcher(readIgnoreFile(ignore), builder);
  const isSeen = (path: string): boolean => {
    const folder = path.slice(0, path.indexOf("/"));
    const above = matcher.visit(folder, matcher.start);
    if (above.ignored && !matcher.shouldDescend(folder)) return false;
    return !matcher.visit(path, above.state).ignored;
  };
  const listed = files
    .filter(isSeen)
    .map((path): ListedFile => ({ path, size: path.length, identity: sha256(path) }));
  asked.tree = listedTree(listed, (path) => matcher.isIgnored(path));
}

function analyseNow(asked: Asked): void {
  const { tree, state, dockerfile, input } = asked;
  const build = buildOf({ builder: input.builder });
  const kept = { ...state, transfers: new Map() };
  asked.analysis = analyse({
    place: onDisk,
    ...build,
    dockerfile,
    world: worldOf(build, tree === null ? { state: kept } : { tree, state: kept }),
    baseline: { kind: "last" },
    digest: sha256,
  }).analysis;
}

function analysed({ analysis }: Asked): Analysis {
  if (analysis === null) throw new Error("the analysis is asked first");
  return analysis;
}

function viewOf(asked: Asked): View {
  return { analysis: analysed(asked), isResult: false };
}

/** Places that a person might point at. */
const pointed = 20;

function editorAnswers(asked: Asked): readonly Answer[] {
  const { text } = asked.input;
  const lines = (texts: readonly string[]): readonly Shown[] =>
    texts.map((text) => ({ surface: "line", text }));
  return [
    { name: "lenses", ask: () => lines(codeLenses(viewOf(asked), "all").map((one) => one.title)) },
    {
      name: "tree",
      ask: () => {
        const view = viewOf(asked);
        const words = { folder: "app", problem: "", isWatched: true, isGuessed: false };
        const nodes = layerStack(view, words).flatMap((node) =>
          node.children === "lazy" ? [node, ...layerChildren(view, node.id)] : [node],
        );
        return nodes.flatMap(({ label, description, tooltip }): readonly Shown[] => [
          ...lines([label + description]),
          { surface: "markdown", text: tooltip },
        ]);
      },
    },
    {
      name: "problems",
      ask: () => lines(diagnostics(analysed(asked)).map(({ message }) => message)),
    },
    {
      name: "hover",
      ask: () =>
        Array.from({ length: pointed }, (_, n): Shown => {
          const found = hover(viewOf(asked), Math.floor((n * text.length) / pointed));
          return { surface: "markdown", text: found?.markdown ?? "" };
        }),
    },
    {
      name: "choices",
      ask: () => {
        buildChoices(analysed(asked));
        return [];
      },
    },
    {
      name: "failure",
      ask: () => {
        const count = text.split("\n").length;
        for (let line = 1; line <= count; line += Math.ceil(count / 5))
          failureAt(analysed(asked), line, anyPlace);
        return [];
      },
    },
  ];
}

function documentAnswers(asked: Asked): readonly Answer[] {
  const other = (text: string): readonly Shown[] => [{ surface: "other", text }];
  const markdown = (text: string): readonly Shown[] => [{ surface: "markdown", text }];
  const lines = (texts: readonly string[]): readonly Shown[] =>
    texts.map((text) => ({ surface: "line", text }));
  const name = "Dockerfile";
  return [
    {
      name: "explain as JSON",
      ask: () => other(JSON.stringify(explainJson(analysed(asked), anyPlace))),
    },
    { name: "explain as a page", ask: () => other(explainPage(viewOf(asked), { name })) },
    {
      name: "explain as Markdown",
      ask: () => markdown(explainDocument(viewOf(asked), { name, picture: "text" })),
    },
    {
      name: "picture",
      ask: () => other(pictureSvg(viewOf(asked), { part: "all", reach: "none", id: "p" }) ?? ""),
    },
    {
      name: "run plan",
      ask: () =>
        other(
          JSON.stringify(
            runJson(analysed(asked), { remove: false, args: [], image: null }, "Dockerfile"),
          ),
        ),
    },
    {
      name: "simulate as JSON",
      ask: () => other(JSON.stringify(simulationJson(analysed(asked), anyPlace))),
    },
    {
      name: "simulate as text",
      ask: () => lines(simulationText(analysed(asked), "Dockerfile").split("\n")),
    },
    {
      name: "simulate as Markdown",
      ask: () => markdown(simulationMarkdown(analysed(asked))),
    },
    { name: "log", ask: () => lines(simulationLog(analysed(asked))) },
  ];
}
