/** What a suite's process hands to the runner, as JSON in the file named by `countsFileVariable`. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Environment variable: where the reporter writes its `Counts`. */
export const countsFileVariable = "STRATACAST_TEST_COUNTS";
