/** Colours of a text for a terminal, by what they tell; the words say it too. */

export type Style = "title" | "quiet" | "cached" | "rebuilds" | "mayRebuild" | "fails";

/** Gives the text with what makes a terminal colour it. */
export type Paint = (style: Style, text: string) => string;

/** For a file, and for those who want no colours. */
export const unpainted: Paint = (_style, text) => text;
