/** The language server in Neovim, set up as docs/editors.md says. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { installFromDebian, whyNotHere } from "../support/hosts/debian.js";
import { projectText } from "../support/projectFiles.js";
import { inRepository } from "../support/repository.js";
import { temporaryFolder } from "../support/temporaryFolder.js";

const program = "/usr/bin/nvim";

/** What a person sees, as JSON on the last line: lenses and problems beside the text, and a hover. */
const look = `
local function seen()
  local lines = {}
  for _, space in pairs(vim.api.nvim_get_namespaces()) do
    for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })) do
      local words = ""
      for _, chunk in ipairs(mark[4].virt_text or {}) do words = words .. chunk[1] end
      if words ~= "" then table.insert(lines, (mark[2] + 1) .. " " .. words) end
    end
  end
  table.sort(lines)
  return lines
end
local function shows(word)
  return function()
    vim.cmd("doautocmd CursorHold")
    vim.wait(300)
    return table.concat(seen(), "\\n"):find(word, 1, true) ~= nil
  end
end
local result = {}
vim.wait(20000, shows("1 file, 2 B"), 500)
result.first = seen()
vim.fn.system({ "stratacast", "simulate", "." })
vim.api.nvim_buf_set_lines(0, 3, 4, false, { "RUN echo other" })
vim.cmd("silent write")
vim.wait(20000, shows("Rebuilds"), 500)
result.after = seen()
local hover = vim.lsp.buf_request_sync(0, "textDocument/hover", {
  textDocument = vim.lsp.util.make_text_document_params(),
  position = { line = 1, character = 1 },
}, 10000)
result.hover = vim.tbl_values(hover)[1].result.contents.value
io.stdout:write("\\n" .. vim.fn.json_encode(result) .. "\\n")
vim.cmd("qa!")
`;

interface Seen {
  readonly first: readonly string[];
  readonly after: readonly string[];
  readonly hover: string;
}

test("Neovim shows lenses, problems and hovers, and follows a build of the command line", async (t) => {
  if (!existsSync(program)) {
    const why = whyNotHere();
    if (why !== null) return t.skip(`no Neovim: ${why}`);
    assert.equal(await installFromDebian("Neovim", program, ["neovim"]), null);
  }
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM alpine\nCOPY a.txt /a\nCOPY missing /m\nRUN echo one\n",
    "a.txt": "1\n",
    missing: "",
  });
  const seen = await seenIn(folder, temporaryFolder(t));
  assert.deepEqual(seen.first, [
    "1 Base image alpine · no earlier build to compare with",
    "2 Layer 1 · 1 file, 2 B",
    "3 Layer 2 · 1 file, 0 B",
    "4 Layer 3",
  ]);
  assert.deepEqual(seen.after, [
    "1 Base image alpine",
    "2 Cached · layer 1 · 1 file, 2 B",
    "3 Cached · layer 2 · 1 file, 0 B",
    "4 Rebuilds: instruction changed · layer 3",
  ]);
  assert.match(seen.hover, /\*\*What happens:\*\* Copies a\.txt/);
});

/** Opens the Dockerfile of a folder. @param home for what Neovim and the command line keep */
async function seenIn(folder: string, home: string): Promise<Seen> {
  const [, setup = ""] = /```lua\n(.*?)```/s.exec(projectText("docs/editors.md")) ?? [];
  const scripts = { init: path.join(home, "init.lua"), look: path.join(home, "look.lua") };
  writeFileSync(scripts.init, setup);
  writeFileSync(scripts.look, look);
  const programs = path.join(home, "bin");
  mkdirSync(programs);
  symlinkSync(inRepository("dist/cli.mjs"), path.join(programs, "stratacast"));
  const child = spawn(
    program,
    ["--headless", "-u", scripts.init, "Dockerfile", "-c", `luafile ${scripts.look}`],
    {
      cwd: folder,
      env: { ...process.env, HOME: home, PATH: `${programs}:${process.env["PATH"]}` },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 90_000,
    },
  );
  let out = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data: Buffer) => {
      out += data.toString();
    });
  await new Promise((resolve) => child.once("close", resolve));
  const last = out.trim().split("\n").at(-1) ?? "";
  assert.match(last, /^\{/, out);
  return JSON.parse(last) as Seen;
}
