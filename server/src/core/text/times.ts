/** Dates and durations for people. */
import { say, sayDecimal, spokenLanguage } from "./say.js";

/** A moment as the language writes it, in the time of this machine: `6 Aug 2026, 14:03`. */
export function sayMoment(at: number): string {
  const language = spokenLanguage();
  const options = { dateStyle: "medium", timeStyle: "short" } as const;
  // Our texts hold no other blank than the plain one.
  const write = (id: string): string =>
    new Intl.DateTimeFormat(id, options).format(at).replace(/\s/g, " ");
  try {
    // Of the two Englishes the one that writes the day first.
    return write(language === "en" ? "en-GB" : language);
  } catch {
    return write("en-GB");
  }
}

/** How long something took: `0.4 s`, `41 s`, `2 min 41 s`. */
export function saySeconds(seconds: number): string {
  if (seconds < 10) return say`${sayDecimal((Math.round(seconds * 10) / 10).toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 100) return say`${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return rest === 0 ? say`${minutes} min` : say`${minutes} min ${rest} s`;
  return say`${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
