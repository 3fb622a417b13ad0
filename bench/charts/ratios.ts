import { CONFIG, GREEN, GREY, INK, type Spec } from "./style.ts";

/** A bar: what a contestant costs in relation to the base of that row. `bench.json` is a list. */
export interface Ratio {
  readonly row: string;
  readonly contestant: string;
  readonly ratio: number;
  readonly min: number;
  readonly max: number;
}

/** Ratios to the base of each row; less is better. */
export function ratiosChart(ratios: readonly Ratio[]): Spec {
  const rows = [...new Set(ratios.map(({ row }) => row))];
  const contestant = { field: "contestant", type: "nominal" as const, title: null, sort: null };
  return {
    config: CONFIG,
    title: {
      text: "Cost in relation to the base of each row: less is better",
      subtitle: ["Medians of ratios measured in one run, lines from the least to the greatest."],
    },
    // One chart a row and not facets: each row has contestants of its own.
    vconcat: rows.map((row) => ({
      title: { text: row, fontSize: 12, offset: 6 },
      width: 440,
      height: { step: 20 },
      data: { values: ratios.filter((ratio) => ratio.row === row) },
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
