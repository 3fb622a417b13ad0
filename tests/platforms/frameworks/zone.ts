/**
 * Angular, whose zones decide what a listener may change.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { esbuild } from "../../packaging/edge.ts";
import { row, type Rows, type Stage } from "../rows.ts";
import { host, openIn, pageOf } from "./page.ts";
import { bundle, createProject, modules } from "./project.ts";
import { startEcho } from "../real/echo.ts";

type Place = "inside" | "outside";
/** By the listener's type and way of being added: where it ran, each place once. */
type Ran = Readonly<Record<string, string>>;

interface Result {
  readonly trials: readonly { readonly made: Place; readonly added: Place; readonly ran: Ran }[];
  readonly checks: readonly unknown[];
}

const TYPES = ["open", "message", "close", "error", "retry", "statechange", "drop", "custom"];
const WAYS = ["function", "object", "once", "once object", "signal", "capture"];
const HANDLERS = ["open", "message", "close", "error"];
const KEYS = [
  ...TYPES.flatMap((type) => WAYS.map((way) => `${type} ${way}`)),
  ...HANDLERS.map((type) => `${type} handler`),
];

/** The order in which a page loads its scripts. */
const ORDERS = {
  before: ["/zone.js", "/module.js"],
  after: ["/module.js", "/zone.js"],
} as const;

/** Fails unless each listener ran where it was added, and only there. */
function assertZones({ trials }: Result, order: string): number {
  let count = 0;
  for (const { made, added, ran } of trials) {
    // Event handlers that a later version adds are held to the same.
    const keys = new Set([...KEYS, ...Object.keys(ran)]);
    const wrong = [...keys].filter((key) => ran[key] !== added);
    const where = wrong.map((key) => `${key}: ${ran[key] ?? "never"}`);
    assertEquals(where, [], `zone.js ${order} the library, made ${made}, added ${added}`);
    count += keys.size;
  }
  return count;
}

/**
 * How often Angular looks for changes for a message, by where the client was made and where its listener
 * was added: as natively, but that a client made inside listens to its socket there. A failure once
 * it does not.
 */
const CHECKS = [
  { made: "inside", added: "inside", native: 1, ours: 1 },
  { made: "inside", added: "outside", native: 0, ours: 1 },
  { made: "outside", added: "inside", native: 1, ours: 1 },
  { made: "outside", added: "outside", native: 0, ours: 0 },
];

async function checkZones(stage: Stage): Promise<string> {
  const project = await createProject(stage, ["zone.mjs"]);
  const site = {
    "/before": pageOf(...ORDERS.before),
    "/after": pageOf(...ORDERS.after),
    "/zone.js": await bundle(project, `import "zone.js";`, "iife"),
    "/module.js": await bundle(project, `export { result } from "./zone.mjs";`, "esm"),
  };
  await using server = await startEcho();
  await using pages = host(site);
  let count = 0;
  for (const order of Object.keys(ORDERS)) {
    await using stack = new AsyncDisposableStack();
    await openIn(stack, `${pages.origin}/${order}?server=${server.url}`);
    const result = await pages.next() as Result;
    count += assertZones(result, order);
    assertEquals(result.checks, CHECKS, `change detections, zone.js ${order} the library`);
  }
  return `${count} listeners in their zones; change detections as natively if made outside`;
}

/** The rows. */
export const zones: Rows = {
  "angular-zone": row(
    checkZones,
    ["chromium", esbuild, `${modules}/@angular/core/package.json`],
    "chromium platforms",
  ),
};
