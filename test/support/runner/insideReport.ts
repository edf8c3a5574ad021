/** What the tests inside VS Code's extension host hand to the test that started them. */
export interface InsideResult {
  readonly name: string;
  /** null: passed; otherwise why not. */
  readonly failure: string | null;
}

/** Environment variable: the file that the results are written to, as JSON. */
export const insideReportVariable = "STRATACAST_INSIDE_REPORT";
