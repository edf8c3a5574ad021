/** What an instruction sees and changes while its stage is walked from top to bottom. */

import type { BuilderRules } from "../build/builderRules.js";
import type { Platform } from "../build/platform.js";
import type { ImageConfig } from "../image/config.js";
import type { EscapeCharacter, Word } from "../syntax/syntax.js";
import type { TextRange } from "../text/range.js";
import type { OrderedEnvironment } from "./environment.js";
import type { SourceReference } from "./operation.js";

export interface DeclaredArg {
  readonly name: string;
  /** null: declared without a value. */
  readonly value: string | null;
}

export interface StageScope {
  readonly rules: BuilderRules;
  readonly platform: Platform;
  readonly escape: EscapeCharacter;
  /** What the user passes with `--build-arg`. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** Values of the ARGs before the first FROM, and the automatic platform arguments. */
  readonly globalArgs: { get(name: string): string | undefined };
  /** What RUN gets: ENV and ARG, the last assignment last. */
  readonly environment: OrderedEnvironment;
  /** Every ARG of this stage so far, in order; a parent stage's are included where the builder does. */
  readonly declaredArgs: DeclaredArg[];
  readonly config: ImageConfig;
  /** The current directory as the key of a RUN has it: as typed. */
  directory: string;
  /** True once this stage has its own CMD: ENTRYPOINT then leaves it alone. */
  hasOwnCmd: boolean;
  /**
   * Expands the variables of one word with the variables of the scope; a mistake is reported at the
   * word and the word is returned as it is.
   */
  expand(word: Word): string;
  /** The same where one word may become several (EXPOSE) or none. */
  expandToWords(word: Word): readonly string[];
  /** Expands the body of a heredoc: quotes stay as they are. */
  expandDocument(content: string, range: TextRange): string;
  /**
   * The stage or image that `--from=name` of a COPY, or `from=name` of a mount, means here; reports
   * what cannot be found.
   */
  resolveSource(name: string, range: TextRange, kind: "copy" | "mount"): SourceReference | null;
  /**
   * `read`: the instruction is malformed, the build fails wherever it stands; `build`: the build
   * fails only where the target needs the stage.
   */
  report(phase: "read" | "build", code: string, message: string, range: TextRange): void;
}
