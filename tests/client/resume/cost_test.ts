/** What a session puts on the wire beside the messages, in bytes of frames (RFC 6455, section 5.2). */

import { assertEquals } from "@std/assert";
import { isMarked } from "../../../lib/resume/frames.ts";
import { memoryStore, ResumeServer } from "../../../lib/resume/server/mod.ts";
import { FakeClock } from "../../../lib/testing/mod.ts";
import { TOKEN } from "./engine_rig.ts";
import { sessionRig } from "./rig.ts";

const SECONDS = 10;
const PER_SECOND = 200;
/** A session that is old enough to have counts of six digits. */
const HANDLED = 500_000;
const MESSAGE = "x".repeat(100);
const HEADER_BYTES = 2;
/** Only what a client sends is masked. */
const MASK_BYTES = 4;

Deno.test("A client adds at most 0.3 bytes to a message at 200 messages a second", () => {
  const session = {
    ...{ token: TOKEN, hellos: [1], isNew: false, rx: HANDLED, acked: 0 },
    unacked: [],
  };
  const { peer, clock } = sessionRig({ session });
  peer.open();
  const before = peer.connection.received.length;
  for (let i = 0; i < SECONDS * PER_SECOND; i++) {
    peer.connection.send(MESSAGE);
    clock.tick(1_000 / PER_SECOND);
  }
  const bytes = peer.connection.received.slice(before)
    .map((frame) => HEADER_BYTES + MASK_BYTES + (frame as string).length);
  const total = bytes.reduce((sum, each) => sum + each, 0);
  assertEquals([total > 0, total <= 0.3 * SECONDS * PER_SECOND], [true, true], `${total} bytes`);
});

Deno.test("A server adds at most 0.3 bytes to a message at 200 messages a second", async () => {
  const clock = new FakeClock();
  const frames: string[] = [];
  const stored = { gen: 2, rx: HANDLED, acked: 0, isNew: false, doubt: 0, messages: [] };
  const server = new ResumeServer({
    store: {
      ...memoryStore(),
      open: () => Promise.resolve({ type: "session" as const, session: stored }),
    },
    session: (session) => ({ message: (data) => void session.send(data as string) }),
    sources: { clock, digest: (text) => text },
  });
  const connection = server.connect({
    send: (frame) => void frames.push(frame as string),
    close: () => {},
  }, undefined);
  const hello = { t: "hello", v: 1, s: TOKEN, n: 2, rx: 0, ack: HANDLED, tx: HANDLED };
  connection.receive(`\u0001${JSON.stringify({ ...hello, new: false, max: 1 << 30 })}`);
  await clock.tickAsync(0);
  frames.splice(0);
  for (let i = 0; i < SECONDS * PER_SECOND; i++) {
    connection.receive(MESSAGE);
    await clock.tickAsync(1_000 / PER_SECOND);
  }
  const [messages, others] = [frames.filter((it) => !isMarked(it)), frames.filter(isMarked)];
  // The messages themselves are as they were given.
  assertEquals([messages.length, new Set(messages)], [SECONDS * PER_SECOND, new Set([MESSAGE])]);
  const total = others.reduce((sum, frame) => sum + HEADER_BYTES + frame.length, 0);
  assertEquals([total > 0, total <= 0.3 * SECONDS * PER_SECOND], [true, true], `${total} bytes`);
  connection.closed();
});
