/** What all charts have in common. */

import type { Config, TopLevelSpec } from "npm:vega-lite@^6.5.0";

/** A chart as Vega-Lite takes it. */
export type Spec = TopLevelSpec;

// Okabe and Ito's colours: told apart by colour-blind readers, and visible on white and on black.
export const GREEN = "#009e73";
export const ORANGE = "#e69f00";
export const BLUE = "#3d8fd1";
export const RED = "#d55e00";
export const GREY = "#8b949e";

const PAPER = "#ffffff";
export const INK = "#24292f";
const LINES = "#d0d7de";

/** Each chart brings its own paper, so that it can be read wherever it is shown. */
export const DARK_STYLE = `<style>@media (prefers-color-scheme: dark) {
  [fill="${PAPER}"] { fill: #0d1117 } [fill="${INK}"] { fill: #e6edf3 }
  [stroke="${INK}"] { stroke: #e6edf3 } [stroke="${LINES}"] { stroke: #30363d }
}</style>`;

/** Fonts and colours. */
export const CONFIG: Config = {
  background: PAPER,
  padding: 12,
  font: "sans-serif",
  view: { stroke: LINES },
  axis: {
    domainColor: LINES,
    gridColor: LINES,
    tickColor: LINES,
    labelColor: INK,
    titleColor: INK,
    titleFontWeight: "normal",
  },
  header: { labelColor: INK, titleColor: INK, labelFontWeight: "bold" },
  legend: { labelColor: INK, titleColor: INK },
  title: { color: INK, subtitleColor: INK, anchor: "start", fontSize: 15, offset: 14 },
};
