/**
 * Counts how often a trip through the client goes from one file of `lib/` to another: what a reader must
 * follow. Instruments a copy, plays each trip on fakes, and prints the table:
 *
 *     deno run -A tests/project/crossings.ts
 *
 * Fails where a trip crosses more often than `LIMITS` says.
 *
 * @module
 */

import ts from "npm:typescript@5.9.3";

/**
 * What each trip takes now, so that more must be argued. The plan was 25, 14, 17, 28 and 3: the doors of
 * features, the status and the care for hooks that throw cost the difference, and each of the five turns
 * of the loop before a deadline counts 9.
 */
const LIMITS: Readonly<Record<string, number>> = {
  "a drop with three listeners": 33,
  "close() answered": 15,
  "opened": 13,
  "heartbeat timeout": 86,
  "message in": 8,
};

const ROOT = new URL("../../", import.meta.url).pathname;

/** Wraps the body of each function, so that it says when it begins and when it ends. */
function instrument(source: string, file: string): string {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const edits: [at: number, text: string][] = [];
  const visit = (node: ts.Node): void => {
    const body = ts.isFunctionLike(node) && !ts.isAccessor(node)
      ? (node as { body?: ts.Node }).body
      : undefined;
    if (body && ts.isBlock(body)) {
      edits.push([body.getStart() + 1, ` globalThis.enter?.("${file}"); try {`]);
      edits.push([body.getEnd() - 1, ` } finally { globalThis.leave?.(); }`]);
    } else if (body) {
      edits.push([body.getStart(), `{ globalThis.enter?.("${file}"); try { return (`]);
      edits.push([body.getEnd(), `); } finally { globalThis.leave?.(); } }`]);
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  // From the end, so that the places before stay true; of two at one place the inner one is first.
  edits.reverse().sort(([a], [b]) => b - a);
  for (const [at, text] of edits) source = source.slice(0, at) + text + source.slice(at);
  return source;
}

async function copy(from: string, to: string, path = ""): Promise<void> {
  await Deno.mkdir(`${to}${path}`, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(`${from}${path}`)) {
    const file = `${path}${name}`;
    if (isDirectory) await copy(from, to, `${file}/`);
    else {
      const source = await Deno.readTextFile(`${from}${file}`);
      const isKit = file.startsWith("testing/");
      await Deno.writeTextFile(`${to}${file}`, isKit ? source : instrument(source, file));
    }
  }
}

const TRIPS = `
import { ReconnectingWebSocket } from "./mod.ts";
import { fakeWorld } from "./lib/testing/mod.ts";

const stack = [];
let crossings = -1;
globalThis.enter = (file) => {
  if (stack.length > 0 && stack.at(-1) !== file) crossings++;
  stack.push(file);
};
globalThis.leave = () => void stack.pop();

/** Of what happens in a call of "play" and the microtasks after it. */
async function count(prepare, play, options = {}) {
  const { clock, network, sources } = fakeWorld({ seed: 1 });
  const ws = new ReconnectingWebSocket("wss://example.com", { sources, ...options });
  for (const type of ["error", "close", "retry"]) ws.addEventListener(type, () => {});
  const world = { clock, ws, last: () => network.connections.at(-1) };
  prepare(world);
  await new Promise((resolve) => setTimeout(resolve));
  crossings = 0;
  play(world);
  await new Promise((resolve) => setTimeout(resolve));
  return crossings;
}

const accept = ({ last }) => last().accept();
const heartbeat = { message: "ping", intervalMs: 1_000, timeoutMs: 1_000 };
console.log(JSON.stringify({
  "a drop with three listeners": await count(accept, ({ last }) => last().drop()),
  "close() answered": await count((world) => {
    accept(world);
    world.ws.close();
  }, ({ last }) => last().close(1000)),
  "opened": await count(() => {}, accept),
  "heartbeat timeout": await count((world) => {
    accept(world);
    world.clock.tick(1_000);
  }, ({ clock }) => clock.tick(1_000), { heartbeat }),
  "message in": await count((world) => {
    accept(world);
    world.ws.onmessage = () => {};
    world.last().send("first");
  }, ({ last }) => last().send("second")),
}));
Deno.exit(0);
`;

const folder = await Deno.makeTempDir({ prefix: "crossings-" });
try {
  await copy(`${ROOT}lib/`, `${folder}/lib/`);
  await Deno.copyFile(`${ROOT}mod.ts`, `${folder}/mod.ts`);
  await Deno.writeTextFile(`${folder}/trips.ts`, TRIPS);
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--no-config", `${folder}/trips.ts`],
  });
  const { stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout);
  if (!text) throw new Error(new TextDecoder().decode(stderr));
  const trips: Record<string, number> = JSON.parse(text);
  for (const [trip, crossings] of Object.entries(trips)) {
    console.log(`${trip.padEnd(30)} ${crossings} of ${LIMITS[trip]}`);
  }
  if (Object.entries(trips).some(([trip, crossings]) => crossings > (LIMITS[trip] ?? 0))) {
    Deno.exitCode = 1;
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
