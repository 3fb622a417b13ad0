import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FakeClock } from "@holdfast/websocket/testing";

Deno.test("FakeClock.now() starts at startMs and moves with tick()", () => {
  const clock = new FakeClock(1_000);
  clock.tick(250);
  assertEquals([clock.now(), clock.elapsedMs], [1_250, 250]);
});

Deno.test("FakeClock.tick() fires timers by time, then by insertion", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  for (const [name, delayMs] of [["late", 20], ["first", 10], ["second", 10]] as const) {
    clock.setTimeout(() => fired.push(`${name} ${clock.now()}`), delayMs);
  }
  clock.tick(100);
  assertEquals(fired, ["first 10", "second 10", "late 20"]);
});

Deno.test("FakeClock.tick() fires timers that timers set, if they fall due meanwhile", () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const again = (): void => {
    fired.push(clock.now());
    clock.setTimeout(again, 10);
  };
  clock.setTimeout(again, 10);
  clock.tick(35);
  assertEquals(fired, [10, 20, 30]);
  assertEquals(clock.pending, [{ atMs: 40, delayMs: 10 }]);
});

Deno.test("FakeClock.tick() refuses to be called by a timer", () => {
  const clock = new FakeClock();
  clock.setTimeout(() => clock.tick(1), 10);
  assertThrows(
    () => clock.tick(10),
    Error,
    "Cannot tick as the clock must stand still: it is running a timer or a promise job",
  );
});

Deno.test("FakeClock.tick() lets a timer's throw out, and can go on", () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  clock.setTimeout(() => {
    throw new TypeError("planted");
  }, 10);
  clock.setTimeout(() => fired.push(clock.now()), 20);
  assertThrows(() => clock.tick(30), TypeError, "planted");
  assertEquals([clock.now(), fired], [10, []]);
  clock.tick(20);
  assertEquals([clock.now(), fired], [30, [20]]);
});

Deno.test("FakeClock.tick() refuses a time that is negative or no number", () => {
  for (const ms of [-1, NaN, Infinity]) {
    assertThrows(
      () => new FakeClock().tick(ms),
      RangeError,
      `Cannot advance the clock as the time must be finite and at least 0 ms: current value is ${ms}`,
    );
  }
});

Deno.test("FakeClock.tick() ends timers that arm each other without delay for ever", () => {
  const clock = new FakeClock();
  const again = (): unknown => clock.setTimeout(again, 0);
  again();
  assertThrows(() => clock.tick(1), Error, "1000000 fired at 0 ms");
});

Deno.test("FakeClock.setTimeout() treats delays as platforms do", () => {
  const clock = new FakeClock();
  const delays = [2 ** 31 - 1, 2 ** 31, Infinity, -Infinity, NaN, -5, 0.9, 1.9];
  for (const delayMs of delays) clock.setTimeout(() => {}, delayMs);
  assertEquals(
    clock.pending.map(({ delayMs }) => delayMs),
    [0, 0, 0, 0, 0, 0, 1, 2 ** 31 - 1],
  );
});

Deno.test("FakeClock.clearTimeout() cancels a timer", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  const handle = clock.setTimeout(() => fired.push("cancelled"), 10);
  clock.setTimeout(() => fired.push("kept"), 10);
  clock.clearTimeout(handle);
  clock.tick(10);
  assertEquals([fired, clock.pending], [["kept"], []]);
});

Deno.test("FakeClock.clearTimeout() ignores what is not its own or has fired", () => {
  const clock = new FakeClock();
  const other = new FakeClock();
  const fired = clock.setTimeout(() => {}, 1);
  clock.tick(1);
  clock.setTimeout(() => {}, 10);
  for (const handle of [fired, other.setTimeout(() => {}, 10), 0, null, undefined, {}]) {
    clock.clearTimeout(handle);
  }
  assertEquals([clock.pending.length, other.pending.length], [1, 1]);
});

Deno.test("FakeClock.plan() fires as setTimeout() does, and does not count as pending", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  clock.plan(() => fired.push("planned"), 10);
  clock.setTimeout(() => fired.push("set"), 10);
  clock.clearTimeout(clock.plan(() => fired.push("cancelled"), 10));
  assertEquals(clock.pending, [{ atMs: 10, delayMs: 10 }]);
  clock.tick(10);
  assertEquals(fired, ["planned", "set"]);
});

Deno.test("FakeClock.next() fires the next timer only", () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  for (const delayMs of [30, 10]) clock.setTimeout(() => fired.push(delayMs), delayMs);
  assertEquals([clock.next(), clock.now(), fired], [true, 10, [10]]);
  assertEquals([clock.next(), clock.now(), fired], [true, 30, [10, 30]]);
  assertEquals([clock.next(), clock.now(), fired], [false, 30, [10, 30]]);
});

Deno.test("FakeClock.tickAsync() lets promise jobs run between timers", async () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  const sleep = (ms: number): Promise<void> =>
    new Promise((resolve) => void clock.setTimeout(resolve, ms));
  const loop = async (): Promise<void> => {
    for (;;) {
      await Promise.resolve();
      await sleep(10);
      fired.push(clock.now());
    }
  };
  loop();
  await clock.tickAsync(35);
  assertEquals([fired, clock.now()], [[10, 20, 30], 35]);
});

Deno.test("FakeClock.tickAsync() refuses to run twice at once", async () => {
  const clock = new FakeClock();
  const running = clock.tickAsync(10);
  await assertRejects(() => clock.tickAsync(10), Error, "Cannot tickAsync");
  await running;
  assertEquals(clock.now(), 10);
});

Deno.test("FakeClock.runUntil() stops at the timer that makes the predicate true", async () => {
  const clock = new FakeClock();
  let fired = 0;
  for (const delayMs of [10, 20, 30]) clock.setTimeout(() => fired++, delayMs);
  await clock.runUntil(() => fired === 2);
  assertEquals([clock.now(), fired], [20, 2]);
});

Deno.test("FakeClock.runUntil() rejects when the limit passes first", async () => {
  const clock = new FakeClock();
  clock.setTimeout(() => {}, 1_001);
  await assertRejects(
    () => clock.runUntil(() => false, { limitMs: 1_000 }),
    Error,
    "Cannot run until the predicate holds as it must hold within 1000 ms: the next timer is due at 1001 ms",
  );
});

Deno.test("FakeClock.runUntil() rejects when no timer is left", async () => {
  const clock = new FakeClock();
  await assertRejects(() => clock.runUntil(() => false), Error, "no timer is left");
});

Deno.test("FakeClock.sleep() lets time pass, and timers fire late afterwards", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  clock.setTimeout(() => fired.push(`due at 20, fired at ${clock.now()}`), 20);
  clock.setTimeout(() => fired.push(`due at 10, fired at ${clock.now()}`), 10);
  clock.sleep(3_600_000);
  assertEquals([clock.now(), fired], [3_600_000, []]);
  clock.tick(0);
  assertEquals(fired, ["due at 10, fired at 3600000", "due at 20, fired at 3600000"]);
});

Deno.test("FakeClock.sleep() called by a timer blocks the timers after it", () => {
  const clock = new FakeClock();
  const fired: number[] = [];
  clock.setTimeout(() => clock.sleep(1_000), 10);
  clock.setTimeout(() => fired.push(clock.now()), 500);
  clock.tick(20);
  assertEquals([clock.now(), fired], [1_010, [1_010]]);
});

Deno.test("FakeClock.jump() moves the wall clock and no timer", () => {
  const clock = new FakeClock(50_000);
  clock.setTimeout(() => {}, 10);
  clock.jump(-20_000);
  assertEquals([clock.now(), clock.elapsedMs], [30_000, 0]);
  assertEquals(clock.pending, [{ atMs: 10, delayMs: 10 }]);
});

/** A call of the clock and of its model; `value` is a delay, a time or the number of a timer. */
type Step = { readonly kind: "set" | "clear" | "tick" | "sleep"; readonly value: number };

/** The clock as a list that is sorted anew before each timer. */
class ModelClock {
  #nowMs = 0;
  #timers: { atMs: number; id: number }[] = [];
  readonly fired: string[] = [];
  set(id: number, delayMs: number): void {
    this.#timers.push({ atMs: this.#nowMs + delayMs, id });
  }
  clear(id: number): void {
    this.#timers = this.#timers.filter((timer) => timer.id !== id);
  }
  tick(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#timers.sort((a, b) => a.atMs - b.atMs || a.id - b.id);
      if (next === undefined || next.atMs > endMs) break;
      this.clear(next.id);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.fired.push(`${next.id} at ${this.#nowMs}`);
    }
    this.#nowMs = endMs;
  }
  sleep(ms: number): void {
    this.#nowMs += ms;
  }
}

function agreesWithModel(makeClock: () => FakeClock): fc.IProperty<[Step[]]> {
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom("set", "set", "set", "clear", "tick", "sleep"),
    value: fc.nat(20),
  });
  return fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
    const clock = makeClock();
    const model = new ModelClock();
    const fired: string[] = [];
    const handles: unknown[] = [];
    for (const { kind, value } of steps) {
      if (kind === "set") {
        const id = handles.length;
        handles.push(clock.setTimeout(() => fired.push(`${id} at ${clock.now()}`), value));
        model.set(id, value);
      } else if (kind === "clear") {
        clock.clearTimeout(handles[value]);
        model.clear(value);
      } else {
        clock[kind](value);
        model[kind](value);
      }
      assertEquals(fired, model.fired);
    }
  });
}

Deno.test("FakeClock fires as a sorted list does", () => {
  fc.assert(agreesWithModel(() => new FakeClock()), { numRuns: 500 });
});

Deno.test("the property of the sorted list finds a clock with every seventh timer 1 ms late", () => {
  let sets = 0;
  class Planted extends FakeClock {
    override setTimeout(callback: () => void, delayMs: number): unknown {
      return super.setTimeout(callback, sets++ % 7 === 6 ? delayMs + 1 : delayMs);
    }
  }
  assert(fc.check(agreesWithModel(() => new Planted()), { numRuns: 500 }).failed);
});
