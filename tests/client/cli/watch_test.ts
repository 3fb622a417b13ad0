import { assert, assertEquals, assertMatch } from "@std/assert";
import { replay } from "@holdfast/websocket/testing";
import { VERSION } from "../../../lib/cli/usage.ts";
import { type Session, start } from "./host.ts";

/** Lets the command get through its promise jobs, and its client answer. */
async function settle({ clock }: Session, ms = 0): Promise<void> {
  await clock.tickAsync(ms);
}

Deno.test("watch shows a whole outage, names connections and attempts, and sums up", async () => {
  const session = start(["localhost:8080/feed?token=secret"]);
  const { network } = session;
  await settle(session);
  network.connections[0]?.accept();
  network.connections[0]?.send("hello");
  await settle(session, 8_000);
  network.connections[0]?.drop();
  session.type("kept\n");
  await settle(session, 2_000);
  network.connections[1]?.refuse();
  await settle(session, 4_000);
  network.connections[2]?.accept();
  network.connections[2]?.close(1012, "restart \u001b[2J");
  await settle(session);
  session.stop();
  await settle(session);
  assertEquals(await session.code, 0);
  assertEquals(session.errors(), "");
  assertEquals(session.output().split("\n"), [
    "connecting to ws://localhost:8080/feed",
    "connection 1 open",
    "< hello",
    "connection 1 lost after 8.0 s: connection-lost (1006)",
    "attempt 1 in 1.5 s",
    "> kept (kept until there is a connection)",
    "attempt 1: connecting",
    "attempt 1 failed: connect-failed (1006)",
    "attempt 2 in 1.4 s",
    "attempt 2: connecting",
    "connection 2 open after 6.0 s without one, by attempt 2",
    'connection 2 closed after 0 ms: 1012 "restart \\u001b[2J"',
    "attempt 3 in 2.8 s",
    "ended",
    "2 connections, 1 failed attempt in 14 s",
    "2 outages, 6.0 s without a connection, the longest 6.0 s",
    "1 message in (5 bytes), 1 out",
    "",
  ]);
});

Deno.test("watch gives up after --max-attempts with exit code 1, and counts what was not delivered", async () => {
  const session = start(["ws://h/", "--max-attempts", "0"]);
  await settle(session);
  session.type("one\ntwo\n");
  session.network.connections[0]?.refuse();
  await settle(session);
  assertEquals(await session.code, 1);
  assertEquals(session.output().split("\n").slice(-5, -1), [
    "gave up: connect-failed",
    "0 connections, 1 failed attempt in 0 ms",
    "never connected",
    "0 messages in (0 bytes), 0 out, 2 not delivered",
  ]);
});

Deno.test("watch --json writes one record a line, with messages whole", async () => {
  const session = start(["ws://h/?token=secret", "--json", "--count", "2"]);
  await settle(session);
  const [connection] = session.network.connections;
  connection?.accept();
  session.type("hi\n");
  connection?.send("\u001b x".repeat(4_000));
  connection?.send(new Uint8Array([0, 255]).buffer);
  connection?.send("one too many");
  await settle(session, 3_000);
  assertEquals(await session.code, 0);
  const records = session.raw().trim().split("\n").map((line) => JSON.parse(line));
  assertEquals(records.map(({ type }) => type), [
    ...["connecting", "open", "sent", "message", "message", "lost", "end"],
  ]);
  assertEquals(
    records.map(({ time }) => time).slice(0, 5),
    Array(5).fill("1970-01-01T00:00:00.000Z"),
  );
  const [connecting, , sent, text, bytes] = records;
  assertEquals(
    [connecting.url, sent.data, text.data.length, bytes.base64, records.at(-1).received],
    ["ws://h/", "hi", 12_000, "AP8=", 2],
  );
});

Deno.test("watch sends an empty line in no case, and ends a wait by it", async () => {
  const session = start(["ws://h/"]);
  await settle(session);
  const { network } = session;
  network.connections[0]?.accept();
  session.type("\n");
  network.connections[0]?.drop();
  await settle(session);
  assertEquals(network.connections.length, 1);
  session.type("\r\n");
  await settle(session);
  assertEquals(network.connections.map(({ received }) => received.length), [0, 0]);
  session.stop();
  await settle(session);
  assertEquals(await session.code, 0);
});

Deno.test("watch counts down on the live line of a terminal, and never writes past its edge", async () => {
  const session = start(["ws://h/"], { isInteractive: true, columns: 40 });
  await settle(session);
  const { network } = session;
  network.connections[0]?.refuse();
  await settle(session, 1_100);
  session.type(`${"x".repeat(60)}\u65e5`);
  await settle(session);
  const frames = session.raw().split("\r\u001b[K");
  assertEquals(
    frames.filter((frame, index) =>
      frame.startsWith("attempt 1 in") && frame !== frames[index + 1]
    ),
    [
      "attempt 1 in 2 s, Enter: now > ",
      "attempt 1 in 1 s, Enter: now > ",
      `attempt 1 in 1 s, Enter: now > ${"x".repeat(6)}\u65e5`,
    ],
  );
  session.type("\u0015\u0003");
  await settle(session);
  assertEquals(await session.code, 0);
  assert(session.raw().endsWith("\r\u001b[K"), "the live line is taken away");
});

Deno.test("watch colours a terminal only", async () => {
  for (const hasColors of [true, false]) {
    const session = start(["ws://h/"], { hasColors });
    await settle(session);
    session.network.connections[0]?.accept();
    session.network.connections[0]?.send('{"a":1}');
    session.stop();
    await settle(session, 3_000);
    await session.code;
    assertEquals(session.raw().includes("\u001b["), hasColors);
  }
});

Deno.test("watch sends the probe of --heartbeat, and notices silence", async () => {
  const flags = ["--heartbeat=ping", "--heartbeat-interval=1s", "--heartbeat-timeout=500ms"];
  const session = start(["ws://h/", ...flags]);
  await settle(session);
  const [connection] = session.network.connections;
  connection?.accept();
  await settle(session, 1_600);
  assertEquals(connection?.received.length, 1);
  assertMatch(session.output(), /connection 1 lost after 1\.5 s: heartbeat-timeout/);
  session.stop();
  await settle(session);
  await session.code;
});

Deno.test("watch --trace writes what replay() accepts", async () => {
  const session = start(["ws://h/", "--trace", "out.jsonl"]);
  await settle(session);
  session.network.connections[0]?.accept();
  session.network.connections[0]?.drop();
  session.stop();
  await settle(session);
  await session.code;
  const lines = session.files.get("out.jsonl")?.trim().split("\n") ?? [];
  assert(lines.length > 4);
  replay(lines.map((line) => JSON.parse(line)));
});

Deno.test("watch offers subprotocols, and headers to the platform's class", async () => {
  const session = start(["ws://h/", "--protocol", "chat"]);
  await settle(session);
  session.network.connections[0]?.accept("chat");
  session.stop();
  await settle(session, 3_000);
  await session.code;
  assertMatch(session.output(), /connection 1 open, subprotocol chat\n/);
});

Deno.test("watch says what is wrong with exit code 2", async () => {
  const wrong = [
    [["ws://h/", "--protocol", "a b"], "Cannot connect as subprotocols must be unique HTTP tokens"],
    [["ws://h/", "--trace", "a/b"], "Cannot watch as '--trace' must be writable: no such folder"],
    [["--x"], "Cannot watch as there is no flag '--x'"],
  ] as const;
  for (const [args, message] of wrong) {
    const session = start(args);
    assertEquals(await session.code, 2);
    assertEquals(
      [session.errors(), session.output()],
      [`${message}\nholdfast --help shows how\n`, ""],
    );
  }
});

Deno.test("watch says what it could not send: the queue is full, the client closes", async () => {
  const session = start(["ws://h/"]);
  await settle(session);
  session.type("x\n".repeat(1_025));
  assertMatch(session.output(), /\nnot sent \(queue-overflow\): x\n$/);
  const [connection] = session.network.connections;
  connection?.accept();
  if (connection) connection.closeReply = "never";
  session.stop();
  session.type("late\n");
  assertMatch(session.output(), /\nnot sent \(closing\): late\n$/);
  await settle(session, 3_000);
  assertEquals(await session.code, 0);
});

Deno.test("the commands show their help and the version with exit code 0", async () => {
  for (
    const [args, beginning] of [[["--help"], "Usage: holdfast [watch] URL"], [
      ["--version"],
      VERSION,
    ]]
  ) {
    const session = start(args as string[]);
    assertEquals(await session.code, 0);
    assertEquals(session.output().startsWith(`${beginning}`), true);
  }
});
