/** What `--chmod` makes of the mode of a file or folder. */

/** The mode that something has once it is copied. */
export type ModeChange = (mode: number, isFolder: boolean) => number;

/**
 * Reads a mode in digits or letters, as BuildKit does: no umask counts, so that `+w` means everybody,
 * and `X` looks at the mode that the file had. Source: tonistiigi/dchapes-mode, after BSD's setmode(3).
 * @returns null: it is neither
 */
export function modeChange(text: string): ModeChange | null {
  if (/^[0-7]+$/.test(text)) {
    const mode = Number.parseInt(text, 8);
    return () => mode;
  }
  const commands = text.split(",").map(commandsOf);
  if (commands.some((some) => some === null)) return null;
  const all = commands.flatMap((some) => some ?? []);
  return (mode, isFolder) => {
    const runs = isFolder || (mode & 0o111) !== 0;
    return all.reduce((now, command) => applied(command, now, runs), mode);
  };
}

/** The number that a mode in digits is; null: it is not in digits. */
export function modeNumber(text: string): number | null {
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null;
}

interface Command {
  readonly operator: string;
  /** Bits that it can touch. */
  readonly who: number;
  readonly bits: number;
  /** The bits of `X`: they count where somebody could run it before. */
  readonly runBits: number;
  /** `u`, `g` or `o`, whose bits are taken; null: the bits themselves. */
  readonly copied: string | null;
}

const everybody = 0o7777;
const whoBits: ReadonlyMap<string, number> = new Map([
  ["u", 0o4700],
  ["g", 0o2070],
  ["o", 0o0007],
  ["a", everybody],
]);
const permissionBits: ReadonlyMap<string, number> = new Map([
  ["r", 0o444],
  ["w", 0o222],
  ["x", 0o111],
]);

/** The commands of one clause, such as `go=rX`, in order; null: it is none. */
function commandsOf(clause: string): readonly Command[] | null {
  const [, whoText = "", rest = ""] = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause) ?? [];
  if (rest === "") return null;
  const named = [...whoText].reduce((bits, name) => bits | (whoBits.get(name) ?? 0), 0);
  const who = whoText === "" ? everybody : named;
  return [...rest.matchAll(/([-+=])([^-+=]*)/g)].flatMap(([, operator = "", letters = ""]) =>
    commandsIn(operator, letters, who),
  );
}

/** What is copied from others is a command of its own, with what stands before and after it. */
function commandsIn(operator: string, letters: string, who: number): readonly Command[] {
  const parts = letters.split(/([ugo])/).filter((part) => part !== "");
  const commands = parts.map((part): Command => {
    const isCopy = /^[ugo]$/.test(part);
    const { bits, touched } = isCopy ? { bits: 0, touched: who } : bitsOf(part, who);
    const runBits = part.includes("X") ? 0o111 & who : 0;
    return { operator, who: touched, bits, runBits, copied: isCopy ? part : null };
  });
  return commands.length > 0 || operator !== "="
    ? commands
    : [{ operator, who, bits: 0, runBits: 0, copied: null }];
}

/** Others alone have neither a set-id bit nor the sticky one, which is nobody's. */
function bitsOf(letters: string, who: number): { readonly bits: number; readonly touched: number } {
  let bits = 0;
  let touched = who;
  for (const letter of letters) {
    bits |= permissionBits.get(letter) ?? 0;
    if ((who & ~0o007) === 0) continue;
    if (letter === "s") bits |= 0o6000;
    if (letter === "t") {
      bits |= 0o1000;
      touched |= 0o1000;
    }
  }
  return { bits: bits & touched, touched };
}

function applied({ operator, who, bits, runBits, copied }: Command, mode: number, runs: boolean) {
  const given = copied === null ? bits | (runs ? runBits : 0) : copiedBits(copied, mode) & who;
  if (operator === "+") return mode | given;
  if (operator === "-") return mode & ~given;
  return (mode & ~(copied === null ? who : who & 0o777)) | given;
}

function copiedBits(from: string, mode: number): number {
  const shift = from === "u" ? 6 : from === "g" ? 3 : 0;
  return ((mode >> shift) & 7) * 0o111;
}
