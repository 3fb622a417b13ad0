import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { openRig, type Rig, rig } from "./rig.ts";

/** The status in short. */
function shown({ ws, clock }: Rig): unknown {
  const { state, attempt, retryAtMs, error, connection } = ws.status;
  return [state, attempt, retryAtMs && retryAtMs - clock.now(), error?.code ?? null, connection];
}

Deno.test("status says what a banner shows, from the first dial to the end", async () => {
  const it = rig({ maxAttempts: 2 });
  const seen = [shown(it)];
  it.ws.onstatuschange = () => seen.push(shown(it));
  it.server.refuse();
  it.clock.tick(1_500);
  it.server.accept();
  it.clock.tick(5_000);
  it.server.drop();
  it.ws.close();
  await it.ws.closed;
  assertEquals(seen, [
    ["connecting", 0, null, null, 0],
    ["waiting", 1, 1_500, "connect-failed", 0],
    ["connecting", 1, null, "connect-failed", 0],
    ["open", 1, null, null, 1],
    ["open", 0, null, null, 1],
    ["waiting", 1, 1_500, "connection-lost", 1],
    ["closing", 1, null, "connection-lost", 1],
    ["closed", 1, null, null, 1],
  ]);
});

Deno.test("status is frozen, and the same object until something in it changes", () => {
  const { ws, server, clock } = openRig();
  const { status } = ws;
  clock.tick(1_000);
  assert(ws.status === status && Object.isFrozen(status));
  server.drop();
  assert(ws.status !== status && ws.status === ws.status);
});

Deno.test("status has the moment of an attempt that a hint brings forward", () => {
  const it = openRig();
  it.server.drop();
  const changes: unknown[] = [];
  it.ws.onstatuschange = () => changes.push(shown(it));
  it.network.online();
  assertEquals(changes, [["waiting", 1, 250, "connection-lost", 1]]);
});

Deno.test("statuschange comes before the events that explain it", () => {
  const { ws, server } = openRig();
  const order: string[] = [];
  for (const type of ["statuschange", "statechange", "error", "close", "retry"] as const) {
    ws.addEventListener(type, () => order.push(type));
  }
  server.drop();
  assertEquals(order, ["statuschange", "statechange", "error", "close", "retry"]);
});

Deno.test("status has the error of the last failure, and the one that its events have", () => {
  const { ws, server } = openRig();
  let error: unknown;
  ws.onerror = (event) => error = event.error;
  server.drop();
  assert(ws.status.error === error);
});

Deno.test("connection counts the opens", () => {
  const it = rig();
  const counts = [it.ws.connection];
  it.server.accept();
  counts.push(it.ws.connection);
  it.ws.reconnect();
  counts.push(it.ws.connection);
  it.server.accept();
  counts.push(it.ws.connection);
  assertEquals(counts, [0, 1, 1, 2]);
});

Deno.test("statuschange always comes when the status changed, and never otherwise", async () => {
  const steps = fc.constantFrom(
    "accept",
    "refuse",
    "drop",
    "tick",
    "wait",
    "pause",
    "resume",
    "online",
  );
  await fc.assert(fc.asyncProperty(fc.array(steps, { maxLength: 30 }), async (script) => {
    const it = rig({ stableAfterMs: 3_000 });
    let changes = 0;
    it.ws.onstatuschange = () => changes++;
    for (const step of script) {
      const server = it.network.connections.at(-1);
      const at = JSON.stringify([it.ws.status, it.ws.status.error?.code]);
      changes = 0;
      if (step === "accept" && server?.readyState === 0) server.accept();
      if (step === "refuse" && server?.readyState === 0) server.refuse();
      if (step === "drop" && server?.readyState === 1) server.drop();
      if (step === "tick") it.clock.tick(1_000);
      if (step === "wait") it.clock.tick(60_000);
      if (step === "pause") it.ws.pause();
      if (step === "resume") it.ws.resume();
      if (step === "online") it.network.online();
      await it.clock.tickAsync(0);
      const now = JSON.stringify([it.ws.status, it.ws.status.error?.code]);
      if (now !== at) assert(changes > 0, `${step}: ${at} -> ${now} unseen`);
      // A long wait may lead there and back.
      if (now === at && step !== "wait") assertEquals(changes, 0, `${step}: ${at}`);
    }
    it.ws.close();
    await it.clock.tickAsync(60_000);
  }));
});
