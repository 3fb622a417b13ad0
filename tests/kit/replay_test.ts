import { ReconnectingWebSocket, type TraceRecord } from "@holdfast/websocket";
import { fakeWorld, replay } from "@holdfast/websocket/testing";
import { assertThrows } from "@std/assert";

/** The trace of a client that was refused, connected, was dropped and closed. */
function record(): TraceRecord[] {
  const { clock, network, sources } = fakeWorld({ seed: 7 });
  const records: TraceRecord[] = [];
  const trace = (record: TraceRecord): void => void records.push(record);
  const ws = new ReconnectingWebSocket("wss://example.com", { sources, trace });
  network.connections[0]?.refuse();
  clock.tick(2_000);
  network.connections[1]?.accept();
  clock.tick(6_000);
  network.connections[1]?.drop();
  ws.close();
  return records;
}

Deno.test("replay() accepts what a client recorded", () => {
  replay(record());
});

Deno.test("replay() accepts a trace that went through JSON", () => {
  replay(JSON.parse(JSON.stringify(record())));
});

Deno.test("replay() names the first record that differs", () => {
  const records = record();
  const index = records.findIndex(({ input }) => input.type === "opened");
  const wrong = records.with(index, { ...records[index] as TraceRecord, effects: [] });
  assertThrows(() => replay(wrong), Error, `record ${index} ('opened')`);
});

Deno.test("replay() refuses a trace without its start", () => {
  assertThrows(() => replay(record().slice(1)), TypeError, "first record must be the start");
});

Deno.test("replay() refuses an empty trace", () => {
  assertThrows(() => replay([]), TypeError, "first record must be the start");
});
