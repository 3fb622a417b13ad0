/**
 * The tables of `fleet.json`.
 *
 * @module
 */

import type { Report, Row } from "../fleet/report.ts";
import { paragraph, table } from "./markdown.ts";

const OURS = "windowed (default)";
const GOES_ON = "windowed, were its series to go on";
const FULL = "full jitter";
/** Its servers restart one after another: nobody waits for room, and there is no bound to compare with. */
const WITHOUT_BOUND = "rolling restart of 20 servers";

/** Every policy after three outages. */
export function outageTable({ rows, clients, seed }: Report): string {
  const outages = rows.filter(({ group }) => group === "outages");
  const policies = unique(outages.map(({ policy }) => policy));
  const lines = policies.map((policy) => {
    const after = (outage: string): Row | undefined =>
      outages.find((row) => row.policy === policy && row.scenario === `${outage} outage`);
    const long = after("10 min");
    return [
      policy,
      figure(long?.attemptsPerClient),
      percent(long?.peakAfterRecovery),
      seconds(long?.meanS),
      ...["5 s", "60 s", "10 min"].map((outage) => figure(after(outage)?.p99ToBound)),
    ];
  });
  const header = [
    "policy",
    "attempts a client, 10 min outage",
    "peak second after it",
    "mean wait after it",
    "p99 / bound: 5 s",
    "60 s",
    "10 min",
  ];
  const told = `${clients.toLocaleString("en")} clients, seed ${seed}; means over outages 20 % ` +
    "shorter to 20 % longer.";
  return [table(header, lines), paragraph(told)].join("\n\n");
}

/** Policies with caps at which each makes as many attempts as the others. */
export function equalLoadTable({ rows }: Report): string {
  const load = rows.filter(({ group }) => group === "equal load");
  const lines = load.map(({ scenario, policy, meanS, p99ToBound, p99ToBoundMax }, i) => [
    load[i - 1]?.scenario === scenario ? "" : scenario.replace("1 attempt in ", ""),
    policy,
    seconds(meanS),
    figure(p99ToBound),
    figure(p99ToBoundMax),
  ]);
  const worst = `worst of ${load[0]?.runs ?? 0} outages`;
  return table(["one attempt in", "policy", "mean wait", "p99 / bound", worst], lines);
}

/** What a delay that was not the policy's leaves behind. */
export function eventTable({ rows }: Report): string {
  const pacing = rows.filter(({ group }) => group === "pacing");
  const events = pacing.filter(({ policy }) => policy === OURS).map(({ scenario }) => scenario);
  const lines = events.filter((scenario) => scenario !== WITHOUT_BOUND).map((scenario) => [
    scenario,
    ...[GOES_ON, OURS, FULL].map((policy) =>
      figure(pacing.find((row) => row.scenario === scenario && row.policy === policy)?.p99ToBound)
    ),
  ]);
  return table(["p99 / bound", "series goes on", "new series (shipped)", FULL], lines);
}

/** Servers that need more or less time for all of them than the longest delay. */
export function capacityTable({ rows }: Report): string {
  const long = rows.filter(({ group, scenario }) =>
    group === "capacities" && scenario.endsWith(", 10 min")
  );
  const bounds = unique(long.map(({ scenario }) => scenario));
  const lines = [OURS, FULL].map((policy) => [
    policy,
    ...bounds.map((scenario) =>
      figure(long.find((row) => row.scenario === scenario && row.policy === policy)?.p99ToBound)
    ),
  ]);
  const header = bounds.map((scenario) => scenario.replace(/^bound (.*),.*$/, "$1"));
  return table(["p99 / bound, where N / C is", ...header], lines);
}

/** Three digits, which is what the model is worth. */
export function figure(value: number | undefined): string {
  if (value === undefined) return "-";
  if (value >= 99.95) return Math.round(value).toLocaleString("en");
  return value.toFixed(value < 9.995 ? 2 : 1);
}

function seconds(value: number | undefined): string {
  return value === undefined ? "-" : `${figure(value)} s`;
}

function percent(share: number | undefined): string {
  return share === undefined ? "-" : `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
