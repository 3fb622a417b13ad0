/**
 * A page whose Content Security Policy forbids the target. Chromium hides that from scripts, so it looks
 * like a server that is down.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { esbuild } from "../../packaging/edge.ts";
import { startEcho } from "../real/echo.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { host, openIn, pageOf } from "./page.ts";
import { bundle, createProject } from "./project.ts";

const POLICY = `<meta http-equiv="Content-Security-Policy" content="connect-src 'self'">`;

async function checkForbidden(stage: Stage): Promise<string> {
  const project = await createProject(stage, ["forbidden.mjs"]);
  await using server = await startEcho();
  await using pages = host({
    "/": pageOf().replace("<body>", `${POLICY}$&`),
    "/module.js": await bundle(project, `export * from "./forbidden.mjs";`, "esm"),
  });
  await using stack = new AsyncDisposableStack();
  await openIn(stack, `${pages.origin}/?server=${server.url}`);
  assertEquals(await pages.next(), {
    errors: ["connect-failed", "connect-failed", "retry-limit"],
    code: 1006,
    wasClean: false,
    error: "retry-limit",
    cause: "connect-failed",
  });
  assertEquals(server.peak, 0, "connections");
  return "three attempts fail, none throws, and the client ends";
}

/** The row. */
export const forbidden: Rows = {
  "forbidden": row(checkForbidden, ["chromium", esbuild], "chromium"),
};
