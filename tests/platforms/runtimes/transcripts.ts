/**
 * Transcripts of `transcript.mjs`, and how those of two engines are compared.
 *
 * @module
 */

import type { Result } from "./runners.ts";

const END = "# the end";

/** The lines of each section by its name. */
function sectionsOf(transcript: readonly string[]): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of transcript) {
    if (line.startsWith("# ")) sections.set(line.slice(2), lines = []);
    else lines.push(line);
  }
  return sections;
}

/** What is wrong with a transcript by itself, or null: an engine may stop in silence. */
export function flawOf(transcript: readonly string[]): string | null {
  const threw = transcript.findIndex((line) => line.startsWith("# threw "));
  if (threw >= 0) return transcript.slice(threw, threw + 5).join("\n");
  if (transcript.length > 1 && transcript.at(-1) === END) return null;
  return `it stops after '${transcript.at(-1) ?? ""}'`;
}

/**
 * Compares what two engines saw, line by line.
 *
 * @returns One result for each section that either has.
 */
export function compare(expected: readonly string[], actual: readonly string[]): Result[] {
  const [theirs, ours] = [sectionsOf(expected), sectionsOf(actual)];
  const names = [...new Set([...theirs.keys(), ...ours.keys()])];
  return names.filter((name) => `# ${name}` !== END).map((name) => {
    const [wanted, got] = [theirs.get(name), ours.get(name)];
    if (!wanted || !got) return { name, ok: false, error: `only one of them has it` };
    const length = Math.max(wanted.length, got.length);
    const at = Array.from({ length }, (_, n) => n).find((n) => wanted[n] !== got[n]);
    return at === undefined
      ? { name, ok: true }
      : { name, ok: false, error: `line ${at}: expected '${wanted[at]}', got '${got[at]}'` };
  });
}
