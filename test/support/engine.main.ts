/**
 * Asks a real Docker engine one question, starting a private one where none is at hand:
 *
 *     node .cache/build/engine.mjs -- build -t x .          # docker build -t x .
 *     node .cache/build/engine.mjs --shell 'docker build -t x . && docker history x'
 *
 * The image `local/base` (busybox, users app and other) is there. Images and build cache are kept
 * from one call to the next under .cache/engine/ask; `--fresh` starts with nothing, and
 * `--containerd` asks an engine with the containerd image store, `--engine 26.1` (or 20.10) another
 * one than the newest.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { importBaseImage } from "./engine/baseImage.js";
import { startEngine } from "./engine/engine.js";
import { EngineUnavailable, engineRelease } from "./engine/files.js";

const cache = path.resolve(import.meta.dirname, "../engine");

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const end = args.findIndex((arg) => arg === "--" || arg === "--shell");
  const words = end === -1 ? [] : args.slice(end + 1);
  const flags = end === -1 ? args : args.slice(0, end);
  const named = flags.indexOf("--engine");
  const release = engineRelease(named === -1 ? "newest" : (flags[named + 1] ?? ""));
  const others = flags.filter((_, at) => named === -1 || (at !== named && at !== named + 1));
  const isUnknown = (flag: string): boolean => flag !== "--fresh" && flag !== "--containerd";
  if (words.length === 0 || release === null || others.some(isUnknown)) {
    console.error(
      "usage: engine.mjs [--fresh] [--containerd] [--engine 26.1|20.10] (-- DOCKER-ARGS… | --shell SCRIPT)",
    );
    return 2;
  }
  const store = flags.includes("--containerd") ? "containerd" : "graphdriver";
  const data = path.join(cache, "ask", release === "newest" ? store : `${store}-${release}`);
  const endTurn = takeTurn(path.join(cache, "ask.lock"));
  if (endTurn === null) {
    console.error("another engine.mjs is running; try again when it is done");
    return 2;
  }
  try {
    if (flags.includes("--fresh")) rmSync(data, { recursive: true, force: true });
    const engine = await startEngine({ cache, data, store, mayUseGiven: false, release });
    try {
      const known = await engine.docker(["image", "inspect", "local/base"]);
      if (known.code !== 0) await importBaseImage(engine, "local/base", "ask");
      const [program, rest] =
        args[end] === "--shell" ? ["bash", ["-c", ...words]] : ["docker", words];
      const child = spawn(program, rest, { env: engine.env, stdio: "inherit" });
      process.on("SIGINT", () => {}); // The child hears Ctrl-C too, and ends; then we clean up.
      return await new Promise((resolve) => {
        child.on("close", (code) => resolve(code ?? 1));
        child.on("error", () => resolve(127));
      });
    } finally {
      await engine.stop();
    }
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    console.error(error.message);
    return 2;
  } finally {
    endTurn();
  }
}

/** One engine at a time may use the kept data; null: another program does. */
function takeTurn(lock: string): (() => void) | null {
  mkdirSync(path.dirname(lock), { recursive: true });
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      return () => rmSync(lock, { force: true });
    } catch {
      if (existsSync(`/proc/${readFileSync(lock, "utf8")}`)) return null;
      rmSync(lock, { force: true });
    }
  }
  return null;
}
