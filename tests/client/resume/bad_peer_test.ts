/**
 * Peers that break the protocol: every frame in every phase ends as `docs/protocol.md` says, and whatever comes,
 * in whatever order, nothing throws and nothing stays behind.
 */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { deferred } from "../../../lib/deferred.ts";
import { ackFrame, controlFrame, MAX_CONTROL_LENGTH, REQUEST } from "../../../lib/resume/frames.ts";
import { type Client, type EngineRig, engineRig, TOKEN } from "./engine_rig.ts";
import { DELAY_MS, sessionRig } from "./rig.ts";

const TTL_MS = 1_000;

const hello = (n: number, given: object = {}): string =>
  `\u0001${
    JSON.stringify({
      ...{ t: "hello", v: 1, s: TOKEN, n, rx: 0, ack: 0, tx: 0, new: true, max: 1_000 },
      ...given,
    })
  }`;

/** One frame of each kind. */
const FRAMES = {
  text: "text",
  bytes: new Uint8Array([1]).buffer,
  "a marked text": "\u0001\u0001A1",
  "nothing new": ackFrame(0),
  "more than was sent": ackFrame(1),
  "a request": REQUEST,
  "a hello": hello(2),
  "a hello without a counter": hello(0),
  "a farewell": controlFrame({ t: "bye" }),
  "an ok": controlFrame({ t: "ok", rx: 0, new: true, ttl: 1, max: 1 }),
  "a loss": controlFrame({ t: "lost", why: "gap" }),
  garbage: "\u0001?",
  "half of an object": '\u0001{"t":"bye"',
  "an object that is too long": `\u0001{"t":"bye","x":"${"x".repeat(MAX_CONTROL_LENGTH)}"}`,
} as const;
type FrameName = keyof typeof FRAMES;

/** What is no violation, by phase. */
const ALLOWED: Readonly<Record<string, readonly FrameName[]>> = {
  "before hello": ["a hello"],
  "while a session is opened": [],
  "of an open session": [
    ...["text", "bytes", "a marked text", "nothing new", "a request", "a farewell"] as const,
  ],
  "after a farewell": ["nothing new", "a request", "a farewell"],
};

/** A client that is in a phase, and what ends it. */
async function reach(phase: string): Promise<{ rig: EngineRig; client: Client; end: () => void }> {
  const opened = deferred<string>();
  const handled = deferred<void>();
  const rig = engineRig({
    ttlMs: TTL_MS,
    authenticate: () => phase === "while a session is opened" ? opened.promise : "user",
    handle: () => phase === "after a farewell" ? handled.promise : undefined,
  });
  const client = rig.dial();
  if (phase !== "before hello") client.receive(hello(1));
  await rig.settle();
  if (phase === "after a farewell") client.receive("handled for long", controlFrame({ t: "bye" }));
  client.read();
  const end = (): void => {
    opened.resolve("user");
    handled.resolve();
  };
  return { rig, client, end };
}

for (const [phase, allowed] of Object.entries(ALLOWED)) {
  for (const name of Object.keys(FRAMES) as FrameName[]) {
    const isAllowed = allowed.includes(name);
    const what = isAllowed ? "takes" : "ends the connection for";
    Deno.test(`ResumeServer ${what} ${name} ${phase}, and frees everything`, async () => {
      const { rig, client, end } = await reach(phase);
      const { server, clock, settle, errors } = rig;
      client.receive(FRAMES[name]);
      await settle();
      const closes = client.read().filter((line) => line.startsWith("close"));
      const isFarewell = name === "a farewell" && phase === "of an open session";
      assertEquals(
        closes,
        isFarewell ? ["close 1000 closed"] : isAllowed ? [] : ["close 1002 protocol error"],
      );
      client.drop();
      end();
      await settle();
      await clock.tickAsync(TTL_MS);
      assertEquals([server.size, clock.pending, errors], [0, [], []]);
    });
  }
}

const anyFrame = fc.oneof(
  fc.constantFrom(...Object.values(FRAMES)),
  fc.nat(70).map(ackFrame),
  fc.record({
    n: fc.nat(6),
    was: fc.option(fc.array(fc.nat(6), { maxLength: 3 }), { nil: undefined }),
    rx: fc.nat(3),
    ack: fc.nat(3),
    tx: fc.nat(5),
    new: fc.boolean(),
    max: fc.nat(100),
  }).map(({ n, ...rest }) => hello(n, rest)),
  fc.string({ unit: "binary" }).map((rest) => `\u0001${rest}`),
  fc.string(),
);

/** The codes of the protocol's page. */
const CODES = /^close (1000|1002|1008|1013|4009|4010|4403) /;

Deno.test("ResumeServer survives any frames of any connections, and frees everything", async () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.nat(2), anyFrame) },
    { weight: 1, arbitrary: fc.constantFrom("drop", "settle", "send", "tick") },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const rig = engineRig({ ttlMs: TTL_MS, windowBytes: 200, maxUnackedBytes: 200 });
      const { server, clock, settle, errors, sessions, dial } = rig;
      const clients = [dial(), dial(), dial()];
      for (const made of steps) {
        if (made === "drop") {
          clients[0]?.drop();
          clients[0] = dial();
        } else if (made === "settle") await settle();
        else if (made === "send") { for (const session of sessions) session.send("x"); }
        else if (made === "tick") await clock.tickAsync(300);
        else clients[made[0]]?.receive(made[1]);
      }
      await settle();
      for (const client of clients) {
        const lines = client.read();
        const end = lines.findIndex((line) => line.startsWith("close"));
        assertEquals(end < 0 || CODES.test(lines[end] as string), true, lines[end]);
        assertEquals(end < 0 ? [] : lines.slice(end + 1), [], "after the end");
        client.drop();
      }
      // A dropped one is in nobody's hands; its deadline for a hello ends it.
      await clock.tickAsync(10_000 + TTL_MS);
      assertEquals([server.size, clock.pending, errors], [0, [], []]);
    }),
    { numRuns: 500 },
  );
});

Deno.test("ResumableWebSocket survives any frames of a server, and gives everything back", async () => {
  const ok = fc.record({ rx: fc.nat(5), new: fc.boolean(), ttl: fc.nat(), max: fc.nat(100) })
    .map((frame) => controlFrame({ t: "ok", ...frame }));
  const lost = fc.record({ rx: fc.option(fc.nat(5), { nil: undefined }) })
    .map(({ rx }) => `\u0001${JSON.stringify({ t: "lost", why: "expired", rx })}`);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.oneof(anyFrame, ok, lost) },
    { weight: 2, arbitrary: fc.constantFrom("!send" as const, "!drop" as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { ws, clock, network } = sessionRig({ stableAfterMs: 1 });
      const given: string[] = [];
      let sent = 0;
      const accepted = new Set<object>();
      ws.addEventListener("lost", ({ unacked }) => given.push(...unacked.map(String)));
      for (const made of steps) {
        const connection = network.connections.at(-1);
        if (connection && !accepted.has(connection)) connection.accept();
        if (connection) accepted.add(connection);
        if (made === "!send") ws.send(`${sent++}`);
        else if (made === "!drop") connection?.drop();
        else if (connection?.isOver === false) connection.send(made as string);
        await clock.tickAsync(DELAY_MS * 2);
      }
      // Whatever a server says, the client goes on, and knows what became of each message.
      assertEquals(ws.readyState < 2, true);
      const kept = [...given, ...ws.snapshot().unacked.map(String)];
      const all = Array.from({ length: sent }, (_, i) => `${i}`);
      assertEquals(kept, all.filter((message) => kept.includes(message)), "in order, each once");
      const canConfirm = steps.some((frame) => /A[1-9]|"rx":[1-9]/.test(String(frame)));
      if (!canConfirm) assertEquals(kept, all, "nothing is gone without a confirmation");
      ws.close();
      await clock.tickAsync(60_000);
      assertEquals([ws.state, clock.pending], ["closed", []]);
    }),
    { numRuns: 500 },
  );
});
