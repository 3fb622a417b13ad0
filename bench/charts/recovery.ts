import { DEFAULT } from "../fleet/policies.ts";
import type { Report, Row } from "../fleet/report.ts";
import { BLUE, CONFIG, GREEN, INK, ORANGE, type Spec } from "./style.ts";

const OUTAGES = ["5 s outage", "60 s outage", "10 min outage"];
const ROW_PX = 26;

/** How long the slowest hundredth waits, and what it costs in attempts. */
export function recoveryChart({ rows, clients, seed, boundS }: Report): Spec {
  const outages = rows.filter(({ group }) => group === "outages");
  const long = outages.filter(({ scenario }) => scenario === "10 min outage");
  const order = long.toSorted(byWaitTimesAttempts).map(({ policy }) => policy);
  const policy = (labels: boolean) => ({
    field: "policy",
    type: "nominal" as const,
    sort: order,
    title: null,
    scale: { type: "band" as const, paddingInner: 0, paddingOuter: 0 },
    axis: { labels, ticks: false, domain: false, labelLimit: 240, grid: true },
  });
  const log = (title: string, domain: [number, number], values: number[]) => ({
    type: "quantitative" as const,
    title,
    scale: { type: "log" as const, domain, nice: false },
    axis: { values },
  });
  const ratio = log("p99 wait / bound", [0.9, 130], [1, 2, 5, 10, 20, 50, 100]);
  const attempts = log(
    "attempts a client, 10 min outage",
    [10, 2_000],
    [10, 20, 50, 100, 200, 500, 1_000],
  );
  const byOutage = {
    y: policy(true),
    yOffset: {
      field: "scenario",
      type: "nominal" as const,
      sort: OUTAGES,
      scale: { paddingOuter: 0.8 },
    },
    color: {
      field: "scenario",
      type: "nominal" as const,
      sort: OUTAGES,
      title: null,
      scale: { domain: OUTAGES, range: [BLUE, ORANGE, GREEN] },
      legend: { orient: "bottom" as const },
    },
  };
  const dot = { type: "point" as const, filled: true, size: 40, opacity: 1 };
  return {
    config: CONFIG,
    title: {
      text: "How long the slowest hundredth waits, and what it costs",
      subtitle: [
        `${
          clients.toLocaleString("en")
        } clients; the server comes back after 5 s, 60 s or 10 min ` +
        `(+-20 %) and accepts ${100 / boundS} % of them a second.`,
        `Bound: the ${boundS} s that it needs for all. Dots are means, lines go from the least to ` +
        `the greatest.`,
        `Dashed: our budget, 1.25. Logarithmic scales. Seed ${seed}.`,
      ],
    },
    hconcat: [
      {
        width: 380,
        height: ROW_PX * order.length,
        data: { values: outages },
        layer: [
          {
            data: { values: [{}] },
            mark: { type: "rule", color: INK, strokeDash: [3, 3] },
            encoding: { x: { datum: 1.25, ...ratio } },
          },
          {
            mark: { type: "rule", strokeWidth: 2 },
            encoding: {
              x: { field: "p99ToBoundMin", ...ratio },
              x2: { field: "p99ToBoundMax" },
              ...byOutage,
            },
          },
          { mark: dot, encoding: { x: { field: "p99ToBound", ...ratio }, ...byOutage } },
        ],
      },
      {
        width: 240,
        height: ROW_PX * order.length,
        data: { values: long },
        encoding: { x: { field: "attemptsPerClient", ...attempts }, y: policy(false) },
        layer: [
          { mark: { ...dot, color: GREEN } },
          {
            mark: { type: "text", align: "left", dx: 8, color: INK, fontSize: 10 },
            encoding: { text: { field: "attemptsPerClient", format: ".1f" } },
          },
        ],
      },
    ],
  };
}

/** Ours first, then by what a recovery costs altogether: the wait times the attempts. */
function byWaitTimesAttempts(a: Row, b: Row): number {
  const cost = (row: Row): number =>
    row.policy === DEFAULT.name ? 0 : row.p99ToBound * row.attemptsPerClient;
  return cost(a) - cost(b);
}
