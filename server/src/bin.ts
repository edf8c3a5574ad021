/** The language server as a program. */
import path from "node:path";
import { start } from "./main.js";

start(path.join(import.meta.dirname, "hashThread.mjs"), null);
