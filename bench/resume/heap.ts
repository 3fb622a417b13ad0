/**
 * What a session takes of a server's heap: at rest, and with its windows full of large and of the smallest
 * messages. `deno run --v8-flags=--expose-gc bench/resume/heap.ts` prints bytes a session, as JSON.
 *
 * @module
 */

import { controlFrame } from "../../lib/resume/frames.ts";
import {
  ResumeServer,
  type ServerConnection,
  type Session,
  type SessionHandlers,
} from "../../lib/resume/server/mod.ts";

const IDLE_SESSIONS = 2_000;
const FULL_SESSIONS = 20;
const WINDOW_BYTES = 256 * 1_024;
const LARGE_BYTES = 1_024;

interface Held {
  readonly server: ResumeServer;
  readonly sessions: Session[];
  readonly connections: ServerConnection[];
}

/** Bytes in use once nothing is garbage. */
function heapBytes(): number {
  const { gc } = globalThis as unknown as { readonly gc: () => void };
  for (let i = 0; i < 3; i++) gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

/** Sessions whose clients are attached and confirm nothing, and whose handlers never end. */
async function hold(count: number): Promise<Held> {
  const sessions: Session[] = [];
  const server = new ResumeServer({
    maxUnackedBytes: WINDOW_BYTES,
    windowBytes: WINDOW_BYTES,
    overflow: "refuse",
    session(session): SessionHandlers {
      sessions.push(session);
      return { message: () => new Promise<void>(() => {}) };
    },
  });
  const connections = Array.from({ length: count }, (_, i) => {
    const connection = server.connect({ send: () => {}, close: () => {} }, undefined);
    const s = `${i}`.padStart(24, "0");
    const counts = { n: 1, rx: 0, ack: 0, tx: 0 } as const;
    connection.receive(
      controlFrame({ t: "hello", v: 1, s, ...counts, new: true, max: WINDOW_BYTES }),
    );
    return connection;
  });
  while (sessions.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  return { server, sessions, connections };
}

/** A text of its own: two that are the same would be one on the heap. */
function text(bytes: number, i: number): string {
  return bytes === 1 ? String.fromCharCode(32 + i % 90) : `${i}`.padEnd(bytes, "x");
}

/** Fills both windows with messages of a size; returns what then is more than before, a session. */
async function full(bytes: number): Promise<number> {
  const held = await hold(FULL_SESSIONS);
  const before = heapBytes();
  let i = 0;
  for (const session of held.sessions) while (session.send(text(bytes, i++)));
  for (const connection of held.connections) {
    // One is handled, for ever, and the others wait: at most twice the window.
    const count = 2 * WINDOW_BYTES / (bytes + 16);
    for (let sent = 0; sent < count; sent++) connection.receive(text(bytes, i++));
  }
  const after = heapBytes();
  // Still in use, so that none of it is garbage.
  if (held.server.size !== FULL_SESSIONS) throw new Error("a session was lost");
  return (after - before) / FULL_SESSIONS;
}

const empty = heapBytes();
const idle = await hold(IDLE_SESSIONS);
const idleBytes = Math.round((heapBytes() - empty) / idle.server.size);
const [large, smallest] = [await full(LARGE_BYTES), await full(1)];
console.log(JSON.stringify({
  windowBytes: WINDOW_BYTES,
  idleBytes,
  /** In windows: one to the client, two from it. */
  largeWindows: Number((large / WINDOW_BYTES).toFixed(2)),
  smallestWindows: Number((smallest / WINDOW_BYTES).toFixed(2)),
}));
Deno.exit(0);
