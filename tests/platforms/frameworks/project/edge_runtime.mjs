/**
 * One life in a bare edge-runtime VM: `edge_runtime.mjs BUNDLE URL`. The bundle makes `live()` a
 * global. Prints what the VM lacks, and a life with its own WebSocket and with `ws`.
 *
 * @module
 */
import { EdgeRuntime } from "edge-runtime";
import { readFileSync } from "node:fs";
import process from "node:process";
import { WebSocket } from "ws";

const [bundle, url] = process.argv.slice(2);
const runtime = new EdgeRuntime();
const lacks = ["MessageEvent", "CloseEvent", "WebSocket"].filter((name) =>
  !(name in runtime.context)
);
runtime.evaluate(readFileSync(bundle, "utf8"));
const lives = [
  await runtime.context.live(url),
  await runtime.context.live(url, { sources: { WebSocket } }),
];
console.log(JSON.stringify({ lacks, lives }));
