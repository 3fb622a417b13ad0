/**
 * What each feature adds to the client of parts, as the table of `docs/core.md`:
 *
 *     deno run -A bench/features.ts
 */

import { table } from "./page.ts";
import { core, GATED, measureSize } from "./size.ts";

/** Each feature, as its user calls it. */
const CALLS: readonly (readonly [call: string, what: string])[] = [
  ["abort(signal)", "an `AbortSignal` that ends the client"],
  ["trace(sink)", "one record for each decision, for [`./trace`](testing.md#logging)"],
  ["status()", "`statusOf(ws)`, `openedOf(ws)`, the event `statuschange`"],
  ["pausing(options)", "`pause()`, `resume()`, `startPaused`, `giveUp`"],
  ["retry(shouldRetry)", "`shouldRetry`, and the delays that a server wants"],
  ["connectivity()", "hints of the browser or of your source: [dials early](hints.md)"],
  ["heartbeat(options)", "notices a dead link"],
  ["provider(url)", "functions for the URL and the subprotocols; checks what they answer"],
  ["queue(options)", "keeps what is sent while not open; the `drop` event"],
  ["handshake(run)", "talks to the server on each new connection, before `open`"],
];

const sizeOf = async (program = ""): Promise<number> => (await measureSize("", program)).gzip;
const shown = (bytes: number): string => bytes.toLocaleString("en");

const least = await sizeOf(core());
const lines = [["the core alone", shown(least), "see above"]];
for (const [call, what] of CALLS) {
  lines.push([`\`${call}\``, `+ ${shown(await sizeOf(core(call)) - least)}`, what]);
}
lines.push([
  "the core with `queue()`, `connectivity()`, `retry()`",
  shown(await sizeOf(core("queue()", "connectivity()", "retry()"))),
  "what most pages need",
]);
const whole = await sizeOf(GATED["size of all exports"]?.["holdfast"]);
lines.push(["`.`, everything", shown(whole), "and every argument checked"]);
// Numbers are aligned to the right.
console.log(table(["", "B gzip", "what it does"], lines).replace(/^(\| -+ \| -+)-/m, "$1:"));
