/**
 * Everything that can be wrong with a schedule: a broken guarantee, two runs that differ, or a story
 * that the second model tells differently.
 *
 * @module
 */

import { predict } from "./model.ts";
import { type Logged, type Outcome, play } from "./run.ts";
import { describe, tell } from "./seen.ts";

/** Plays a schedule and says what is wrong, or null. */
export async function judge(
  lines: readonly string[],
  options: { readonly isTwice: boolean },
): Promise<Pick<Outcome, "violation" | "inputs" | "events">> {
  const isPlain = lines.includes("with model");
  const keepsLog = options.isTwice || isPlain;
  const outcome = await play(lines, { keepsLog });
  const { violation, log, isCut } = outcome;
  if (violation !== null) return outcome;
  if (isPlain && !isCut) {
    const difference = differ(visible(log), predict(lines));
    if (difference) return { ...outcome, violation: `model: ${difference}` };
  }
  if (options.isTwice) {
    const again = await play(lines, { keepsLog });
    const difference = differ(log.map(show), again.log.map(show));
    if (difference) return { ...outcome, violation: `guarantee 28: ${difference}` };
  }
  return outcome;
}

function show({ atMs, seen }: Logged): string {
  return `${atMs}: ${describe(seen)}`;
}

/** What the model predicts, of a run. */
function visible(log: readonly Logged[]): string[] {
  const lines: string[] = [];
  for (const { atMs, seen } of log) {
    if (seen.kind === "hands") lines.push(`${atMs}: ${describe(seen)}`);
    if (seen.kind !== "told") continue;
    lines.push(`${atMs}: ${seen.type === "message" ? "message" : tell(seen)}`);
  }
  return lines;
}

/** The first difference. */
function differ(one: readonly string[], other: readonly string[]): string | null {
  const index = one.findIndex((line, index) => line !== other[index]);
  if (index < 0 && one.length === other.length) return null;
  const at = index < 0 ? one.length : index;
  return `'${one[at] ?? "nothing"}', not '${other[at] ?? "nothing"}'`;
}
