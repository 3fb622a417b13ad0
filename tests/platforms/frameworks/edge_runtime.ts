/**
 * The VM that edge platforms and Next.js run code in, without what they add to it.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { nodeOf } from "../runtimes/runners.ts";
import { run } from "../../packaging/command.ts";
import { esbuild } from "../../packaging/edge.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { bundle, createProject, modules } from "./project.ts";
import { LIFE } from "./project/life.mjs";
import { startEcho } from "../real/echo.ts";

const node = nodeOf("node-24");

const ENTRY = `
  import { ReconnectingWebSocket } from "@holdfast/websocket";
  import { live } from "./life.mjs";
  globalThis.live = (...args) => live(ReconnectingWebSocket, ...args);
`;

async function checkEdgeRuntime(stage: Stage): Promise<string> {
  const project = await createProject(stage, ["life.mjs", "edge_runtime.mjs"]);
  const file = `${project}/bundle.js`;
  await Deno.writeTextFile(file, await bundle(project, ENTRY, "iife", "--platform=neutral"));
  await using server = await startEcho();
  const { output } = await run([node, "edge_runtime.mjs", file, server.url], { cwd: project });
  const classes = { ...LIFE.classes, message: "Event", close: "Event" };
  const life = { ...LIFE, classes };
  const lacks = ["MessageEvent", "CloseEvent"];
  assertEquals(JSON.parse(output), { lacks, lives: [life, life] });
  return `a life with its own WebSocket and one with ws, without ${lacks.join(" and ")}`;
}

/** The rows. */
export const edgeRuntime: Rows = {
  "edge-runtime": row(
    checkEdgeRuntime,
    [node, esbuild, `${modules}/edge-runtime/package.json`],
    "node-24 platforms",
  ),
};
