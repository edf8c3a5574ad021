/**
 * The Dockerfile frontend: what reads the file for BuildKit. Each builder brings one, and a line
 * `# syntax=` names another. Source of the table: BuildKit, the release notes of the Dockerfile
 * frontend and frontend/dockerfile/release/{mainline,labs}.
 */
import { type BuilderVersion, newestBuildKit } from "./builderVersion.js";

export interface Frontend {
  /** Dockerfile 1.minor. */
  readonly minor: number;
  /** True for the channel with what is not settled yet: `1-labs`. */
  readonly isLabs: boolean;
  /** 1.newest is possible too: nobody has said which builder it is. */
  readonly newest: number;
  /** False: another program than Docker's, which may do anything. */
  readonly isKnown: boolean;
}

/** A flag by its name, or what else not every frontend has. */
export type Feature = keyof typeof features;

/** The first Dockerfile 1.minor that has it, in each channel. */
interface FeatureVersions {
  readonly mainline: number;
  readonly labs: number;
}

const features = {
  mount: { mainline: 2, labs: 1 },
  chmod: { mainline: 2, labs: 2 },
  network: { mainline: 3, labs: 1 },
  heredoc: { mainline: 4, labs: 3 },
  link: { mainline: 4, labs: 4 },
  checksum: { mainline: 6, labs: 5 },
  "keep-git-dir": { mainline: 6, labs: 5 },
  "start-interval": { mainline: 6, labs: 6 },
  "chmod-variable": { mainline: 10, labs: 10 },
  "secret-variable": { mainline: 10, labs: 10 },
  "chmod-symbolic": { mainline: 14, labs: 11 },
  unpack: { mainline: 17, labs: 17 },
  exclude: { mainline: 19, labs: 7 },
  parents: { mainline: 20, labs: 7 },
  security: { mainline: 20, labs: 1 },
  // Of the labs by the release notes, and yet in the builders' own.
  device: { mainline: 14, labs: 14 },
} as const satisfies Readonly<Record<string, FeatureVersions>>;

/** The first Dockerfile 1.minor of the frontend's channel that has it. */
export function neededFrontend({ isLabs }: Frontend, feature: Feature): number {
  const { mainline, labs } = features[feature];
  return isLabs ? labs : mainline;
}

/** `maybe`: a builder of no known version may have it. */
export function hasFeature(frontend: Frontend, feature: Feature): "yes" | "maybe" | "no" {
  const from = neededFrontend(frontend, feature);
  if (!frontend.isKnown || frontend.minor >= from) return "yes";
  return frontend.newest >= from ? "maybe" : "no";
}

/** BuildKit 0.n brings Dockerfile 1.(n - 6). */
export const behindBuildKit = 6;

/** The newest that is known. */
const newestFrontend = newestBuildKit - behindBuildKit;

/**
 * @param syntax what `BUILDKIT_SYNTAX` or the line `# syntax=` says; null: nothing, so that the
 *   builder's own reads the file
 */
export function frontendOf(syntax: string | null, { buildKit, isGiven }: BuilderVersion): Frontend {
  const [image = ""] = (syntax ?? "").trim().split(" ");
  if (image === "") {
    const minor = Math.max(buildKit - behindBuildKit, 1);
    const newest = isGiven ? minor : newestFrontend;
    return { minor, isLabs: false, newest, isKnown: true };
  }
  const named = /^(?:[^/@]+\/)*docker\/dockerfile(?:-upstream)?(?::([\w.-]+))?(?:@.+)?$/.exec(
    image,
  );
  const tag = /^(?:(?:1(?:\.(\d+)(?:\.\d+)?)?|latest|master)?(?:-?(labs|experimental))?)$/.exec(
    named?.[1] ?? "latest",
  );
  if (named === null || tag === null) {
    return { minor: newestFrontend, isLabs: true, newest: newestFrontend, isKnown: false };
  }
  const [, minorText, channel] = tag;
  // The channel of that name ended with 1.1.
  const last = channel === "experimental" ? 1 : newestFrontend;
  const minor = minorText === undefined ? last : Number(minorText);
  return { minor, isLabs: channel !== undefined, newest: minor, isKnown: true };
}

/** True where both read a file alike. */
export function isSameFrontend(one: Frontend, other: Frontend): boolean {
  return (
    one.minor === other.minor &&
    one.isLabs === other.isLabs &&
    one.newest === other.newest &&
    one.isKnown === other.isKnown
  );
}
