import type { Report } from "../fleet/report.ts";
import type { BenchFile, Result } from "../results.ts";
import { measured, number } from "./bench.ts";
import { figure } from "./fleet.ts";
import { paragraph, table } from "./markdown.ts";

/** Those whom the README compares: their names in the benches, and in the simulation and on npm. */
const PEERS = [
  ["rews", "@nktkas/rews"],
  ["partysocket", "partysocket"],
  ["reconnecting-websocket", "reconnecting-websocket"],
] as const;
const SIZE = ["size of all exports", "B gzip"] as const;
const RATIOS = [
  ["receiveAmongOthers", "x fake", "message in, by the bare dispatch"],
  ["receiveText", "x raw rate", "64 B text in over loopback, by the bare rate (more is better)"],
  ["sendText", "x raw", "`send()` over loopback, by the bare socket"],
  ["heap", "x naive", "heap of an open instance, by a naive loop's"],
] as const;
const OUTAGE = "10 min outage";

/** The figures that people ask for first, ours beside the peers'. */
export function measuredTable({ meta, rows }: BenchFile, fleet: Report): string {
  const names = ["holdfast", ...PEERS.map(([name]) => name)];
  const published = PEERS.map(([, name]) => `${name} ${meta.versions[name]}`);
  const shown = rows.filter((line) =>
    ["deno", "any"].includes(line.runtime) &&
    [SIZE, ...RATIOS].some(([row, unit]) => line.row === row && line.unit === unit)
  );
  const of = (wanted: string, name: string): Result | undefined =>
    shown.find(({ row, contestant }) => row === wanted && contestant === name);
  const simulated = (measure: "attemptsPerClient" | "p99ToBound"): string[] =>
    ["windowed (default)", ...published].map((policy) =>
      figure(
        fleet.rows.find((row) =>
          row.group === "outages" && row.scenario === OUTAGE && row.policy === policy
        )?.[measure],
      )
    );
  const lines = [
    ["minified, gzip", ...names.map((name) => kilobytes(of(SIZE[0], name)))],
    ...RATIOS.map((
      [row, , title],
    ) => [title, ...names.map((name) => number(of(row, name)?.ratio))]),
    ["attempts a client in a 10 min outage", ...simulated("attemptsPerClient")],
    ["p99 wait after it, by the least possible", ...simulated("p99ToBound")],
  ];
  const passedOn = "reconnecting-websocket passes on the socket's own event, whose target is not " +
    "the client. ";
  const told =
    `${passedOn}Medians by \`deno task bench\` (${measured(meta, shown)}); the last two rows by ` +
    `\`deno task bench:fleet\` (${
      fleet.clients.toLocaleString("en")
    } clients, seed ${fleet.seed}).`;
  return [table(["measured", "this", ...published], lines), paragraph(told)].join("\n\n");
}

function kilobytes(size: Result | undefined): string {
  return size === undefined ? "-" : `${(size.ratio / 1_000).toFixed(1)} kB`;
}
