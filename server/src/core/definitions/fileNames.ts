/** Which files of a workspace can say how images are built, by their names. */
import { isBakeName } from "./bake.js";
import { isGoreleaserName } from "./goreleaser.js";

/** Absolute paths, in the order of their names. */
export interface DefinitionFiles {
  readonly compose: readonly string[];
  readonly bake: readonly string[];
  readonly devcontainer: readonly string[];
  readonly workflow: readonly string[];
  readonly ci: readonly string[];
  /** Makefiles, scripts, documents. */
  readonly command: readonly string[];
  readonly dockerfiles: readonly string[];
}

/** Folders in which nothing is looked for. */
export function isPassedOver(name: string): boolean {
  return passedOver.has(name);
}

const passedOver = new Set(
  (
    ".git .hg .svn node_modules bower_components vendor testdata fixtures __fixtures__ .venv venv " +
    "__pycache__ .cache .terraform .yarn .pnpm-store third_party site-packages"
  ).split(" "),
);

/** @param path relative to the workspace folder, `/` between names */
export function fileKind(path: string): keyof DefinitionFiles | null {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (isDockerfileName(name)) return "dockerfiles";
  if (/^(?:docker-)?compose(?:[._-][\w.-]*)?\.ya?ml$/i.test(name))
    return /\.override\.ya?ml$/.test(name) ? null : "compose";
  if (isBakeName(name)) return /\.override\./.test(name) ? null : "bake";
  if (
    /(?:^|\/)\.?devcontainer(?:\/[^/]+)?\/devcontainer\.json$|(?:^|\/)\.devcontainer\.json$/.test(
      path,
    )
  )
    return "devcontainer";
  if (/^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) return "workflow";
  if (/(?:^|\/)\.github\/.*\/?action\.ya?ml$|^action\.ya?ml$/.test(path)) return "workflow";
  if (isCiName(path, name)) return "ci";
  return /^(?:GNUm|M|m)akefile(?:\.\w+)?$|\.(?:mk|makefile)$|^(?:[Jj]ustfile|Taskfile\.ya?ml)$|\.(?:sh|bash)$|^package\.json$|^README(?:\.\w+)?$/i.test(
    name,
  )
    ? "command"
    : null;
}

function isCiName(path: string, name: string): boolean {
  return (
    isGoreleaserName(name) ||
    /^\.gitlab-ci(?:[\w.-]*)\.ya?ml$|^azure-pipelines(?:[\w.-]*)\.ya?ml$|^(?:cloudbuild|skaffold|bitbucket-pipelines|\.travis|\.drone)\.ya?ml$/.test(
      name,
    ) ||
    /^\.(?:circleci|gitlab|buildkite|woodpecker)\/[^/]+\.ya?ml$/.test(path)
  );
}

/** Templates, and what belongs to a Dockerfile, are none. */
export function isDockerfileName(name: string): boolean {
  if (
    /\.(?:dockerignore|containerignore|md|tmpl|template|j2|jinja2?|erb|in|tpl|txt|sh|py|go|js|ts|json|ya?ml|html|orig|bak|swp)$/i.test(
      name,
    )
  )
    return false;
  return /^(?:Dockerfile|Containerfile)(?:[._-].+)?$|^[\w.-]+\.(?:dockerfile|containerfile)$/i.test(
    name,
  );
}
