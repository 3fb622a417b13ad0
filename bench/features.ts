/**
 * What each feature adds to the client of parts, as the table of `docs/core.md`:
 *
 *     deno run -A bench/features.ts
 *
 * @module
 */

import { bundle } from "./bundle.ts";

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

const COMPANIONS = ["queue()", "connectivity()", "retry()"];

/** A program that uses these features, and the free names in their calls as globals. */
async function sizeOf(...calls: readonly string[]): Promise<number> {
  const names = calls.map((call) => call.replace(/\(.*/, ""));
  const url = calls.find((call) => call.startsWith("provider")) ?? `"wss://example.test"`;
  const use = calls.filter((call) => call !== url);
  const { bytes } = await bundle(`
    import { ${
    ["ReconnectingWebSocket as C", ...names].join(", ")
  } } from "@holdfast/websocket/core";
    new C(${url}, { use: [${use.join(", ")}] }).addEventListener("message", console.log);`);
  return bytes;
}

/** One row of the table. */
function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

const least = await sizeOf();
const lines = [["", "B gzip", "what it does"], ["---", "---:", "---"]];
lines.push(["the core alone", least.toLocaleString("en"), "see above"]);
for (const [call, what] of CALLS) {
  const added = (await sizeOf(call)) - least;
  lines.push([`\`${call}\``, `+ ${added.toLocaleString("en")}`, what]);
}
const three = await sizeOf(...COMPANIONS);
lines.push([
  "the core with `queue()`, `connectivity()`, `retry()`",
  three.toLocaleString("en"),
  "what most pages need",
]);
const { bytes: whole } = await bundle(`export * from "@holdfast/websocket";`);
lines.push(["`.`, everything", whole.toLocaleString("en"), "and every argument checked"]);
console.log(lines.map(row).join("\n"));
