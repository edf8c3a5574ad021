/** The suites of `npm test`, in the order they run: the quick ones first. */
import { findBrowser } from "../hosts/browser.js";
import { installVsCode } from "../hosts/vscode.js";
import { packageExtension } from "./packageExtension.js";

export interface Suite {
  /** The folder below `test/`. */
  readonly name: string;
  readonly about: string;
  /** Each folder in a process of its own: of one that has grown each child is forked slowly. */
  readonly isByFolder: boolean;
  /** Of a process, for the tests alone; what is fetched before them has its own patience. */
  readonly limitSeconds: number;
  /** Brings what the suite needs; its failure is the suite's. */
  readonly prepare: () => Promise<void>;
}

export const suites: readonly Suite[] = [
  {
    name: "unit",
    about: "the core, in memory",
    isByFolder: true,
    limitSeconds: 300,
    prepare: nothing,
  },
  {
    name: "tidy",
    about: "what holds for the whole project: boundaries, documents, the package",
    isByFolder: false,
    limitSeconds: 240,
    prepare: async () => {
      await packageExtension();
    },
  },
  {
    name: "protocol",
    about: "the bundled language server over stdio",
    isByFolder: false,
    limitSeconds: 300,
    prepare: nothing,
  },
  {
    name: "conformance",
    about: "predictions against recordings of real engine builds",
    isByFolder: false,
    limitSeconds: 300,
    prepare: nothing,
  },
  {
    name: "host",
    about: "the packaged extension in a real VS Code",
    isByFolder: false,
    limitSeconds: 900,
    prepare: async () => {
      await findBrowser();
      await installVsCode("main");
      await installVsCode("oldest");
      await packageExtension();
    },
  },
];

async function nothing(): Promise<void> {}
