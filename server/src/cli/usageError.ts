/** Bad use or unreadable input: printed as one line, exit code 2. */
export class UsageError extends Error {}

/** A Dockerfile stands where a folder is meant: there is a right call for that. */
export class FileForFolder extends UsageError {
  constructor(readonly file: string) {
    super(`${file}: not a folder`);
  }
}
