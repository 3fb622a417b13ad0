import type { BenchFile } from "../results.ts";
import { measured } from "../tables/bench.ts";
import { CONFIG, GREEN, GREY, INK, type Spec } from "./style.ts";

/** The rows that are drawn: those where less is better and that people ask for first. */
const PANELS: readonly Readonly<Record<"row" | "unit" | "title", string>>[] = [
  { row: "size of all exports", unit: "B gzip", title: "Size of all exports, bytes after gzip -9" },
  {
    row: "receive",
    unit: "x fake",
    title: "An incoming message, in a process with one event class, by the bare dispatch",
  },
  {
    row: "receiveAmongOthers",
    unit: "x fake",
    title: "An incoming message, in a process with several event classes, by the bare dispatch",
  },
];

/** Size, and the cost of a message; less is better. */
export function ratiosChart({ meta, rows }: BenchFile): Spec {
  const contestant = { field: "contestant", type: "nominal" as const, title: null, sort: null };
  const drawn = rows.filter(({ row, runtime, unit }) =>
    ["deno", "any"].includes(runtime) &&
    PANELS.some((panel) => panel.row === row && panel.unit === unit)
  );
  const peers = Object.entries(meta.versions).map(([name, version]) => `${name} ${version}`).join(
    ", ",
  );
  return {
    config: CONFIG,
    title: {
      text: "Size, and the price of a message: less is better",
      subtitle: [
        `${measured(meta, drawn).replaceAll("`", "")}.`,
        "Medians; lines from least to greatest. reconnecting-websocket, websocket-ts and sockette pass",
        "on the socket's own event, whose target is not the client.",
        peers,
      ],
    },
    // One chart a row and not facets: each row has contestants and a unit of its own.
    vconcat: PANELS.map(({ row, unit, title }) => ({
      title: { text: title, fontSize: 12, offset: 6 },
      width: 440,
      height: { step: 20 },
      data: {
        values: drawn.filter((line) => line.row === row && line.unit === unit),
      },
      layer: [
        {
          mark: { type: "bar" as const, height: 12 },
          encoding: {
            x: { field: "ratio", type: "quantitative" as const, title: null },
            y: contestant,
            color: {
              condition: { test: "indexof(datum.contestant, 'holdfast') >= 0", value: GREEN },
              value: GREY,
            },
          },
        },
        {
          mark: { type: "rule" as const, color: INK },
          encoding: {
            x: { field: "min", type: "quantitative" as const },
            x2: { field: "max" },
            y: contestant,
          },
        },
      ],
    })),
  };
}
