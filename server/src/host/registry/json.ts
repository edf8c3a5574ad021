/** JSON of somebody else, read without trusting it. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** null: it is no JSON. Bytes are text in UTF-8. */
export function jsonOf(text: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof text === "string" ? text : Buffer.from(text).toString("utf8"));
  } catch {
    return null;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** null: it is not there, or no text. */
export function textIn(value: JsonObject, name: string): string | null {
  const found = Object.hasOwn(value, name) ? value[name] : null;
  return typeof found === "string" ? found : null;
}

/** null: it is not there, or no number that counts something. */
export function numberIn(value: JsonObject, name: string): number | null {
  const found = Object.hasOwn(value, name) ? value[name] : null;
  return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : null;
}

/** null: it is not there, or no list of objects. */
export function objectsIn(value: JsonObject, name: string): readonly JsonObject[] | null {
  const found = Object.hasOwn(value, name) ? value[name] : null;
  return Array.isArray(found) && found.every(isObject) ? found : null;
}
