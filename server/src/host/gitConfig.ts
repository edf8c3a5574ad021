/**
 * Git's settings, read without git, as far as they decide what a checkout writes. Every value that
 * stands anywhere counts, whatever overrides it and whatever condition its file is included under:
 * it is enough that bytes could be changed. Source: git, Documentation/config.txt, config.c.
 */

import { homedir } from "node:os";
import path from "node:path";
import { isAbsent } from "./errors.js";
import { type FileSystem, readRegularFile } from "./nodeFileSystem.js";

export interface GitSetting {
  /** In lower case, with the section: `core.autocrlf`. What stands between in quotes is left out. */
  readonly name: string;
  /** null: the name stands alone, which is yes. */
  readonly value: string | null;
}

/** False for what git takes as no; `true`, for all that it does not know. */
export function isYes({ value }: GitSetting): boolean {
  return value === null || !/^(?:false|no|off|0|)$/i.test(value);
}

/** What stands around this process that git looks at. */
export interface GitSurroundings {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Of this process. */
export const surroundings: GitSurroundings = { home: homedir(), env: process.env };

/** The folders that git's packages keep their settings and attributes in. */
const systemFolders: readonly string[] = ["/etc", "/usr/local/etc", "/opt/homebrew/etc"];

/** This machine's and this user's settings; null: some cannot be read. */
export function commonSettings(
  fileSystem: FileSystem,
  { home, env }: GitSurroundings,
): readonly GitSetting[] | null {
  // How one git hands the words of its `-c` on to others.
  if (env["GIT_CONFIG_PARAMETERS"] !== undefined) return null;
  const system = env["GIT_CONFIG_SYSTEM"] ?? systemFolders.map((folder) => `${folder}/gitconfig`);
  const own = env["GIT_CONFIG_GLOBAL"] ?? [
    path.join(configFolder({ home, env }), "git", "config"),
    path.join(home, ".gitconfig"),
  ];
  const settings: GitSetting[] = [];
  for (const [key, name] of Object.entries(env)) {
    const [, number] = /^GIT_CONFIG_KEY_(\d+)$/.exec(key) ?? [];
    if (number === undefined || name === undefined) continue;
    settings.push({ name: name.toLowerCase(), value: env[`GIT_CONFIG_VALUE_${number}`] ?? null });
  }
  for (const file of [system, own].flat()) {
    const read = readGitConfig(fileSystem, file, home);
    if (read === null) return null;
    settings.push(...read);
  }
  return settings;
}

/** Files of this machine's and this user's attributes, where no setting names another. */
export function commonAttributesFiles(around: GitSurroundings): readonly string[] {
  return [
    ...systemFolders.map((folder) => `${folder}/gitattributes`),
    path.join(configFolder(around), "git", "attributes"),
  ];
}

function configFolder({ home, env }: GitSurroundings): string {
  const set = env["XDG_CONFIG_HOME"] ?? "";
  return set === "" ? path.join(home, ".config") : set;
}

/** A file includes another that deep; git stops there too. */
const maxDepth = 10;

/** Bytes. No settings or attributes that somebody wrote are longer. */
const maxLength = 1_000_000;

/** The settings of a file and of those that it includes; null: one is there and cannot be read. */
export function readGitConfig(
  fileSystem: FileSystem,
  file: string,
  home: string,
  depth = 0,
): readonly GitSetting[] | null {
  const text = readGitText(fileSystem, file);
  if (text === "absent") return [];
  const own = text === null || depth > maxDepth ? null : parseGitConfig(text);
  if (own === null) return null;
  const all = [...own];
  for (const { name, value } of own) {
    if ((name !== "include.path" && name !== "includeif.path") || value === null) continue;
    const included = pathOfSetting(value, path.dirname(file), home);
    const settings = readGitConfig(fileSystem, included, home, depth + 1);
    if (settings === null) return null;
    all.push(...settings);
  }
  return all;
}

/** The absolute path that a setting in a file of `folder` names. */
export function pathOfSetting(value: string, folder: string, home: string): string {
  return path.resolve(
    folder,
    value === "~" || value.startsWith("~/") ? home + value.slice(1) : value,
  );
}

/** A text file that git reads, links followed; null: it is there and is none. */
export function readGitText(fileSystem: FileSystem, file: string): string | "absent" | null {
  const real = fileSystem.realPath(file);
  if (!real.ok) return isAbsent(real.error) ? "absent" : null;
  const bytes = readRegularFile(fileSystem, real.value, maxLength);
  if (bytes.ok) return bytes.value.toString("utf8");
  // Where a device stands, git finds nothing in it: /dev/null is how settings are switched off.
  return isAbsent(bytes.error) || bytes.error.code === "EINVAL" ? "absent" : null;
}

/** null: not a file of settings, or written in a way that nobody writes. */
export function parseGitConfig(text: string): readonly GitSetting[] | null {
  // A comment goes to the end of its line, and no further.
  if (/[#;].*\\$/m.test(text)) return null;
  const settings: GitSetting[] = [];
  let section = "";
  // A backslash at the end of a line takes the next one in.
  for (let rest of text
    .replace(/^\uFEFF/, "")
    .replace(/\\\r?\n/g, " ")
    .split(/\r?\n/)) {
    const header = /^\s*\[\s*([-\w.]+)\s*(?:"(?:[^"\\]|\\.)*"\s*)?\]/.exec(rest);
    if (header !== null) {
      section = (header[1] ?? "").toLowerCase();
      rest = rest.slice(header[0].length);
    }
    if (/^\s*(?:[#;]|$)/.test(rest)) continue;
    const [, key, given] = /^\s*([A-Za-z][-\w]*)\s*(?:=(.*)|(?:[#;].*)?)$/s.exec(rest) ?? [];
    if (key === undefined || section === "") return null;
    const value = given === undefined ? null : unquoted(given);
    if (value === null && given !== undefined) return null;
    settings.push({ name: `${section}.${key.toLowerCase()}`, value });
  }
  return settings;
}

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  b: "\b",
  '"': '"',
  "\\": "\\",
};

/** What a value says, without quotes, comment and the blanks around it; null: git reads none. */
function unquoted(written: string): string | null {
  let text = "";
  let kept = 0;
  let isQuoted = false;
  for (let at = 0; at < written.length; at++) {
    let character = written.charAt(at);
    if (!isQuoted && (character === "#" || character === ";")) break;
    if (character === '"') {
      isQuoted = !isQuoted;
      kept = text.length;
      continue;
    }
    const isBlank = /\s/.test(character);
    if (character === "\\") {
      const escaped = escapes[written.charAt(++at)];
      if (escaped === undefined) return null;
      character = escaped;
    } else if (isBlank && !isQuoted) {
      if (text !== "") text += character;
      continue;
    }
    text += character;
    kept = text.length;
  }
  return isQuoted ? null : text.slice(0, kept);
}
