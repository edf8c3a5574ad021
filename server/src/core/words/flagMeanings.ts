/** What a flag does to the image and to the cache. */
import type { BuilderRules } from "../build/builderRules.js";
import { flagKind } from "../instructions/index.js";
import type { Flag } from "../syntax/syntax.js";
import { say } from "../text/say.js";

/** One or two sentences; null: the flag is not known. */
export function flagMeaning(keyword: string, flag: Flag, rules: BuilderRules): string | null {
  const kind = flagKind(keyword, flag.name);
  if (kind === undefined) return null;
  switch (rules.knowsNewFlags ? undefined : kind.withoutBuildKit) {
    case "ignores":
      return say`is accepted and ignored by the classic builder.`;
    case "fails":
      return say`needs BuildKit: the classic builder does not know it, and the build fails.`;
    case undefined:
      return kind.meaning(flag.value ?? "");
  }
}
