/** How paths are written on this machine. */
export interface PathRules {
  /** The absolute path of what is written relative to a folder. */
  resolve(folder: string, path: string): string;
  /** The folder that a file is in. */
  parent(file: string): string;
  /** True for what is in the folder, at any depth, and for the folder itself. */
  isInside(folder: string, file: string): boolean;
  /** The way from a folder to a path, `/` between names; `.`: the folder itself. Absolute where no way leads there. */
  relative(folder: string, path: string): string;
  isSame(a: string, b: string): boolean;
}
