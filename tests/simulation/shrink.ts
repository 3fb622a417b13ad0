/**
 * Makes a failing schedule small: every line can go, and every number can be rounder. As lines do
 * not depend on each other, there is nothing to repair.
 *
 * @module
 */

import { play } from "./run.ts";

/** What two violations have in common that show the same bug. */
export function signature(violation: string): string {
  return violation.split("\n", 1)[0]?.replaceAll(/\d+/g, "#").slice(0, 40) ?? "";
}

/**
 * The shortest schedule found that breaks the same guarantee in the same way.
 *
 * @param find What is wrong with a schedule, or null. Unless given, what playing it shows.
 */
export async function shrink(
  lines: readonly string[],
  find = async (lines: readonly string[]): Promise<string | null> => (await play(lines)).violation,
): Promise<string[]> {
  const wanted = signature(await find(lines) ?? "");
  const isSame = async (candidate: readonly string[]): Promise<boolean> =>
    signature(await find(candidate) ?? "") === wanted;
  let best = [...lines];
  for (let before = ""; before !== best.join("\n");) {
    before = best.join("\n");
    best = await dropLines(best, isSame);
    best = await simplify(best, isSame);
  }
  return best;
}

type Test = (lines: readonly string[]) => Promise<boolean>;

/** Halves first, then ever smaller pieces. */
async function dropLines(lines: string[], isSame: Test): Promise<string[]> {
  let best = lines;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = size > 1 ? size >> 1 : 0) {
    for (let at = best.length - size; at >= 0; at -= size) {
      const shorter = [...best.slice(0, at), ...best.slice(at + size)];
      if (await isSame(shorter)) best = shorter;
    }
  }
  return best;
}

async function simplify(lines: string[], isSame: Test): Promise<string[]> {
  const best = [...lines];
  for (const [index, line] of lines.entries()) {
    for (const simpler of simplerLines(line)) {
      const candidate = best.with(index, simpler);
      if (!await isSame(candidate)) continue;
      best[index] = simpler;
      break;
    }
  }
  return best;
}

/** The same without its last word, and with rounder numbers. */
function simplerLines(line: string): string[] {
  const words = line.split(" ");
  const simpler: string[] = words.length > 3 ? [words.slice(0, -1).join(" ")] : [];
  words.forEach((word, index) => {
    const number = Number(word);
    if (!word || !Number.isFinite(number) || line.startsWith("with seed")) return;
    for (const rounder of [1, 10, 1_000, 10_000, 100_000, roundDown(number)]) {
      if (rounder < Math.abs(number)) {
        simpler.push(words.with(index, String(rounder * Math.sign(number))).join(" "));
      }
    }
  });
  return simpler;
}

/** To one digit. */
function roundDown(number: number): number {
  const size = 10 ** Math.floor(Math.log10(Math.abs(number) || 1));
  return Math.floor(Math.abs(number) / size) * size;
}
