// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** A quick fix mends its problem, and does nothing else to the text. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { diagnostics } from "../../../server/src/core/features/diagnostics.js";
import { type QuickFix, quickFixes } from "../../../server/src/core/features/quickFixes.js";
import { analysisOf, type Given } from "../analysis/support.js";

const files = { "app.py": "print()\n", "my file": "", "secrets/key": "key\n" };

function fixesOf(given: Given): readonly QuickFix[] {
  return quickFixes(analysisOf(given), { start: 0, end: given.text.length });
}

function applied(text: string, { change }: QuickFix): string {
  assert.equal(change.kind, "edit");
  const edits = change.kind === "edit" ? change.edits : [];
  return edits.reduceRight(
    (all, { range, text }) => all.slice(0, range.start) + text + all.slice(range.end),
    text,
  );
}

const mended: readonly {
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly builder?: "classic";
}[] = [
  { title: "Replace with COPY", from: "FROM a\nCOYP app.py /\n", to: "FROM a\nCOPY app.py /\n" },
  { title: "Replace with run", from: "FROM a\nrnu date\n", to: "FROM a\nrun date\n" },
  { title: "Replace with app.py", from: "FROM a\nCOPY App.py /\n", to: "FROM a\nCOPY app.py /\n" },
  {
    title: "Put all values in double quotes",
    from: 'FROM a\nCMD [ "sleep 1", 60, true]\n',
    to: 'FROM a\nCMD [ "sleep 1", "60", "true"]\n',
  },
  {
    title: "Write it as a JSON array",
    from: "FROM a\nSHELL ['/bin/bash', '-c']\n",
    to: 'FROM a\nSHELL ["/bin/bash", "-c"]\n',
  },
  ...[
    ["CMD ['python', 'app.py']", 'CMD ["python", "app.py"]'],
    ["ENTRYPOINT [nginx, -g, 'daemon off;',]", 'ENTRYPOINT ["nginx", "-g", "daemon off;"]'],
    ['RUN ["make" "all"]', 'RUN ["make", "all"]'],
    ["CMD [“sh”, ‘x’]", 'CMD ["sh", "x"]'],
    ["HEALTHCHECK --retries=2 CMD ['true']", 'HEALTHCHECK --retries=2 CMD ["true"]'],
  ].map(([from, to]) => ({
    title: "Write it as a JSON array",
    from: `FROM a\n${from}\n`,
    to: `FROM a\n${to}\n`,
  })),
  {
    title: "Take the quotes away",
    from: 'FROM a AS "build"\n',
    to: "FROM a AS build\n",
  },
  {
    title: "Take the quotes away",
    from: '# escape="`"\nFROM a\n',
    to: "# escape=`\nFROM a\n",
  },
  {
    title: "Replace with my file",
    from: 'FROM a\nCOPY ["My file", "/"]\n',
    to: 'FROM a\nCOPY ["my file", "/"]\n',
  },
  {
    title: "Replace with builder",
    from: "FROM a AS builder\nFROM b\nCOPY --from=bilder /x /x\n",
    to: "FROM a AS builder\nFROM b\nCOPY --from=builder /x /x\n",
  },
  {
    title: "Replace with --chown",
    from: "FROM a\nCOPY --chwon=0:0 app.py /\n",
    to: "FROM a\nCOPY --chown=0:0 app.py /\n",
  },
  {
    title: "End the folder with a slash",
    from: "FROM a\nCOPY app.py secrets/key /app\n",
    to: "FROM a\nCOPY app.py secrets/key /app/\n",
    builder: "classic",
  },
  {
    title: "End the folder with a slash",
    from: 'FROM a\nCOPY ["app.py", "secrets/key", "/app"]\n',
    to: 'FROM a\nCOPY ["app.py", "secrets/key", "/app/"]\n',
    builder: "classic",
  },
  {
    title: "Use ADD, which takes a URL",
    from: "FROM a\nCOPY https://example.com/tool /bin/\n",
    to: "FROM a\nADD https://example.com/tool /bin/\n",
  },
  {
    title: "Write it as a JSON array",
    from: "FROM a\nSHELL /bin/ash  -c\n",
    to: 'FROM a\nSHELL ["/bin/ash", "-c"]\n',
  },
  {
    title: "Put CMD before the command",
    from: "FROM a\nHEALTHCHECK --retries=2 wget localhost\n",
    to: "FROM a\nHEALTHCHECK --retries=2 CMD wget localhost\n",
  },
  {
    title: "Remove the empty line",
    from: "FROM a\nRUN one \\\n\n  two\n",
    to: "FROM a\nRUN one \\\n  two\n",
  },
  {
    title: "Join both lines",
    from: "FROM a\nRUN apt-get update\n\nRUN apt-get -y install curl\n",
    to: "FROM a\nRUN apt-get update && \\\n    apt-get -y install curl\n",
  },
  {
    title: "Remove the second directive",
    from: "# escape=\\\n# escape=\\\nFROM a\n",
    to: "# escape=\\\nFROM a\n",
  },
];

for (const { title, from, to, builder } of mended) {
  test(`${title}: ${JSON.stringify(from)}`, () => {
    const given = { files, ...(builder === undefined ? {} : { builder }) };
    const [fix] = fixesOf({ ...given, text: from });
    assert.equal(fix?.title, title);
    assert.ok(fix !== undefined);
    assert.equal(applied(from, fix), to);
    const left = analysisOf({ ...given, text: to }).problems.map(({ code }) => code);
    assert.ok(!left.includes(fix.code), `${fix.code} is still there`);
  });
}

test("a name behind a variable, and a name that a shell form cannot hold, have no fix", () => {
  for (const text of [
    "FROM a\nARG N=App\nCOPY ${N}.py /\n",
    "FROM a\nCOPY My\\ file /\n",
    "FROM a\nSHELL /bin/sh '-c x'\n",
  ])
    assert.deepEqual(
      fixesOf({ text, files }).filter(({ mends }) => mends),
      [],
      text,
    );
});

test("what the ignore file hides can be let through it", () => {
  const text = "FROM a\nCOPY ./secrets/key /\n";
  const isIgnored = (path: string) => path.startsWith("secrets");
  const [fix] = fixesOf({ text, files, isIgnored });
  assert.deepEqual(fix?.change, { kind: "ignore", line: "!secrets/key" });
});

test("of a step that takes the whole context what is mostly not meant is named, and can be left out", () => {
  const all = { ...files, ".env": "A=1\n", ".git/HEAD": "x\n", "sub/.env": "B=1\n" };
  for (const line of ["COPY . /app", "RUN --mount=type=bind,target=/src make"]) {
    const text = `FROM a\n${line}\nCOPY sub /sub\n`;
    const lines = fixesOf({ text, files: all }).flatMap(({ change }) =>
      change.kind === "ignore" ? [change.line] : [],
    );
    assert.deepEqual(lines, [".git", ".env"], line);
    const isIgnored = (path: string) => /^\.(?:git|env)/.test(path);
    assert.deepEqual(fixesOf({ text, files: all, isIgnored }), [], line);
  }
});

test("a comment hides a problem that fails no build, in its line and no other", () => {
  const text = "FROM a\nCOPY *.none /\nCOPY *.none /x/\n";
  const fix = fixesOf({ text, files }).find(({ mends }) => !mends);
  assert.ok(fix !== undefined);
  const after = applied(text, fix);
  assert.equal(after, `FROM a\n# stratacast ignore=${fix.code}\nCOPY *.none /\nCOPY *.none /x/\n`);
  const shown = diagnostics(analysisOf({ text: after, files }));
  assert.deepEqual(
    shown.map(({ range }) => after.slice(0, range?.start).split("\n").length),
    [4],
  );
  const global = `# stratacast global ignore=other, ${fix.code}\n${text}`;
  assert.deepEqual(diagnostics(analysisOf({ text: global, files })), []);
});
