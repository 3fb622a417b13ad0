/** Colours for what is printed: on a terminal, unless NO_COLOR is set. */

/** What a text is, for its colour. */
export type Tone = "fault" | "good" | "bad" | "warn" | "dim" | "bold";

/** Colours a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

const CODES: Readonly<Record<Tone, string>> = {
  fault: "41;97;1",
  good: "32",
  bad: "31;1",
  warn: "33",
  dim: "2",
  bold: "1",
};

export const plain: Paint = (_, text) => text;

export const colorful: Paint = (tone, text) => `\u001b[${CODES[tone]}m${text}\u001b[0m`;

/** What standard output is good for. */
export function paintOf(stdout: { isTerminal(): boolean }, noColor: boolean): Paint {
  return stdout.isTerminal() && !noColor ? colorful : plain;
}
