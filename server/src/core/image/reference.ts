/**
 * References of images, by the grammar that every builder and registry holds them to. Source:
 * distribution/reference, regexp.go and normalize.go `ParseNormalizedNamed`.
 */

/** Why a text is no reference of an image. */
export type ReferenceMistake =
  /** The whole text is the id of an image, which builders take for a name. */
  "identifier" | "scheme" | "upper-case" | "blank-tag" | "tag" | "digest" | "too-long" | "name";

/** null: the text is a reference, whether or not there is such an image. */
export function referenceMistake(text: string): ReferenceMistake | null {
  if (/^[a-f0-9]{64}$/.test(text)) return "identifier";
  if (text.includes("://")) return "scheme";
  const { domain, remainder } = splitDomain(text);
  const [name = "", digest] = remainder.split(/@(.*)/s, 2);
  const [path = "", tag] = name.split(/:(.*)/s, 2);
  if (path !== path.toLowerCase()) return "upper-case";
  if (tag === "") return "blank-tag";
  if ((domain !== null && !isDomain.test(domain)) || !isPath.test(path)) return "name";
  if (tag !== undefined && !/^\w[\w.-]{0,127}$/.test(tag)) return "tag";
  if (digest !== undefined && !isDigest(digest)) return "digest";
  return path.length > longestPath ? "too-long" : null;
}

/** Of a repository, without the registry. */
const longestPath = 255;

/** What stands in front of the first slash is a registry if it looks like one: `splitDockerDomain`. */
function splitDomain(text: string): {
  /** null: it is left to the builder. */
  readonly domain: string | null;
  readonly remainder: string;
} {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(slash, 0));
  const isRegistry =
    slash >= 0 && (/[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase());
  return isRegistry
    ? { domain: first, remainder: text.slice(slash + 1) }
    : { domain: null, remainder: text };
}

const isDomain =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[a-fA-F0-9:]+\])(?::\d+)?$/;

const isPath =
  /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;

function isDigest(text: string): boolean {
  return /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/.test(text);
}

/** A reference as builders complete it. */
export interface Reference {
  /** The registry, with its port where it names one. */
  readonly domain: string;
  readonly path: string;
  /** null: it names a digest. */
  readonly tag: string | null;
  readonly digest: string | null;
}

/** The registry of references that name none. Source: distribution/reference, normalize.go. */
export const defaultDomain = "docker.io";

/** null: the text is no reference of an image. */
export function readReference(text: string): Reference | null {
  if (referenceMistake(text) !== null) return null;
  const { domain, remainder } = splitDomain(text);
  const [name = "", digest] = remainder.split(/@(.*)/s, 2);
  const [path = "", tag] = name.split(/:(.*)/s, 2);
  const isDefault =
    domain === null || domain === defaultDomain || domain === `index.${defaultDomain}`;
  return {
    domain: isDefault ? defaultDomain : domain,
    path: isDefault && !path.includes("/") ? `library/${path}` : path,
    tag: tag ?? (digest === undefined ? "latest" : null),
    digest: digest ?? null,
  };
}
