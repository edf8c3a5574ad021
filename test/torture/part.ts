/** A part of the torture: what is tried, how often, and what came of it. */

export interface Torture {
  readonly seed: number;
  /** How long the parts that could go on for ever may take together, in milliseconds. */
  readonly time: number;
  readonly isShort: boolean;
  readonly print: (line: string) => void;
}

export interface Outcome {
  readonly what: string;
  readonly howMany: string;
  readonly result: string;
  readonly isGood: boolean;
}

export interface Part {
  readonly name: string;
  run(torture: Torture): Promise<readonly Outcome[]>;
}

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
