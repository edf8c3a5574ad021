/** The first words with a language server: whether it is at work. */
import { spawn } from "node:child_process";

/** What a server that talks over stdin and stdout says first; it then ends. */
export function serverHello(program: string, words: readonly string[]): Promise<string> {
  const hello = JSON.stringify({
    ...{ jsonrpc: "2.0", id: 1, method: "initialize" },
    params: { processId: null, rootUri: null, capabilities: {} },
  });
  const server = spawn(program, words);
  server.stdin.write(`Content-Length: ${hello.length}\r\n\r\n${hello}`);
  return new Promise((resolve, reject) => {
    let out = "";
    server.stdout.on("data", (data: Buffer) => {
      out += data.toString();
      if (!out.includes("serverInfo")) return;
      server.stdin.end();
      resolve(out);
    });
    server.once("error", reject);
    server.once("close", (code) => reject(new Error(`ended with ${code}: ${out}`)));
  });
}
