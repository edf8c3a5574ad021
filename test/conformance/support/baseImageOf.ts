/** What is known of `local/base`, from the instructions that a case imports it with. */
import type { BaseImage } from "../../../server/src/core/image/baseImage.js";
import type { BuildRequest } from "./caseFolder.js";

export function baseImageOf({ baseInstructions, baseMark }: BuildRequest): BaseImage {
  const environment: string[] = [];
  const labels: Record<string, string> = {};
  const onBuild: string[] = [];
  let cmd: readonly string[] | null = null;
  let workingDirectory = "";
  let user = "";
  for (const instruction of baseInstructions) {
    const [, keyword = "", rest = ""] = /^(\S+) (.*)$/.exec(instruction) ?? [];
    if (keyword === "ENV") {
      for (const pair of rest.split(" ")) setPair(environment, pair);
    } else if (keyword === "LABEL") {
      const [name = "", value = ""] = rest.split("=");
      labels[name] = value;
    } else if (keyword === "ONBUILD") onBuild.push(rest);
    else if (keyword === "CMD") cmd = JSON.parse(rest);
    else if (keyword === "WORKDIR") workingDirectory = rest;
    else if (keyword === "USER") user = rest;
    else throw new Error(`the base image of a case has no ${keyword} yet`);
  }
  return {
    id: JSON.stringify([baseInstructions, baseMark]),
    layersId: `layers of local/base ${baseMark}`,
    layers: 1,
    environment,
    cmd,
    entrypoint: null,
    workingDirectory,
    user,
    exposedPorts: [],
    volumes: [],
    labels,
    healthcheck: null,
    stopSignal: null,
    shell: null,
    onBuild,
  };
}

function setPair(environment: string[], pair: string): void {
  const name = `${pair.split("=")[0]}=`;
  const at = environment.findIndex((other) => other.startsWith(name));
  if (at === -1) environment.push(pair);
  else environment[at] = pair;
}
