/** What `stratacast builds` lists of a folder. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { inRepository } from "../../../support/repository.js";
import { temporaryFolder } from "../../../support/temporaryFolder.js";
import { runCli } from "./runCli.js";

export interface Listed {
  readonly id: string;
  readonly dockerfile: string | null;
  readonly context: string | null;
  readonly contexts: Readonly<Record<string, { readonly kind: string; readonly value: string }>>;
  readonly target: string | null;
  readonly args: Readonly<Record<string, string | null>>;
  readonly platforms: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly chosen: boolean;
  readonly source: { readonly file: string | null; readonly line: number | null };
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

export interface List {
  readonly builds: readonly Listed[];
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

const isValid = new Ajv2020({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(inRepository("docs/schema/builds.schema.json"), "utf8")) as object, // our own file
);

export async function listOf(folder: string): Promise<List> {
  const { code, out } = await runCli(["builds", "--format", "json"], { cwd: folder });
  assert.equal(code, 0);
  const list: unknown = JSON.parse(out);
  assert.ok(isValid(list), JSON.stringify(isValid.errors));
  const ids = (list as List).builds.map(({ id }) => id); // the schema says so
  assert.equal(new Set(ids).size, ids.length);
  return list as List; // the schema says so
}

export function layout(t: TestContext, files: Readonly<Record<string, string>>): Promise<List> {
  return listOf(temporaryFolder(t, files));
}

/** `id dockerfile context target`, with a star where it is chosen. */
export function rows({ builds }: List): readonly string[] {
  return builds.map(
    ({ id, dockerfile, context, target, chosen }) =>
      `${chosen ? "*" : ""}${id} ${dockerfile} ${context}${target === null ? "" : ` ${target}`}`,
  );
}
