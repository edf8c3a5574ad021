/** Words of a Dockerfile that lead to files of the build context and to stages. */
import assert from "node:assert/strict";
import path from "node:path";
import { type DocumentLink, DocumentLinkRequest } from "vscode-languageserver-protocol";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const text = `FROM alpine AS build
COPY ["a b#1.txt", "src", "*.md", "missing", "/files/"]
ADD https://example.com/x.txt app.py /app/
FROM build
COPY --from=build /files /files
COPY --from=alpine /etc/passwd /p
COPY <<EOF app.py /two/
inline
EOF
`;

test("sources lead to their files, names of stages to their FROM", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: text,
    "a b#1.txt": "1",
    "app.py": "2",
    "notes.md": "3",
    "src/main.c": "4",
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, text);
  await editor.settled(uri);
  const links: readonly DocumentLink[] | null = await editor.connection.sendRequest(
    DocumentLinkRequest.type,
    { textDocument: { uri } },
  );
  const lines = text.split("\n");
  assert.deepEqual(
    (links ?? []).map(({ range: { start, end }, target }) => [
      `${start.line + 1} ${lines[start.line]?.slice(start.character, end.character)}`,
      target,
    ]),
    [
      ['2 "a b#1.txt"', uriOf(path.join(folder, "a b#1.txt"))],
      ["3 app.py", uriOf(path.join(folder, "app.py"))],
      ["4 build", `${uri}#L1`],
      ["5 build", `${uri}#L1`],
      ["7 app.py", uriOf(path.join(folder, "app.py"))],
    ],
  );
  assert.equal(await editor.stop(), 0);
});
