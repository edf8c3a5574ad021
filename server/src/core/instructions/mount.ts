/** `RUN --mount=…`. Source: BuildKit, instructions/commands_runmount.go, convert_runmount.go. */
import type { Flag } from "../syntax/syntax.js";
import { baseName, cleanPath } from "../text/paths.js";
import { say } from "../text/say.js";
import type { Mount, SourceReference } from "./operation.js";
import { absolutePath, joinPaths } from "./paths.js";
import type { MountMistake } from "./problem.js";
import type { Reading } from "./reading.js";
import { openPath } from "./unknowns.js";

const types = ["bind", "cache", "tmpfs", "secret", "ssh"] as const;
type MountType = (typeof types)[number];

const sharings = ["shared", "private", "locked"];

/** What a `--mount` with this value does to the image and to the cache. */
export function mountMeaning(value: string): string {
  const type = /(?:^|,)\s*type=([a-z]+)/i.exec(value)?.[1]?.toLowerCase() ?? "bind";
  switch (types.find((known) => known === type)) {
    case "bind":
      return say`mounts files of the build context or of another stage for this step only; they are in no layer. Their content is in the key, so a changed file rebuilds the step.`;
    case "cache":
      return say`mounts a folder that outlives the build and is in no layer. What is in it never rebuilds the step, and on a fresh build server it is empty.`;
    case "tmpfs":
      return say`mounts an empty file system in memory for this step only.`;
    case "secret":
      return say`gives the command a secret for this step only; it is in no layer. A new value does not rebuild the step.`;
    case "ssh":
      return say`lets the command use the SSH agent of the build. Keys are in no layer and not in the key.`;
    case undefined:
      return say`gives the command files for this step only.`;
  }
}

/** One key and value of the flag; null value: the key stood alone. */
interface Field {
  readonly key: string;
  readonly value: string | null;
}

/** Reads one `--mount` flag; null, and reported, when the builder would reject it. */
export function readMount(flag: Flag, reading: Reading): Mount | null {
  const fail = (mistake: MountMistake, phase: "read" | "build" = "build"): null => {
    reading.report(phase, { code: "bad-mount", mistake }, flag.valueRange);
    return null;
  };
  const fields = splitFields(flag.value ?? "");
  if (fields === null) return fail({ kind: "open-quote" }, "read");

  const values = new Map<string, string>();
  /** Values as they are typed that only the base image can tell. */
  const open = new Map<string, string>();
  let type: MountType = "bind";
  let readOnly: boolean | null = null;
  let required = false;
  for (const { key, value: typed } of fields) {
    if (key === "from" && /\$./.test(typed ?? "")) {
      return fail({ kind: "variable-in-from" }, "read");
    }
    const word = { value: typed ?? "", range: flag.valueRange };
    const value = typed === null ? null : reading.expand(word);
    const name = fieldNames.get(key);
    if (name === undefined) return fail({ kind: "unknown-option", option: key });
    if (name === "readonly" || name === "readwrite" || name === "required") {
      const isTrue = parseBoolean(value ?? "true");
      if (isTrue === null && value !== null && !reading.written(word, value).isKnown) continue;
      if (isTrue === null) return fail({ kind: "no-boolean", option: key, value: value ?? "" });
      if (name === "required") required = isTrue;
      else readOnly = name === "readonly" ? isTrue : !isTrue;
      continue;
    }
    if (value === null) return fail({ kind: "no-value", option: key });
    if (name === "type") {
      const found = types.find((known) => known === value.toLowerCase());
      if (found === undefined) return fail({ kind: "no-type", value });
      type = found;
      continue;
    }
    if (name === "env" && !reading.knows("secret-variable", flag.valueRange, "fails", "build"))
      return null;
    const { written, isKnown } = reading.written(word, value);
    if (!isKnown) open.set(name, written);
    if (isKnown || !checkedFields.has(name)) values.set(name, value);
  }
  const mistake = checkCombination(type, values, required);
  if (mistake !== null) return fail(mistake);

  const fromName = values.get("from");
  const from = sourceOf(type, fromName, flag, reading);
  if (from === "unresolved") return null;
  const typedTarget = values.get("target") ?? "";
  const target = cleanPath(typedTarget).startsWith("/")
    ? cleanPath(typedTarget)
    : joinPaths("/", reading.scope.directory, typedTarget);
  const openTarget = openPath(reading.scope.unknowns, reading.scope.directory, {
    written: open.get("target") ?? typedTarget,
    isKnown: !open.has("target"),
  });
  const needsTarget = type === "bind" || type === "cache" || type === "tmpfs";
  if (needsTarget && target === "/" && !open.has("target")) return fail({ kind: "root-as-target" });
  return {
    type,
    from,
    source: absolutePath(values.get("source") ?? ""),
    ...openSourceIn(open),
    target: needsTarget || typedTarget !== "" ? target : "",
    ...(openTarget === null || (typedTarget === "" && !open.has("target")) ? {} : { openTarget }),
    readOnly: readOnly ?? (type !== "cache" && type !== "tmpfs"),
    id: values.get("id") ?? (type === "secret" ? (values.get("source") ?? "") : ""),
    sharing: (values.get("sharing") ?? "").toLowerCase(),
    required,
    environmentName: values.get("env") ?? null,
    mode: numberOf(values.get("mode"), 8),
    uid: numberOf(values.get("uid"), 10),
    gid: numberOf(values.get("gid"), 10),
    sizeLimit: parseSize(values.get("size") ?? "") ?? 0,
  };
}

function openSourceIn(open: ReadonlyMap<string, string>): Pick<Mount, "openSource"> {
  const source = open.get("source");
  return source === undefined ? {} : { openSource: source };
}

/** Options of which not every text is a value. */
const checkedFields: ReadonlySet<string> = new Set(["mode", "uid", "gid", "size", "sharing"]);

/** Every spelling of an option, and the name that stands for it. */
const fieldNames = new Map<string, string>([
  ["type", "type"],
  ["from", "from"],
  ["source", "source"],
  ["src", "source"],
  ["target", "target"],
  ["dst", "target"],
  ["destination", "target"],
  ["readonly", "readonly"],
  ["ro", "readonly"],
  ["readwrite", "readwrite"],
  ["rw", "readwrite"],
  ["required", "required"],
  ["size", "size"],
  ["id", "id"],
  ["sharing", "sharing"],
  ["mode", "mode"],
  ["uid", "uid"],
  ["gid", "gid"],
  ["env", "env"],
]);

function checkCombination(
  type: MountType,
  values: ReadonlyMap<string, string>,
  required: boolean,
): MountMistake | null {
  const hasIdentity = type === "secret" || type === "ssh" || type === "cache";
  for (const option of ["mode", "uid", "gid"] as const) {
    const value = values.get(option);
    if (value === undefined) continue;
    if (!hasIdentity) return notForType(option, type);
    if (numberOf(value, option === "mode" ? 8 : 10) === null)
      return { kind: "no-number", option, value };
  }
  if (required && type !== "secret" && type !== "ssh") {
    return notForType("required", type);
  }
  const size = values.get("size");
  if (size !== undefined && type !== "tmpfs") return notForType("size", type);
  if (size !== undefined && parseSize(size) === null) return { kind: "no-size", value: size };
  const sharing = values.get("sharing");
  if (sharing !== undefined && !sharings.includes(sharing.toLowerCase())) {
    return { kind: "no-sharing", value: sharing };
  }
  if (sharing !== undefined && type !== "cache") {
    return notForType("sharing", type);
  }
  if (type === "secret") {
    if (values.has("from")) return { kind: "secret-from" };
    if (!["source", "target", "id"].some((name) => values.get(name))) {
      return { kind: "secret-unnamed" };
    }
    if (values.get("source") && values.get("id")) return { kind: "secret-named-twice" };
  }
  return null;
}

function notForType(option: string, type: MountType): MountMistake {
  return { kind: "not-for-type", option, type };
}

function sourceOf(
  type: MountType,
  from: string | undefined,
  flag: Flag,
  reading: Reading,
): SourceReference | null | "unresolved" {
  if (type === "secret" || type === "ssh" || type === "tmpfs") return null;
  if (from === undefined || from === "") return { kind: type === "cache" ? "scratch" : "context" };
  return reading.source(from, flag.valueRange, "mount") ?? "unresolved";
}

/** Comma-separated fields with the quotes of CSV; null: a quote stays open. */
function splitFields(text: string): readonly Field[] | null {
  const fields: Field[] = [];
  let at = 0;
  do {
    let field = "";
    if (text[at] === '"') {
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) return null;
        field += text.slice(at + 1, close);
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
      }
      if (at < text.length && text[at] !== ",") return null;
    } else {
      const comma = text.indexOf(",", at);
      const end = comma < 0 ? text.length : comma;
      field = text.slice(at, end);
      if (field.includes('"')) return null;
      at = end;
    }
    const equals = field.indexOf("=");
    fields.push(
      equals < 0
        ? { key: field.toLowerCase(), value: null }
        : { key: field.slice(0, equals).toLowerCase(), value: field.slice(equals + 1) },
    );
  } while (at++ < text.length);
  return fields;
}

/** Go's `strconv.ParseBool`. */
function parseBoolean(text: string): boolean | null {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : null;
}

function numberOf(text: string | undefined, base: 8 | 10): number | null {
  if (text === undefined || !(base === 8 ? /^[0-7]{1,11}$/ : /^\d{1,10}$/).test(text)) return null;
  const value = Number.parseInt(text, base);
  return value <= 0xffff_ffff ? value : null;
}

/** Bytes of `64m`, `1.5GiB`, …: docker/go-units `RAMInBytes`. */
export function parseSize(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text);
  if (match === null) return null;
  return Math.floor(
    Number(match[1]) * 1024 ** " kmgtp".indexOf((match[2] ?? "").toLowerCase() || " "),
  );
}

/** What a secret or an agent goes by: exec.go, `dispatchSecret` and `dispatchSSH`. */
export function givenId({ type, id, target }: Mount): string {
  return id || (type === "ssh" ? "default" : baseName(target));
}
