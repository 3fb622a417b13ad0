/**
 * The one chart: attempts in each second of a 60 s outage and of the four minutes after it, in a panel
 * for each policy.
 */

import { type Report, SERIES_S } from "./fleet/report.ts";

const SHOWN = [
  "windowed (default)",
  "additive, the starting formula",
  "full jitter",
  "equal jitter",
  "gRPC",
  "@nktkas/rews 4.1.0",
  "reconnecting-websocket 4.4.0",
  "socket.io-client 4.8.4",
  "partysocket 1.3.0",
  "@atproto/ws-client 0.2.1",
];
const OUTAGE_S = 60;
const WIDTH = 330;
const HEIGHT = 84;
const LEFT = 44;
const TOP = 70;
const ROW = HEIGHT + 54;
const COLUMN = WIDTH + 56;

// The paper is drawn, so that the chart can be read wherever it is shown.
const STYLE = `text{font:11px sans-serif;fill:#24292f}.t{font-size:15px;font-weight:bold}
.p{font-weight:bold}.r{text-anchor:end}.m{text-anchor:middle}.paper{fill:#fff}
.grid{stroke:#d0d7de;fill:none}.rule{stroke:#24292f}.bound{stroke-dasharray:3 3}
.area{fill:#8b949e}.ours{fill:#009e73}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117}.grid{stroke:#30363d}
.rule{stroke:#e6edf3}}`;

/** The chart as SVG. */
export function attemptsChart({ rows, clients, seed, boundS }: Report): string {
  const panels = SHOWN.flatMap((policy) => {
    const attempts = rows.find((row) => row.policy === policy && row.perSecond)?.perSecond;
    return attempts ? [{ policy, shares: attempts.map((n) => Math.min(1, n / clients)) }] : [];
  });
  const width = 2 * COLUMN + 20;
  const height = TOP + Math.ceil(panels.length / 2) * ROW + 10;
  const subtitle = [
    `${clients.toLocaleString("en")} clients lose it at 0 s. From ${OUTAGE_S} s on it accepts ` +
    `${100 / boundS} % of them a second (dashed) and refuses the rest.`,
    `Attempts a second in percent of the fleet, on a square-root scale cut at 100 %. Seed ${seed}.`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">
<style>${STYLE}</style><rect class="paper" width="${width}" height="${height}"/>
<text class="t" x="12" y="24">Connection attempts of a fleet whose server is down for a minute</text>
${subtitle.map((line, i) => `<text x="12" y="${42 + 14 * i}">${line}</text>`).join("\n")}
${panels.map((panel, i) => draw(panel, i, 1 / boundS)).join("\n")}
</svg>
`;
}

function draw(
  { policy, shares }: { policy: string; shares: readonly number[] },
  place: number,
  capacity: number,
): string {
  const x = (second: number): string => (second / SERIES_S * WIDTH).toFixed(1);
  const y = (share: number): string => (HEIGHT * (1 - Math.sqrt(share))).toFixed(1);
  // Quiet seconds are left out: a step goes on from where it is.
  const steps = shares.flatMap((share, second) =>
    share === shares[second - 1] ? [] : [`H${x(second)}V${y(share)}`]
  );
  const grid = [0.02, 0.1, 0.25, 0.5, 1].map((share) =>
    `<path class="grid" d="M0 ${y(share)}H${WIDTH}"/>` +
    `<text class="r" x="-5" y="${Number(y(share)) + 4}">${100 * share}%</text>`
  );
  const times = [0, 60, 120, 180, 240, 300].map((second) =>
    `<text class="m" x="${x(second)}" y="${HEIGHT + 14}">${second} s</text>`
  );
  const left = LEFT + (place % 2) * COLUMN;
  const top = TOP + 24 + Math.floor(place / 2) * ROW;
  return `<g transform="translate(${left} ${top})">
<text class="p m" x="${WIDTH / 2}" y="-8">${policy}</text>${grid.join("")}${times.join("")}
<path class="area${place === 0 ? " ours" : ""}" d="M0 ${HEIGHT}${steps.join("")}H${
    x(shares.length)
  }V${HEIGHT}Z"/>
<path class="rule" d="M${x(OUTAGE_S)} 0V${HEIGHT}"/>
<path class="rule bound" d="M0 ${y(capacity)}H${WIDTH}"/></g>`;
}
