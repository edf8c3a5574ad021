/** The suites of `npm test`, in the order they run: the quick ones first. */
import { findBrowser } from "../hosts/browser.js";
import { installVsCode } from "../hosts/vscode.js";
import { packageExtension } from "./packageExtension.js";

export interface Suite {
  /** The folder below `test/`. */
  readonly name: string;
  readonly about: string;
  /** For the tests alone; what is fetched before them has its own patience. */
  readonly limitSeconds: number;
  /** Brings what the suite needs; its failure is the suite's. */
  readonly prepare: () => Promise<void>;
}

export const suites: readonly Suite[] = [
  {
    name: "unit",
    about: "the core, in memory",
    limitSeconds: 120,
    prepare: async () => {},
  },
];

async function prepareTidy(): Promise<void> {
  await packageExtension();
}

async function prepareHost(): Promise<void> {
  await findBrowser();
  await installVsCode("main");
  await installVsCode("oldest");
  await packageExtension();
}
