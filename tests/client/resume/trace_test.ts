/** What a trace says of a session, and what it must not say. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ResumableWebSocketOptions } from "../../../lib/resume/mod.ts";
import { replay } from "../../../lib/testing/mod.ts";
import { formatTrace, type TraceRecord } from "../../../lib/trace.ts";
import { DELAY_MS, type SessionRig, sessionRig } from "./rig.ts";

interface TraceRig extends SessionRig {
  readonly records: TraceRecord[];
  /** What the records say of the session, as a person reads it. */
  lines(): string[];
  /** The connection is lost, and the next one is accepted. */
  reconnect(): void;
}

function traceRig(options: ResumableWebSocketOptions = {}): TraceRig {
  const records: TraceRecord[] = [];
  const rig = sessionRig({ ...options, trace: (record) => void records.push(record) });
  return {
    ...rig,
    records,
    lines: () =>
      records.filter(({ input }) => input["type"] === "session")
        .map((record) => `${formatTrace(record)}`),
    reconnect(): void {
      rig.peer.connection.drop();
      rig.clock.tick(DELAY_MS);
      rig.peer.connection.accept();
    },
  };
}

Deno.test("A trace says that a session begins, with what both sides have", () => {
  const { ws, peer, lines } = traceRig();
  ws.send("a");
  peer.open();
  assertEquals(lines(), [
    "#0 session: hello 1, 0 handled, 0 of 0 confirmed",
    "#0 session: begun, 0 handled by the server",
  ]);
});

Deno.test("A trace says that a session is resumed, with what both sides have", () => {
  const { ws, peer, lines, reconnect } = traceRig();
  peer.open();
  ws.send("a");
  ws.send("b");
  peer.ack(1);
  peer.connection.send("x");
  reconnect();
  peer.ok({ rx: 2 });
  assertEquals(lines().slice(2), [
    "#1 session: hello 2, 1 handled, 1 of 2 confirmed",
    "#1 session: resumed, 2 handled by the server",
  ]);
});

for (
  const [rx, line] of [
    [undefined, "#1 session: lost (overflow), 1 given back, in doubt"],
    [0, "#1 session: lost (overflow), 1 given back"],
    [1, "#1 session: lost (overflow), 0 given back"],
  ] as const
) {
  Deno.test(`A trace says that a session is lost: '${line}'`, () => {
    const { ws, peer, lines, reconnect } = traceRig();
    peer.open();
    ws.send("a");
    reconnect();
    peer.lost("overflow", rx);
    assertEquals(lines().slice(3), [line, "#1 session: hello 1, 0 handled, 0 of 0 confirmed"]);
  });
}

for (
  const [frame, lines] of [
    ["\u0001garbage", ["#0 session: cannot go on as the server sent 'bad'"]],
    ['\u0001{"t":"lost","why":"expired"}', [
      "#0 session: lost (expired), 0 given back",
      "#0 session: cannot go on as it was lost",
    ]],
    ['\u0001{"t":"bye"}', [
      "#0 session: lost (ended), 0 given back",
      "#0 session: cannot go on as the server ended it",
    ]],
  ] as const
) {
  Deno.test(`A trace says why a connection is given up: ${lines.at(-1)}`, () => {
    const rig = traceRig();
    rig.peer.open();
    rig.peer.connection.send(frame);
    assertEquals(rig.lines().slice(2), [...lines]);
  });
}

Deno.test("A trace says that a client ends its session, and what is not confirmed", () => {
  const { ws, peer, lines } = traceRig();
  peer.open();
  ws.send("a");
  ws.close();
  assertEquals(lines().slice(2), ["#0 session: ended, 1 not confirmed"]);
});

Deno.test("A trace has no record of a message, nor of its confirmation", () => {
  const { ws, peer, clock, records } = traceRig();
  peer.open();
  const before = records.length;
  for (let i = 1; i <= 200; i++) {
    ws.send("x");
    peer.connection.send("y");
    peer.ack(i);
  }
  void ws.confirmed();
  clock.tick(250);
  assertEquals(records.length, before);
});

Deno.test("A session's records change nothing, and have the state of their moment", () => {
  const { ws, peer, records, reconnect } = traceRig();
  peer.open();
  reconnect();
  peer.lost("unknown");
  ws.close();
  const sessions = records.filter(({ input }) => input["type"] === "session");
  assertEquals(
    sessions.map(({ before, after, effects }) => [before === after, effects, after["phase"]]),
    [
      [true, [], "connecting"],
      [true, [], "connecting"],
      [true, [], "connecting"],
      [true, [], "connecting"],
      [true, [], "connecting"],
    ],
  );
});

Deno.test("replay() decides the same of a trace with a session", () => {
  const { ws, clock, peer, records, reconnect } = traceRig({ heartbeat: {} });
  peer.open();
  clock.tick(60_000);
  reconnect();
  peer.lost("expired");
  peer.ok();
  peer.connection.send("\u0001garbage");
  ws.close();
  clock.tick(5_000);
  assert(records.some(({ input }) => input["event"] === "broken"));
  replay(JSON.parse(JSON.stringify(records)));
});

type Move = "drop" | "ok" | "resume" | "lost" | "bad" | "bye" | "say" | "send";
const MOVES: readonly Move[] = ["drop", "ok", "resume", "lost", "bad", "bye", "say", "send"];
const SECRET = "s3cret";

Deno.test("A trace never has a token, nor what is sent or thrown", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...MOVES), { maxLength: 30 }),
      fc.array(fc.constantFrom("answers", "throws"), { minLength: 1, maxLength: 5 }),
      async (moves, answers) => {
        let calls = 0;
        const rig = traceRig({
          auth(): string {
            if (answers[calls++ % answers.length] === "throws") throw new Error(SECRET);
            return SECRET;
          },
        });
        const { ws, clock, peer, records } = rig;
        const tokens = new Set<string>();
        const play: Record<Move, () => void> = {
          ok: () => peer.ok(),
          resume: () => peer.ok({ rx: ws.snapshot().acked }),
          lost: () => peer.lost("unknown"),
          bad: () => peer.connection.send(`\u0001${SECRET}`),
          bye: () => peer.connection.send('\u0001{"t":"bye"}'),
          say: () => peer.connection.send(SECRET),
          send: () => void ws.send(SECRET),
          drop: () => peer.connection.drop(),
        };
        for (const move of moves) {
          tokens.add(ws.snapshot().token);
          if (peer.connection.isOver) clock.tick(DELAY_MS);
          if (peer.connection.readyState === 0) peer.connection.accept();
          // An answer of `auth` comes in a microtask.
          await clock.tickAsync(0);
          if (peer.connection.readyState === 1 && peer.hello as unknown) play[move]();
        }
        ws.close();
        clock.tick(5_000);
        const text = JSON.stringify(records);
        for (const secret of [SECRET, ...tokens]) assert(!text.includes(secret), secret);
      },
    ),
    { numRuns: 200 },
  );
});
