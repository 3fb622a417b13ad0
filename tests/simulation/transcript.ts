/**
 * A schedule and what came of it, as one document: lines as they were written, and under each of
 * them, indented and with their times, what the client's user and its sockets saw.
 *
 * @module
 */

import { play } from "./run.ts";
import { describe, type Seen } from "./seen.ts";

/** Plays the script part of a transcript and returns it with a new trace part. */
export async function transcribe(text: string): Promise<string> {
  const lines = text.trimEnd().split("\n").filter((line) => !line.startsWith("  "));
  const script = lines.filter((line) => line !== "");
  const { violation, log } = await play(script, { keepsLog: true });
  if (violation) throw new Error(violation);
  // The first part is what the constructor does; the end that every run is brought to is left out.
  const traces: string[][] = [[]];
  for (const { atMs, seen } of log) {
    if (seen.kind === "line") traces.push([]);
    else if (isWorthTelling(seen)) traces.at(-1)?.push(format(atMs, describe(seen)));
  }
  const isSetting = (line: string): boolean => line === "" || /^(#|with )/.test(line);
  const first = lines.findIndex((line) => !isSetting(line));
  return lines.flatMap((line, index) => {
    const before = index === first ? traces.shift() ?? [] : [];
    return [...before, line, ...(isSetting(line) ? [] : traces.shift() ?? [])];
  }).join("\n") + "\n";
}

function isWorthTelling(seen: Seen): boolean {
  switch (seen.kind) {
    case "told":
    case "dial":
    case "hands":
    case "refused":
    case "hangs up":
      return true;
    case "hook":
      return seen.name !== "dial";
    case "return":
      return seen.call.name === "send" || seen.error !== undefined;
    default:
      return false;
  }
}

function format(atMs: number, what: string): string {
  const [whole, fraction] = (atMs / 1_000).toFixed(3).split(".");
  return `${`${Number(whole).toLocaleString("en-US")}.${fraction} s`.padStart(14)}  ${what}`;
}
