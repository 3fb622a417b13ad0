/**
 * `deno task demo:resume [--cuts N]`: servers behind a balancer, cut, killed and frozen, and what became
 * of every message; then the same cuts without sessions.
 */
import { parseArgs } from "node:util";
import { type Findings, hasRedis, runStory } from "./story.ts";
import { type Tally, tallyDown, tallyUp } from "./tally.ts";

const { values } = parseArgs({ options: { cuts: { type: "string", default: "60" } } });
const cuts = Number(values.cuts);
const CLIENTS = 4;

if (Deno.build.os === "windows") {
  console.error("Cannot play the demo as freezing a server needs SIGSTOP, which Windows lacks");
  Deno.exit(1);
}
if (!(cuts >= 10)) {
  console.error(
    `Cannot play the demo as '--cuts' must be 10 or more: current value is ${values.cuts}`,
  );
  Deno.exit(1);
}

const store = await hasRedis() ? "redis" : "sqlite";
console.log(
  store === "redis"
    ? "Two servers behind a balancer that sends each connection to the other one; sessions in Redis."
    : "One server, sessions in SQLite (Redis is not installed: with it there would be two servers).",
);
console.log(`${CLIENTS} clients and their servers send all the time. ${cuts} cuts:\n`);
const common = { cuts, clients: CLIENTS, print: console.log };
const withSessions = await runStory({ ...common, store, harmsServers: true });
console.log("\nThe same cuts without sessions, on one server that stays well ...\n");
const without = await runStory({ ...common, store: "none", harmsServers: false });

const lost = withSessions.events.filter(({ type }) => type === "lost").length;
const up = tallyUp(withSessions);
const down = tallyDown(withSessions);
const plainUp = tallyUp(without);
const plainDown = tallyDown(without);
console.log(table([
  ["", "up", "down", "without: up", "down"],
  ...rows(["sent", "handled", "lost", "duplicates", "flagged", "reordered"], [
    up,
    down,
    plainUp,
    plainDown,
  ]),
]));
console.log(
  `\n${withSessions.connections} connections, ${withSessions.resumed} of them resumed, ` +
    `${lost} sessions lost, ${withSessions.seconds.toFixed(0)} s.`,
);
console.log(
  "'flagged' came again to the callback after a server had died in it, marked 'redelivered', with the\n" +
    "same id. " +
    `${down.excused} messages down died with a server before they were stored, or were given back to one.`,
);
console.log(
  `Without a connection: ${gap(withSessions, 0.5)} (median), ${gap(withSessions, 1)} (longest).`,
);

const checks: readonly (readonly [boolean, string])[] = [
  [up.sent > 0 && up.handled === up.sent, "every message up was handled"],
  [down.sent > 0 && down.handled === down.sent, "every message down arrived"],
  [up.lost + down.lost + lost === 0, "nothing was lost"],
  [up.duplicates + down.duplicates === 0, "nothing came twice without a word"],
  [up.reordered + down.reordered === 0, "the order was kept"],
  [plainUp.lost + plainDown.lost > 0, "without sessions it was not so"],
];
console.log();
for (const [holds, what] of checks) console.log(`${holds ? "ok    " : "FAILED"} ${what}`);
Deno.exit(checks.every(([holds]) => holds) ? 0 : 1);

function rows(names: readonly (keyof Tally)[], tallies: readonly Tally[]): string[][] {
  return names.map((name) => [name, ...tallies.map((tally) => tally[name].toLocaleString("en"))]);
}

function table(lines: readonly string[][]): string {
  const [first = []] = lines;
  const widths = first.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines.map((line) =>
    line.map((cell, i) => i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))
      .join("   ")
  ).join("\n");
}

function gap({ gaps }: Findings, share: number): string {
  const ms = gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))] ?? 0;
  return `${ms.toFixed(0)} ms`;
}
