/**
 * Colours, for terminals only.
 *
 * @module
 */

/** What a text is, for its colour. */
export type Tone = "good" | "bad" | "warn" | "dim" | "bold" | "name" | "string" | "number";

/** Colours a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

const CODES: Readonly<Record<Tone, string>> = {
  good: "32",
  bad: "31;1",
  warn: "33",
  dim: "2",
  bold: "1",
  name: "36",
  string: "32",
  number: "33",
};

/** A painter with colours, or one without. */
export function painter(hasColors: boolean): Paint {
  return hasColors ? (tone, text) => `\u001b[${CODES[tone]}m${text}\u001b[0m` : (_, text) => text;
}

/** How many columns a text takes at most; whatever may be wide counts as two. */
export function widthOf(text: string): number {
  let width = 0;
  // deno-lint-ignore no-control-regex -- the sequences of `painter`
  for (const character of text.replace(/\u001b\[[\d;]*m/g, "")) {
    width += (character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2;
  }
  return width;
}
