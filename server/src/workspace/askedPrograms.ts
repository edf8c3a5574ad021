/**
 * Docker's own programs in the editor: asked in a trusted workspace while the setting says so. An answer
 * does not wait for them; once they have said more, it is asked for again.
 */
import { type DefinitionPrograms, openDefinitionPrograms } from "../host/definitionPrograms.js";
import type { MachinePrograms } from "../host/machine.js";

export interface AskedProgramsOptions {
  readonly isTrusted: () => boolean;
  /** Folders of which no program is started. */
  readonly untrusted: () => readonly string[];
  /** The definitions of a folder may be others; null: of every folder. */
  moved(folder: string | null): void;
  /** Does some work beside; a failure is logged with the name. */
  run(name: string, work: () => Promise<unknown>): void;
}

export interface AskedPrograms {
  readonly ofMachine: MachinePrograms & { readonly programs: DefinitionPrograms };
  /** As the settings say. */
  use(isWanted: boolean): void;
}

/** Nothing is started until `use` says so. */
export function openAskedPrograms(options: AskedProgramsOptions): AskedPrograms {
  let isWanted = false;
  let wasAsking = false;
  const mayAsk = (): boolean => isWanted && options.isTrusted();
  const { untrusted } = options;
  return {
    ofMachine: {
      programs: openDefinitionPrograms({ env: process.env, mayAsk, untrusted }),
      later(folder, work) {
        options.run("definitions", async () => {
          if (await work) options.moved(folder);
        });
      },
    },
    use(wanted) {
      isWanted = wanted;
      if (mayAsk() === wasAsking) return;
      wasAsking = mayAsk();
      options.moved(null);
    },
  };
}
