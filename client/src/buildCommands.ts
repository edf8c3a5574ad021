/** Lines of a terminal that build images. */

/**
 * Whether a command line has Docker build an image: `docker build`, `docker buildx build` or `bake`,
 * `docker compose build` or `up`, also as one of several commands.
 */
export function buildsImages(commandLine: string): boolean {
  return commandLine
    .split(/&&|\|\||[;|\n]/)
    .map((command) => command.trim().replace(/^(?:(?:sudo|time|env)\s+|\w+=\S*\s+)+/, ""))
    .some(
      (command) =>
        /^(?:\S*\/)?docker(?:\.exe)?\s+(?:image\s+|builder\s+|buildx\s+)?(?:build|bake|b)(?:\s|$)/.test(
          command,
        ) ||
        /^(?:\S*\/)?docker(?:-compose|(?:\.exe)?\s+compose)\s+(?:.*\s)?(?:build|up)(?:\s|$)/.test(
          command,
        ),
    );
}
