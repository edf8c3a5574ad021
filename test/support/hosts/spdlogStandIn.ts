/**
 * VS Code writes its logs, and the text of every output channel, through the C++ addon
 * `@vscode/spdlog`. This module takes its place where nothing is compiled. What VS Code relies on:
 * a logger appends `time [level] message` and a newline, and after `clearFormatters()` it appends
 * the message as it is. The names must be assigned to `exports` one by one, as ESM importers read
 * them from the source.
 */
export const spdlogStandIn = `"use strict";
const fs = require("node:fs");
const path = require("node:path");

const levels = ["trace", "debug", "info", "warn", "error", "critical"];

function createLogger(file) {
  let level = 2;
  let raw = false;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const logger = {
    setLevel(wanted) { level = wanted; },
    getLevel() { return level; },
    setPattern() {},
    clearFormatters() { raw = true; },
    flush() {},
    drop() {},
  };
  levels.forEach((name, rank) => {
    logger[name] = (message) => {
      if (rank < level) return;
      const time = new Date().toISOString().replace("T", " ").slice(0, 23);
      fs.appendFileSync(file, raw ? message : time + " [" + name + "] " + message + "\\n");
    };
  });
  return logger;
}

exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.shutdown = () => {};
exports.createRotatingLogger = async (name, file) => createLogger(file);
exports.createAsyncRotatingLogger = async (name, file) => createLogger(file);
`;
