/** The program: `main` on the real process. */
import { main } from "./main.js";

// Output into a pipe that is closed early (`| head`) is not an error.
process.stdout.on("error", () => process.exit(0));

void main(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  print: (text) => process.stdout.write(text),
  error: (line) => process.stderr.write(`${line}\n`),
}).then((code) => {
  process.exitCode = code;
});
