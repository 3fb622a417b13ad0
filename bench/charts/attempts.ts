import { DEFAULT, STARTING } from "../fleet/policies.ts";
import type { Report } from "../fleet/report.ts";
import { BLUE, CONFIG, GREEN, GREY, INK, RED, type Spec } from "./style.ts";

const SHOWN = [
  DEFAULT.name,
  STARTING.name,
  "full jitter",
  "equal jitter",
  "gRPC",
  "@nktkas/rews 4.1.0",
  "reconnecting-websocket 4.4.0",
  "socket.io-client 4.8.4",
  "partysocket 1.3.0",
  "phoenix 1.8.16",
];
const COLOURS = [GREEN, RED, BLUE, BLUE, ...Array<string>(6).fill(GREY)];
const LAST_S = 300;

/** Attempts in each second of a 60 s outage and of the four minutes after it. */
export function attemptsChart({ rows, clients, seed, boundS }: Report): Spec {
  const values = rows.flatMap(({ scenario, policy, series }) =>
    scenario !== "60 s outage" || series === undefined || !SHOWN.includes(policy)
      ? []
      : Array.from({ length: LAST_S }, (_, second) => ({
        policy,
        second,
        share: Math.min(1, (series.attempts[second] ?? 0) / clients),
      }))
  );
  const time = {
    type: "quantitative" as const,
    title: "seconds after the loss",
    scale: { domain: [0, LAST_S], nice: false },
    axis: { grid: false, values: [0, 60, 120, 180, 240, 300] },
  };
  const share = {
    type: "quantitative" as const,
    title: null,
    scale: { type: "sqrt" as const, domain: [0, 1] },
    axis: { format: ".0%", values: [0, 0.02, 0.1, 0.25, 0.5, 1], labelOverlap: false },
  };
  // A rule is drawn once for each datum; of each facet one is enough.
  const once = [{ filter: "datum.second === 0" }];
  return {
    config: CONFIG,
    title: {
      text: "Connection attempts of a fleet whose server is down for a minute",
      subtitle: [
        `${clients.toLocaleString("en")} clients lose it at 0 s. From 60 s on it accepts ` +
        `${100 / boundS} % of them a second (dashed) and refuses the rest.`,
        `Attempts a second in percent of the fleet, on a square-root scale cut at 100 %. ` +
        `Seed ${seed}.`,
      ],
    },
    data: { values },
    columns: 2,
    facet: { field: "policy", type: "nominal", sort: SHOWN, title: null },
    spec: {
      width: 330,
      height: 84,
      layer: [
        {
          mark: { type: "area", interpolate: "step-after", aria: false },
          encoding: {
            x: { field: "second", ...time },
            y: { field: "share", ...share },
            color: {
              field: "policy",
              legend: null,
              scale: { domain: SHOWN, range: COLOURS },
            },
          },
        },
        {
          transform: once,
          mark: { type: "rule", color: INK },
          encoding: { x: { datum: 60, ...time } },
        },
        {
          transform: once,
          mark: { type: "rule", color: INK, strokeDash: [3, 3] },
          encoding: { y: { datum: 1 / boundS, ...share } },
        },
      ],
    },
  };
}
