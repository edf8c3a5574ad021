/** What a registry asks for with a 401: `WWW-Authenticate`, RFC 9110 §11.6.1. */

export type Challenge =
  | { readonly scheme: "basic" }
  | {
      readonly scheme: "bearer";
      readonly realm: string;
      readonly service: string;
      readonly scope: string;
    };

/** The first one that can be met; null: there is none. */
export function readChallenge(header: string): Challenge | null {
  for (const { scheme, params } of challenges(header)) {
    if (scheme === "bearer" && params.has("realm")) {
      const of = (name: string) => params.get(name) ?? "";
      return { scheme, realm: of("realm"), service: of("service"), scope: of("scope") };
    }
    if (scheme === "basic") return { scheme };
  }
  return null;
}

interface Written {
  readonly scheme: string;
  readonly params: Map<string, string>;
}

/** No header of a registry is longer. Characters. */
const longest = 8_000;

function challenges(header: string): readonly Written[] {
  const found: Written[] = [];
  const token = /\s*,?\s*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/gy;
  for (const [, name = "", quoted, plain] of header.slice(0, longest).matchAll(token)) {
    const value = quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1");
    if (value === undefined) found.push({ scheme: name.toLowerCase(), params: new Map() });
    else found.at(-1)?.params.set(name.toLowerCase(), value);
  }
  return found;
}
