/**
 * A walk through a real VS Code with the packaged extension: one window on a copy of a sample,
 * steps in order, each a test of its own. A step that fails leaves a picture and ends the walk.
 */
import { existsSync } from "node:fs";
import { test } from "node:test";
import { type Editor, type EditorOptions, openEditor, screenshot } from "./editor.js";
import { inRepository } from "./repository.js";
import { packagePath } from "./runner/packageExtension.js";

/** What a user does and sees, in one sentence, and the doing and seeing. */
export type Step = (sentence: string, walk: () => Promise<void>) => Promise<void>;

/** Declares a journey; its steps are counted as tests. */
export function journey(
  name: string,
  options: Omit<EditorOptions, "vsix">,
  walk: (editor: Editor, step: Step) => Promise<void>,
): void {
  void test(name, async (t) => {
    if (!existsSync(packagePath)) throw new Error(`${packagePath} is missing; npm test makes it.`);
    const editor = await openEditor({ ...options, vsix: packagePath });
    let failed = false;
    const step: Step = async (sentence, action) => {
      if (failed) return;
      await t.test(sentence, async () => {
        try {
          await action();
        } catch (error) {
          failed = true;
          await screenshot(editor, `failed-${`${name} ${sentence}`.replaceAll(/\W+/g, "-")}`);
          throw error;
        }
      });
    };
    try {
      await walk(editor, step);
    } finally {
      await editor.close();
    }
  });
}

/** The absolute path of a sample project. */
export function sample(name: string): string {
  return inRepository("test", "fixtures", "workspaces", name);
}
