/**
 * The scopes of every word in `test/fixtures/grammar`, beside the sources. They are compared with
 * small stand-ins for VS Code's own grammars, so that they are the same on every machine; the last
 * test repeats them with the real ones where the VS Code of the host tests has been fetched.
 * `--update` or UPDATE_GOLDENS=1 writes them anew; without it a missing file is a failure.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { inCache, inRepository } from "../../support/repository.js";
import { type Grammars, ours, scopesOf, standIns, tokenize } from "./tokenize.js";

const isUpdating = process.argv.includes("--update") || process.env["UPDATE_GOLDENS"] === "1";
const folder = inRepository("test/fixtures/grammar");
const sources = readdirSync(folder).filter((name) => /\.(dockerfile|log)$/.test(name));

for (const name of sources) {
  test(`grammar/${name}`, async () => {
    const scopes = await scopesOf({ ...standIns, ...ours }, grammarOf(name), read(name));
    const golden = `${folder}/${name}.scopes`;
    if (isUpdating) writeFileSync(golden, scopes);
    assert.equal(scopes, existsSync(golden) ? readFileSync(golden, "utf8") : "");
  });
}

test("a heredoc ends where the builder ends it, whatever its shell leaves open", async () => {
  const source = 'RUN <<EOF\necho "open\nEOF\nUSER app\n';
  const lines = await tokenize({ ...standIns, ...ours }, "source.dockerfile", source);
  assert.deepEqual(lines[3]?.[0], {
    text: "USER",
    scopes: ["meta.instruction.other.dockerfile", "keyword.other.special-method.dockerfile"],
  });
});

test("every sample project is coloured to its last line", async () => {
  const samples = ["python-app", "go-server", "node-shop"];
  for (const sample of samples) {
    const file = inRepository("test/fixtures/workspaces", sample, "Dockerfile");
    const text = readFileSync(file, "utf8");
    const lines = await tokenize({ ...standIns, ...ours }, "source.dockerfile", text);
    const last = lines.at(-1)?.[0];
    assert.equal(last?.text, "CMD", sample);
    assert.ok(last.scopes.includes("keyword.other.special-method.dockerfile"), sample);
  }
});

test("with VS Code's own grammars the words mean the same", async (context) => {
  const real = grammarsOfVsCode();
  if (real === null) {
    context.skip("no VS Code in the cache; the host tests fetch it");
    return;
  }
  for (const name of sources.filter((source) => source.endsWith(".dockerfile"))) {
    const ourTokens = await plainTokens({ ...standIns, ...ours }, read(name));
    assert.deepEqual(await plainTokens({ ...real, ...ours }, read(name)), ourTokens, name);
  }
});

test("a heredoc of RUN is read by VS Code's shell grammar", async (context) => {
  const real = grammarsOfVsCode();
  if (real === null) {
    context.skip("no VS Code in the cache; the host tests fetch it");
    return;
  }
  const source = "RUN <<EOF\nif true; then\nEOF\n";
  const lines = await tokenize({ ...real, ...ours }, "source.dockerfile", source);
  const scopes = lines[1]?.[0]?.scopes ?? [];
  assert.ok(
    scopes.some((scope) => scope.startsWith("keyword.") && scope.endsWith(".shell")),
    scopes.join(" "),
  );
});

function grammarOf(name: string): string {
  return name.endsWith(".log") ? "source.stratacast-log" : "source.dockerfile";
}

function read(name: string): string {
  return readFileSync(`${folder}/${name}`, "utf8");
}

/** null: no VS Code has been fetched. */
function grammarsOfVsCode(): Grammars | null {
  const hosts = inCache("hosts");
  const found = existsSync(hosts)
    ? readdirSync(hosts).find((name) => existsSync(`${hosts}/${name}/extensions/docker/syntaxes`))
    : undefined;
  if (found === undefined) return null;
  const grammars: Record<string, string> = {};
  for (const extension of ["docker", "shellscript", "python"]) {
    const syntaxes = `${hosts}/${found}/extensions/${extension}/syntaxes`;
    for (const file of readdirSync(syntaxes)) {
      const source = readFileSync(`${syntaxes}/${file}`, "utf8");
      const { scopeName } = JSON.parse(source) as { scopeName: string };
      grammars[scopeName] = source;
    }
  }
  return grammars;
}

/** Lines as runs of text with the same scopes, where what another language says is left out. */
async function plainTokens(grammars: Grammars, text: string): Promise<readonly string[]> {
  const lines = await tokenize(grammars, "source.dockerfile", text);
  return lines.map((tokens) => {
    const runs: { text: string; scopes: string }[] = [];
    for (const token of tokens) {
      const own = token.scopes.filter((scope) => /\.dockerfile$/.test(scope)).join(" ");
      const last = runs.at(-1);
      if (last?.scopes === own) last.text += token.text;
      else runs.push({ text: token.text, scopes: own });
    }
    return runs.map((run) => `${run.text} [${run.scopes}]`).join(" ");
  });
}
