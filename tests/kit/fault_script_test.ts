import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { fakeWorld, FaultScript } from "@holdfast/websocket/testing";
import { record } from "./recorder.ts";

/** Plays a script, dials at the times given, and tells what the sockets fired when. */
function run(script: FaultScript, dialsMs: readonly number[], untilMs: number): string[] {
  const { clock, network } = fakeWorld();
  const log: string[] = [];
  network.connectivity.subscribe((hint) => log.push(`${clock.now()} ${hint}`));
  for (const atMs of dialsMs) {
    clock.setTimeout(() => {
      const events = record(new network.WebSocket("ws://example.com"));
      events.push = (event) => log.push(`${clock.now()} dialled ${atMs}: ${event}`);
    }, atMs);
  }
  script.play(network);
  clock.tick(untilMs);
  return log;
}

Deno.test("FaultScript.at() answers what is dialled from then on", () => {
  assertEquals(run(new FaultScript().at(0).accept().at(100).refuse(), [0, 99, 100, 500], 1_000), [
    "0 dialled 0: open 1",
    "99 dialled 99: open 1",
    "100 dialled 100: error 3",
    `100 dialled 100: close 3 1006 "" unclean`,
    "500 dialled 500: error 3",
    `500 dialled 500: close 3 1006 "" unclean`,
  ]);
});

Deno.test("FaultScript.at() answers connections that wait for an answer", () => {
  assertEquals(run(new FaultScript().at(100).accept(), [0, 50], 1_000), [
    "100 dialled 0: open 1",
    "100 dialled 50: open 1",
  ]);
});

Deno.test("FaultScript.between() holds from its start to before its end, whatever at() says", () => {
  const script = new FaultScript().between(100, 200).hang().at(0).accept().at(150).accept();
  assertEquals(run(script, [99, 100, 199, 200], 1_000), [
    "99 dialled 99: open 1",
    "150 dialled 100: open 1",
    "200 dialled 200: open 1",
  ]);
});

Deno.test("FaultScript.between() yields to a window that was written later", () => {
  const script = new FaultScript().between(0, 300).hang().between(100, 200).accept();
  assertEquals(run(script, [50, 150, 250], 1_000), ["150 dialled 150: open 1"]);
});

type Behaviour = "accept" | "refuse" | "hang";
interface Rule {
  readonly fromMs: number;
  readonly lengthMs: number | null;
  readonly behaviour: Behaviour;
}

const END_MS = 40;

/** What holds at each millisecond: the moments painted over each other in time, then the windows. */
function paint(rules: readonly Rule[]): Behaviour[] {
  const timeline = new Array<Behaviour>(END_MS).fill("hang");
  const moments = rules.filter((rule) => rule.lengthMs === null);
  const windows = rules.filter((rule) => rule.lengthMs !== null);
  for (const rule of [...moments.sort((a, b) => a.fromMs - b.fromMs), ...windows]) {
    timeline.fill(rule.behaviour, rule.fromMs, rule.fromMs + (rule.lengthMs ?? END_MS));
  }
  return timeline;
}

/** What becomes of a connection dialled at each millisecond. */
function play(rules: readonly Rule[]): Behaviour[] {
  const script = new FaultScript();
  for (const { fromMs, lengthMs, behaviour } of rules) {
    if (lengthMs === null) script.at(fromMs)[behaviour]();
    else script.between(fromMs, fromMs + lengthMs)[behaviour]();
  }
  const { clock, network } = fakeWorld();
  script.play(network);
  return Array.from({ length: END_MS }, () => {
    const socket = new network.WebSocket("ws://example.com");
    clock.tick(0);
    const { readyState } = socket;
    clock.tick(1);
    return readyState === 1 ? "accept" : readyState === 3 ? "refuse" : "hang";
  });
}

function agreesWithPaint(painted: (rules: readonly Rule[]) => Behaviour[]): fc.IProperty<[Rule[]]> {
  const rule = fc.record({
    fromMs: fc.nat(END_MS - 1),
    lengthMs: fc.option(fc.nat(END_MS), { nil: null }),
    behaviour: fc.constantFrom<Behaviour>("accept", "refuse", "hang"),
  });
  return fc.property(fc.array(rule, { maxLength: 8 }), (rules) => {
    assertEquals(play(rules), painted(rules));
  });
}

Deno.test("FaultScript weighs its rules as coats of paint", () => {
  fc.assert(agreesWithPaint(paint), { numRuns: 300 });
});

/** Counterexamples of earlier versions (seeds 106143616 and -1228468091). */
const FOUND: readonly (readonly Rule[])[] = [
  [
    { fromMs: 0, lengthMs: null, behaviour: "accept" },
    { fromMs: 0, lengthMs: null, behaviour: "hang" },
  ],
  [
    { fromMs: 0, lengthMs: 1, behaviour: "hang" },
    { fromMs: 0, lengthMs: null, behaviour: "accept" },
  ],
];

for (const rules of FOUND) {
  Deno.test(`FaultScript weighs rules of one moment: ${JSON.stringify(rules)}`, () => {
    assertEquals(play(rules), paint(rules));
  });
}

Deno.test("the property of paint finds rules that are weighed as written", () => {
  const asWritten = (rules: readonly Rule[]): Behaviour[] =>
    paint(rules.map((rule) => ({ ...rule, lengthMs: rule.lengthMs ?? END_MS })));
  assert(fc.check(agreesWithPaint(asWritten), { numRuns: 300 }).failed);
});

Deno.test("FaultScript tells a story of an outage", () => {
  const script = new FaultScript()
    .at(0).accept()
    .at(5_000).drop()
    .between(5_000, 65_000).refuse();
  assertEquals(run(script, [0, 6_000, 64_999, 65_000], 100_000), [
    "0 dialled 0: open 1",
    `5000 dialled 0: close 3 1006 "" unclean`,
    "6000 dialled 6000: error 3",
    `6000 dialled 6000: close 3 1006 "" unclean`,
    "64999 dialled 64999: error 3",
    `64999 dialled 64999: close 3 1006 "" unclean`,
    "65000 dialled 65000: open 1",
  ]);
});

Deno.test("FaultScript answers after a delay, and drops after a life", () => {
  const script = new FaultScript()
    .at(0).accept({ afterMs: 30, dropAfterMs: 100 })
    .at(1_000).refuse({ afterMs: 20 });
  assertEquals(run(script, [0, 1_000], 2_000), [
    "30 dialled 0: open 1",
    `130 dialled 0: close 3 1006 "" unclean`,
    "1020 dialled 1000: error 3",
    `1020 dialled 1000: close 3 1006 "" unclean`,
  ]);
});

Deno.test("FaultScript.at() sends and closes on open connections only", () => {
  const script = new FaultScript()
    .between(0, 50).accept()
    .at(100).send("news")
    .at(200).close(1012, "restart");
  assertEquals(run(script, [0, 60], 1_000), [
    "0 dialled 0: open 1",
    "100 dialled 0: message 1 news",
    `200 dialled 0: close 3 1012 "restart" clean`,
  ]);
});

Deno.test("FaultScript.at() stalls what is alive, and nothing later", () => {
  const script = new FaultScript().at(0).accept().at(100).stall().at(200).send("news");
  assertEquals(run(script, [0, 150], 1_000), [
    "0 dialled 0: open 1",
    "150 dialled 150: open 1",
    "200 dialled 150: message 1 news",
  ]);
});

Deno.test("FaultScript.at() gives the host's hints", () => {
  const script = new FaultScript().at(10).offline().at(20).online().at(30).wake();
  assertEquals(run(script, [], 100), ["10 offline", "20 online", "30 wake"]);
});

Deno.test("FaultScript.at() lets the host sleep", () => {
  const script = new FaultScript().at(10).sleep(3_600_000).at(0).accept();
  assertEquals(run(script, [20], 100), ["3600010 dialled 20: open 1"]);
});

Deno.test("FaultScript counts from play(), and not by the wall clock", () => {
  const { clock, network } = fakeWorld();
  clock.tick(500);
  new FaultScript().at(0).accept().between(100, 200).refuse().play(network);
  clock.tick(100);
  clock.jump(-1_000_000);
  const log = record(new network.WebSocket("ws://example.com"));
  clock.tick(0);
  assertEquals(log, ["error 3", `close 3 1006 "" unclean`]);
});

Deno.test("FaultScript leaves no timer among those of the code under test", () => {
  const { clock, network } = fakeWorld();
  new FaultScript().at(1_000).drop().play(network);
  assertEquals(clock.pending, []);
});

Deno.test("FaultScript refuses times that no timer can wait for", () => {
  const script = new FaultScript();
  const range = "must be between 0 and 2^31 - 1: current value is";
  assertThrows(() => script.at(-1), RangeError, `Cannot script a fault as 'ms' ${range} -1`);
  assertThrows(() => script.at(NaN), RangeError, `'ms' ${range} NaN`);
  assertThrows(() => script.at(2 ** 31), RangeError, `'ms' ${range} 2147483648`);
  assertThrows(() => script.between(-1, 5), RangeError, `'fromMs' ${range} -1`);
  assertThrows(
    () => script.between(10, 5),
    RangeError,
    "'untilMs' must be between 10 and 2^31 - 1: current value is 5",
  );
  assertThrows(() => script.at(0).accept({ afterMs: -1 }), RangeError, `'afterMs' ${range} -1`);
  assertThrows(
    () => script.at(0).accept({ dropAfterMs: Infinity }),
    RangeError,
    `'dropAfterMs' ${range} Infinity`,
  );
});
