/** `NAME=value` as people write it for build arguments, labels and environments. */
export interface Assignment {
  readonly name: string;
  /** null: the name stands alone. */
  readonly value: string | null;
}

/** Splits at the first `=`: a value may hold others. */
export function readAssignment(text: string): Assignment {
  const at = text.indexOf("=");
  return at < 0
    ? { name: text, value: null }
    : { name: text.slice(0, at), value: text.slice(at + 1) };
}
