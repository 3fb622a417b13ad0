/**
 * Next.js: a component that is rendered on the server, and a route on its edge runtime.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { until } from "../../compatibility/trial.ts";
import { freePort } from "../ports.ts";
import { start } from "../runtimes/processes.ts";
import { modulesOf, nodeOf } from "../runtimes/runners.ts";
import { run } from "../../packaging/command.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { host, openIn } from "./page.ts";
import { createProject } from "./project.ts";
import { LIFE } from "./project/life.mjs";
import { startEcho } from "../real/echo.ts";

const REQUEST_MS = 10_000;

const node = nodeOf("node-24");
const modules = modulesOf("next");
const next = `${modules}/next/dist/bin/next`;

/** A request that is given up: a route may hang on its client. */
function request(url: string): Promise<Response> {
  return fetch(url, { signal: AbortSignal.timeout(REQUEST_MS) });
}

/** Fails unless a page is rendered on the server as far as it can be. */
async function assertRendered(url: string): Promise<void> {
  const response = await request(url);
  const text = await response.text();
  assertEquals([response.status, text.includes("<p>rendered</p>")], [200, true], text);
}

async function checkNext(stage: Stage): Promise<string> {
  const files = ["life.mjs", "next/app", "next/next.config.mjs"];
  const cwd = await createProject(stage, files, modules);
  const env = { NEXT_TELEMETRY_DISABLED: "1" };
  await run([node, next, "build"], { cwd, env });

  const port = freePort();
  const origin = `http://127.0.0.1:${port}`;
  await using stack = new AsyncDisposableStack();
  const command = [node, next, "start", "--hostname", "127.0.0.1", "--port", `${port}`, cwd];
  const app = stack.use(start(command, env));
  let isUp = false;
  (async () => {
    for await (const line of app.lines) isUp ||= line.includes("Ready");
  })();
  await until(() => isUp, `Next.js is up: ${app.errors()}`);

  await using server = await startEcho();
  await using results = host({});
  const query = `?server=${server.url}&results=${results.origin}/result`;
  for (const page of ["server", "edge"]) await assertRendered(`${origin}/${page}${query}`);
  const route = await request(`${origin}/route${query}`)
    .then((response) => response.json())
    .catch((error) => `${error}: ${app.errors()}`);
  // Its runtime has neither class.
  const classes = { ...LIFE.classes, message: "Event", close: "Event" };
  assertEquals(route, { ...LIFE, classes });
  await openIn(stack, `${origin}/server${query}`);
  assertEquals(await results.next(), LIFE);
  return "rendered on nodejs and edge; a life in a route on edge, and one in the page";
}

/** The rows. */
export const nextJs: Rows = {
  "next": row(checkNext, [node, next, "chromium"], "node-24 next chromium"),
};
