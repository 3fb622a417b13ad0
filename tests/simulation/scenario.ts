/**
 * A counterexample as a document: what was broken, and a schedule that breaks it.
 *
 * @module
 */

import { type Failure, isTwice, rejectionOf } from "./batch.ts";
import { generate } from "./generate.ts";
import { judge } from "./judge.ts";
import { shrink } from "./shrink.ts";

/** The shortest schedule found that shows the failure. */
export async function counterexample({ seed, violation }: Failure): Promise<string> {
  const find = violation.includes("unhandled rejection")
    ? rejectionOf
    : async (lines: readonly string[]): Promise<string | null> =>
      (await judge(lines, { isTwice: isTwice(seed) })).violation;
  const lines = await shrink(generate(seed), find);
  const [what] = (await find(lines) ?? violation).split("\n", 1);
  return `# ${what}\n# found with seed ${seed}\n${lines.join("\n")}\n`;
}

/** The lines of a scenario, without blank ones. */
export function parseScenario(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

/** What is wrong with a scenario, or null. */
export async function judgeScenario(text: string): Promise<string | null> {
  const lines = parseScenario(text);
  const { violation } = await judge(lines, { isTwice: true });
  return violation ?? await rejectionOf(lines);
}
