/** The version in package.json; `test/unit/cli` compares the two. */
export const version = "0.1.0";
