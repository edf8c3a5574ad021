/** Which build of an open Dockerfile is meant, kept while all that it turned on is the same. */
import { openLookups } from "../core/analysis/read.js";
import type { BuildDefinition } from "../core/build/definition.js";
import type { FoundBuild } from "../core/build/foundBuild.js";
import { chooseFound } from "../core/definitions/chooseFound.js";
import {
  type ChosenDefinition,
  type DocumentPlace,
  editorDefinition,
  isSameDefinition,
} from "../core/definitions/editorDefinition.js";
import { type NamedSources, namedSources } from "../core/definitions/namedSources.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import type { Need } from "../core/world/facts.js";
import { factOf, isSameFor, type World } from "../core/world/world.js";
import { sha256 } from "../host/digest.js";
import { pathRules } from "../host/paths.js";
import type { BuildChoice } from "../protocol.js";
import { defaultSettings, type Settings } from "./settings.js";

/** The build that is meant, with what that turned on. */
export interface Chosen extends ChosenDefinition {
  /** The workspace folder whose builds it may stand on; null: it is in none. */
  readonly builds: string | null;
  readonly needs: readonly Need[];
  readonly reads: readonly Need[];
}

export class MeantBuild {
  readonly #place: DocumentPlace;
  /** Hears that another build is meant. */
  readonly #moved: () => void;
  /** The text as it was opened or last saved: a half-typed name moves no build. */
  #dockerfile: Dockerfile;
  /** What it names under the settings of that moment; null: nobody has asked. */
  #named: NamedSources | null = null;
  #settings: Settings = defaultSettings;
  #choice: BuildChoice | null = null;
  /** null: to be chosen anew. */
  #last: { readonly chosen: Chosen; world: World } | null = null;
  #definition: BuildDefinition | null = null;
  /** What files define, while that and the choice are the same. */
  #found: { readonly chosen: Chosen; readonly fact: object; builds: readonly FoundBuild[] } | null =
    null;

  constructor(place: DocumentPlace, dockerfile: Dockerfile, moved: () => void) {
    this.#place = place;
    this.#moved = moved;
    this.#dockerfile = dockerfile;
  }

  /** @param dockerfile the text of which the sources count from now on */
  by(settings: Settings, choice: BuildChoice | null, dockerfile: Dockerfile | null): void {
    this.#settings = settings;
    this.#choice = choice;
    if (dockerfile !== null) {
      this.#dockerfile = dockerfile;
      this.#named = null;
    }
    this.#last = null;
  }

  get #sources(): NamedSources {
    this.#named ??= namedSources(this.#dockerfile, this.#settings, sha256);
    return this.#named;
  }

  /** By what is known of the world. */
  in(world: World): Chosen {
    const last = this.#last;
    if (last !== null && isSameFor(last.world, world, last.chosen.reads)) {
      last.world = world;
      return last.chosen;
    }
    const { read, needs, reads } = openLookups(world);
    const question = {
      settings: this.#settings,
      choice: this.#choice,
      place: this.#place,
      paths: pathRules,
      sources: this.#sources,
    };
    const { definition: found, isPending } = editorDefinition(question, read);
    const before = this.#definition;
    // What stands on it stays as long as it says the same.
    const definition = before !== null && isSameDefinition(before, found) ? before : found;
    this.#definition = definition;
    const { file, workspaceFolder: folder } = this.#place;
    const isInside = file !== null && folder !== null && pathRules.isInside(folder, file);
    const chosen = { definition, isPending, builds: isInside ? folder : null, needs, reads };
    this.#last = { chosen, world };
    if (definition !== before) this.#moved();
    return chosen;
  }

  /** What files of the workspace define for this Dockerfile, as far as that is known. */
  foundIn(world: World): readonly FoundBuild[] {
    const { file, workspaceFolder } = this.#place;
    if (file === null || workspaceFolder === null) return [];
    const found = factOf(world, { kind: "builds", folder: workspaceFolder });
    if (found.kind !== "known") return [];
    const chosen = this.in(world);
    const kept = this.#found;
    if (kept !== null && kept.chosen === chosen && kept.fact === found.value) return kept.builds;
    const { read } = openLookups(world);
    const { builds } = chooseFound(found.value.builds, file, this.#sources, pathRules, read);
    this.#found = { chosen, fact: found.value, builds };
    return builds;
  }
}
