/**
 * Images as registries know them: what a reference leads to for a platform, and what is known of
 * that. Source: OCI distribution-spec, "Pull".
 */
import { createHash } from "node:crypto";
import { formatPlatform, type Platform, parsePlatform } from "../../core/build/platform.js";
import type { ExportedCache } from "../../core/cache/exact/exportedCache.js";
import { type HostError, type Known, known, type Result, unknown } from "../../core/host.js";
import type { BaseImage } from "../../core/image/baseImage.js";
import { defaultDomain, type Reference, readReference } from "../../core/image/reference.js";
import { cacheConfigIn, cacheOf, inlineCache } from "./cacheConfig.js";
import type { FindLogin } from "./credentials.js";
import { failure, type HttpAnswer, type HttpDoor } from "./exchange.js";
import { baseImageOf, readConfig } from "./imageConfig.js";
import { jsonOf } from "./json.js";
import {
  type Descriptor,
  entryFor,
  isDigest,
  type Manifest,
  manifestTypes,
  readManifest,
} from "./manifests.js";
import { type Asked, type RegistryHost, registryHost } from "./registryHost.js";

export interface RegistrySettings {
  /** By the registry that a reference names: those that are asked before it, `host[:port][/path]`. */
  readonly mirrors: ReadonlyMap<string, readonly string[]>;
  /** Those that are asked over plain HTTP; one on this machine always is. */
  readonly insecure: ReadonlySet<string>;
}

export interface RegistryOptions extends RegistrySettings {
  readonly door: HttpDoor;
  readonly findLogin: FindLogin;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What was found out before, by the digest that a reference leads to. */
export type KeptImage = (digest: string) => BaseImage | null;

export interface Registry {
  /**
   * @param kept spares asking for what a digest says already
   * @returns unknown with the error's code: `ENOIMAGE`, `EPLATFORM`, `EAUTH`, `ERATE`, `EDIGEST`,
   *   `EFORMAT`, `EFBIG`, `EREPLY` for a status that says nothing else, or what the system says
   */
  lookUp(reference: string, platform: string, kept: KeptImage): Promise<Known<BaseImage>>;
  /**
   * A part of the bytes of a layer, or all of them where the registry gives no parts: whoever puts them
   * together holds them against the digest.
   * Errors: those of `lookUp`, as a value.
   */
  part(reference: string, digest: string, part: LayerPart): Promise<Result<Uint8Array>>;
  /**
   * The cache that BuildKit exported there, or that an image brings along.
   * Errors: those of `lookUp`, as a value, and `ENOCACHE`.
   */
  cache(reference: string, platform: Platform): Promise<Result<ExportedCache>>;
}

/** A part of a layer, by the bytes before it. */
export interface LayerPart {
  readonly from: number;
  readonly bytes: number;
  /** Of the whole layer. */
  readonly of: number;
}

/** Milliseconds for one image. */
const patience = 30_000;

/** Milliseconds for a part of a layer. */
const partPatience = 300_000;

/** Bytes of a layer that a registry gives but as a whole: it is held in memory. */
const maxWhole = 100_000_000;

/** Bytes; registries take no larger ones. */
const maxManifest = 4_000_000;
const maxConfig = 8_000_000;

export function createRegistry(options: RegistryOptions): Registry {
  const hosts = new Map<string, RegistryHost>();
  const hostOf = (address: Address, domain: string): RegistryHost => {
    const key = `${address.name} ${address.isPlain} ${domain}`;
    const found = hosts.get(key) ?? registryHost(hostOptions(options, address, domain));
    hosts.set(key, found);
    return found;
  };
  /** Of the first way that gives it. */
  const firstOf = async <T>(
    reference: string,
    limit: number,
    ask: (way: Way, read: Reference) => Promise<Result<T>>,
  ): Promise<Result<T>> => {
    const read = readReference(reference);
    let found: Result<T> = { ok: false, error: noReference(reference) };
    if (read === null) return found;
    const deadline = options.now() + limit;
    for (const address of addressesOf(read, options)) {
      found = await ask({ ...address, host: hostOf(address, read.domain), deadline }, read);
      if (found.ok) break;
    }
    return found;
  };
  return {
    async lookUp(reference, platform, kept) {
      const wanted = parsePlatform(platform);
      if (wanted === null) return unknown("failed", noReference(reference));
      const found = await firstOf(reference, patience, (way, read) =>
        fromOne(way, read, wanted, { kept, now: options.now }),
      );
      return found.ok ? known(found.value) : unknown(reasonOf(found.error), found.error);
    },
    part: (reference, digest, part) =>
      firstOf(reference, partPatience, (way) => partOf(way, digest, part)),
    cache: (reference, platform) =>
      firstOf(reference, patience, (way, read) => cacheAt(way, read, platform)),
  };
}

async function partOf(
  way: Way,
  digest: string,
  { from, bytes, of }: LayerPart,
): Promise<Result<Uint8Array>> {
  if (!isDigest(digest)) return badFormat(way, digest);
  const path = `blobs/${digest}`;
  const range = [from, from + bytes - 1] as const;
  const got = await asked(way, path, { maxBytes: bytes, patience: partPatience, range });
  if (got.ok && got.value.status === 206) {
    const { headers, body } = got.value;
    const isIt = headers["content-range"] === `bytes ${range.join("-")}/${of}`;
    return isIt && body.length === bytes ? { ok: true, value: body } : lies(way, digest);
  }
  // A registry may give all of it instead: RFC 9110 §14.2.
  if (got.ok ? got.value.body.length === of : got.error.code !== "EFBIG")
    return got.ok ? { ok: true, value: got.value.body.subarray(from, from + bytes) } : got;
  if (from > 0 || got.ok) return lies(way, digest);
  if (of > maxWhole)
    return failure("EFBIG", `${way.name} gives layers as a whole, and one is too large`, way.name);
  const whole = await asked(way, path, { maxBytes: of, patience: partPatience });
  if (!whole.ok) return whole;
  const { body } = whole.value;
  return body.length === of ? { ok: true, value: body } : lies(way, digest);
}

async function blobOf(way: Way, digest: string, maxBytes: number): Promise<Result<Uint8Array>> {
  if (!isDigest(digest)) return badFormat(way, digest);
  const got = await asked(way, `blobs/${digest}`, { maxBytes });
  if (!got.ok) return got;
  const { body } = got.value;
  return hasDigest(body, digest) ? { ok: true, value: body } : lies(way, digest);
}

function noReference(reference: string): HostError {
  return { code: "EFORMAT", message: `${reference} is no reference of an image`, path: reference };
}

function hostOptions(
  { door, findLogin, insecure, now }: RegistryOptions,
  { name, isPlain }: Address,
  domain: string,
) {
  // To a mirror one is who one is to that, never who one is to the registry behind it.
  const own = name === addressOf(domain) ? domain : name;
  const isOpen = isPlain || insecure.has(own) || isOnThisMachine(name);
  return { name, isPlain: isOpen, door, findLogin: () => findLogin(own), now };
}

/** As Docker takes them: moby, registry/config.go `isSecureIndex`. */
function isOnThisMachine(name: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(name);
}

/** Where the registry of a name is: distribution/reference calls the default one otherwise. */
function addressOf(domain: string): string {
  return domain === defaultDomain ? `registry-1.${defaultDomain}` : domain;
}

interface Address {
  /** With its port. */
  readonly name: string;
  readonly repository: string;
  /** It was named by an address of plain HTTP. */
  readonly isPlain: boolean;
}

/** One way to an image: a mirror, or the registry itself. */
interface Way extends Omit<Address, "isPlain"> {
  readonly host: RegistryHost;
  readonly deadline: number;
}

/** Of the mirrors, then of the registry itself. */
function addressesOf(
  { domain, path }: Reference,
  { mirrors }: RegistrySettings,
): readonly Address[] {
  const others = (mirrors.get(domain) ?? []).map((mirror): Address => {
    const [name = "", ...below] = mirror.replace(/^https?:\/\//, "").split("/");
    const repository = [...below.filter((part) => part !== ""), path].join("/");
    return { name, repository, isPlain: mirror.startsWith("http:") };
  });
  return [...others, { name: addressOf(domain), repository: path, isPlain: false }];
}

function reasonOf({ code }: HostError) {
  switch (code) {
    case "ENOIMAGE":
    case "EPLATFORM":
      return "missing";
    case "EAUTH":
    case "ERATE":
      return "refused";
    case "EFBIG":
      return "too-large";
    case "EDIGEST":
    case "EFORMAT":
    case "EREDIRECT":
    case "EREPLY":
      return "failed";
    default:
      return "offline";
  }
}

interface Finding {
  readonly kept: KeptImage;
  readonly now: () => number;
}

async function fromOne(
  way: Way,
  reference: Reference,
  platform: Platform,
  { kept, now }: Finding,
): Promise<Result<BaseImage>> {
  const digest = reference.digest ?? (await digestOf(way, reference.tag ?? ""));
  if (typeof digest === "object" && digest !== null && !digest.ok) return digest;
  const named = typeof digest === "string" ? digest : null;
  const old = named === null ? null : kept(named);
  if (old?.origin !== undefined)
    return { ok: true, value: { ...old, origin: { ...old.origin, at: now() } } };
  const top = await manifestOf(way, named ?? reference.tag ?? "");
  if (!top.ok) return top;
  return imageOf(way, top.value, platform, now());
}

/** What a tag leads to; null: the registry does not say it by the way. */
async function digestOf(
  way: Way,
  tag: string,
): Promise<string | null | Extract<Result<never>, { ok: false }>> {
  const head = await asked(way, `manifests/${tag}`, { method: "HEAD", maxBytes: maxManifest });
  if (!head.ok) return head;
  const digest = head.value.headers["docker-content-digest"] ?? "";
  return isDigest(digest) ? digest : null;
}

/** A manifest with the digest of its very bytes. */
interface Named {
  readonly manifest: Manifest;
  readonly digest: string;
}

/** @param name a tag, or the digest that it must have */
async function manifestOf(way: Way, name: string): Promise<Result<Named>> {
  const got = await asked(way, `manifests/${name}`, { maxBytes: maxManifest });
  if (!got.ok) return got;
  const { body, headers } = got.value;
  const said = isDigest(name) ? name : (headers["docker-content-digest"] ?? "");
  const digest = isDigest(said) ? said : digestOfBytes(body, "sha256");
  if (!hasDigest(body, digest)) return lies(way, digest);
  const manifest = readManifest(jsonOf(body));
  return manifest === null ? badFormat(way, digest) : { ok: true, value: { manifest, digest } };
}

/** An index may hold indexes, but not for ever. */
const deepest = 4;

async function imageOf(
  way: Way,
  top: Named,
  platform: Platform,
  at: number,
): Promise<Result<BaseImage>> {
  let { manifest } = top;
  for (let depth = 0; manifest.kind === "index"; depth++) {
    const entry = entryFor(manifest.entries, platform);
    if (entry === null) {
      const message = `there is none for ${formatPlatform(platform)}`;
      return failure("EPLATFORM", message, way.repository);
    }
    const next =
      depth === deepest ? badFormat(way, entry.digest) : await manifestOf(way, entry.digest);
    if (!next.ok) return next;
    manifest = next.value.manifest;
  }
  const { config, layers } = manifest;
  const got = await configOf(way, config);
  if (!got.ok) return got;
  const read = readConfig(jsonOf(got.value));
  if (read === null) return badFormat(way, config.digest);
  const image = baseImageOf(config.digest, read, {
    source: "registry",
    digest: top.digest,
    created: read.created,
    platform: read.platform,
    bytes: layers.reduce((sum, { size }) => sum + size, 0),
    layers: layers.map(({ digest, size }, nth) => {
      return { digest, bytes: size, madeBy: read.madeBy[nth] ?? "" };
    }),
    at,
    history: read.history,
  });
  return image === null ? badFormat(way, config.digest) : { ok: true, value: image };
}

async function cacheAt(
  way: Way,
  { digest, tag }: Reference,
  platform: Platform,
): Promise<Result<ExportedCache>> {
  let top = await jsonOfManifest(way, digest ?? tag ?? "");
  for (let depth = 0; ; depth++) {
    if (!top.ok) return top;
    const config = cacheConfigIn(top.value);
    const name = `${way.name}/${way.repository}`;
    if (config !== null) {
      const bytes = await configOf(way, config);
      return bytes.ok ? cacheOf(bytes.value, name) : bytes;
    }
    const manifest = readManifest(top.value);
    if (manifest?.kind === "manifest") {
      const bytes = await configOf(way, manifest.config);
      return bytes.ok ? inlineCache(jsonOf(bytes.value), name) : bytes;
    }
    const entry = manifest === null ? null : entryFor(manifest.entries, platform);
    if (entry === null || depth === deepest)
      return failure("ENOCACHE", "is no exported cache", name);
    top = await jsonOfManifest(way, entry.digest);
  }
}

async function jsonOfManifest(way: Way, name: string): Promise<Result<unknown>> {
  const got = await asked(way, `manifests/${name}`, { maxBytes: maxManifest });
  if (!got.ok) return got;
  if (isDigest(name) && !hasDigest(got.value.body, name)) return lies(way, name);
  return { ok: true, value: jsonOf(got.value.body) };
}

/** A config, of an image or of a cache. */
async function configOf(way: Way, { digest, size }: Descriptor): Promise<Result<Uint8Array>> {
  if (size > maxConfig) return failure("EFBIG", "its config is too large", way.repository);
  return blobOf(way, digest, maxConfig);
}

async function asked(
  { host, name, repository, deadline }: Way,
  path: string,
  how: Pick<Asked, "maxBytes" | "patience" | "range"> & Partial<Pick<Asked, "method">>,
): Promise<Result<HttpAnswer>> {
  const accept = path.startsWith("manifests/") ? manifestTypes : ["*/*"];
  const answer = await host.ask(`${repository}/${path}`, {
    method: "GET",
    repository,
    accept,
    deadline,
    ...how,
  });
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status === 200 || (status === 206 && how.range !== undefined)) return answer;
  if (status === 404) return failure("ENOIMAGE", `${name} has no ${repository} of that name`, name);
  if (status === 403) return failure("EAUTH", `${name} does not give ${repository}`, name);
  return failure("EREPLY", `${name} answers ${status}`, name);
}

function hasDigest(bytes: Uint8Array, digest: string): boolean {
  const [algorithm = ""] = digest.split(":", 1);
  return isDigest(digest) && digestOfBytes(bytes, algorithm) === digest;
}

function digestOfBytes(bytes: Uint8Array, algorithm: string): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

function lies({ name }: Way, digest: string) {
  return failure("EDIGEST", `${name} gives other bytes for ${digest}`, name);
}

function badFormat({ name }: Way, digest: string) {
  return failure("EFORMAT", `what ${name} has as ${digest} is no image`, name);
}
