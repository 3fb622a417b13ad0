import type { BenchFile } from "../results.ts";
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
export function ratiosChart({ meta: { date, runtimes, versions }, rows }: BenchFile): Spec {
  const contestant = { field: "contestant", type: "nominal" as const, title: null, sort: null };
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return {
    config: CONFIG,
    title: {
      text: "Size, and the price of a message: less is better",
      subtitle: [
        `Deno ${runtimes["deno"]}, ${date.slice(0, 10)}; medians, lines from least to greatest.`,
        peers,
      ],
    },
    // One chart a row and not facets: each row has contestants and a unit of its own.
    vconcat: PANELS.map(({ row, unit, title }) => ({
      title: { text: title, fontSize: 12, offset: 6 },
      width: 440,
      height: { step: 20 },
      data: {
        values: rows.filter((it) =>
          it.row === row && it.unit === unit && ["deno", "any"].includes(it.runtime)
        ),
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
