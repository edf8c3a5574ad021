import type { BuildRequest } from "./caseFolder.js";

/** The arguments of `docker build`, and as far as it has them of `stratacast simulate`. */
export function requestArguments(request: BuildRequest): readonly string[] {
  return [
    ...(request.file === null ? [] : ["-f", request.file]),
    ...(request.target === null ? [] : ["--target", request.target]),
    ...Object.entries(request.buildArgs).flatMap(([k, v]) => ["--build-arg", `${k}=${v}`]),
    ...request.options.flatMap((option) => option.split(" ")),
    request.context,
  ];
}
