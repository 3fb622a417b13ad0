/**
 * Words of the command line: durations, names that are nearly right, text that is safe to print.
 *
 * @module
 */

/** The longest that a timer can wait. */
const MAX_DELAY_MS = 2 ** 31 - 1;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/**
 * Reads a duration: `500ms`, `5s`, `1.5m`; a bare number is in seconds.
 *
 * @returns Milliseconds, or null: not a duration, or longer than timers can wait.
 */
export function parseDuration(text: string): number | null {
  const [, digits, unit = "s"] = /^(\d{1,12}(?:\.\d{1,6})?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const durationMs = Math.round(Number(digits) * (UNITS[unit] ?? NaN));
  return durationMs <= MAX_DELAY_MS ? durationMs : null;
}

/** A duration as people write it: `300 ms`, `1.5 s`, `12 s`, `3 min 5 s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 9_950) return `${(durationMs / 1_000).toFixed(1)} s`;
  const seconds = Math.round(durationMs / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A time of day with milliseconds, in the zone of the host. */
export function formatTime(atMs: number): string {
  const at = new Date(atMs);
  const pad = (value: number, width = 2): string => String(value).padStart(width, "0");
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => pad(part));
  return `${clock.join(":")}.${pad(at.getMilliseconds(), 3)}`;
}

/** `1 message`, `2 messages`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** Escapes what could drive a terminal, forge a line, or turn the direction of the text. */
export function printable(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- these are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (control) =>
      ({ "\n": "\\n", "\r": "\\r", "\t": "\\t" })[control] ??
        `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Text cut to a number of characters, with a note of how long it was. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength)}... (${text.length} characters)`;
}

/** What is in the way of a longer word being taken for a slip of the finger. */
const MAX_SLIPS = 2;
const MAX_WORD_LENGTH = 40;

/** The known name that is nearest to a misspelt one; undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined;
  const slips = known.map((name) => [distance(word, name), name] as const);
  const [best] = slips.toSorted(([a], [b]) => a - b);
  const isNear = best !== undefined && best[0] <= Math.min(MAX_SLIPS, word.length / 2);
  return isNear ? best[1] : known.find((name) => word.length > 2 && name.startsWith(word));
}

/** How many letters are to be added, removed, replaced or swapped with their neighbour. */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(Math.min(
        (above[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (isSame ? 0 : 1),
        isSwapped ? (before[column - 2] ?? Infinity) + 1 : Infinity,
      ));
    }
    before = above;
    above = current;
  }
  return above[to.length] ?? 0;
}
