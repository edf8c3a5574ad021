import type { Known } from "../host.js";
import type { AnswerTo, NeedKind, NeedOf } from "../world/facts.js";

/** Looks a fact up, and remembers that it was. */
export type Read = <K extends NeedKind>(need: NeedOf<K>) => Known<AnswerTo<K>>;
