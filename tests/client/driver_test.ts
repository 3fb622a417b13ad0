import { assert, assertEquals } from "@std/assert";
import { type Act, Driver, type DriverParts } from "../../lib/client/driver.ts";
import type { Clock } from "../../lib/sources.ts";
import type { Config, Input } from "../../lib/machine/state.ts";
import { FakeClock } from "../../lib/testing/mod.ts";
import type { TraceRecord } from "../../lib/trace.ts";
import { handshakeCells } from "../../lib/machine/handshake_cells.ts";
import { heartbeatCells } from "../../lib/machine/heartbeat_cells.ts";
import { hintCells } from "../../lib/machine/hint_cells.ts";
import { pauseCells } from "../../lib/machine/pause_cells.ts";
import { INITIAL } from "../../lib/machine/step.ts";
import { CONFIG, HEARTBEAT } from "../machine/core_table.ts";

const CELLS = { pauseCells, hintCells, heartbeatCells, handshakeCells };

const START: Input = { type: "start", config: CONFIG, aborted: false, paused: false };
const CLOSE: Input = { type: "close", error: null };
const ERROR: Input = { type: "error", epoch: 1 };

function lost(epoch = 1): Input {
  return {
    type: "lost",
    epoch,
    error: "connection-lost",
    code: 1006,
    reason: "",
    wasClean: false,
    verdict: { retry: true, delayMs: 1_500, by: "policy", flaws: [] },
  };
}

interface Given {
  readonly config?: Config;
  readonly clock?: Clock;
  readonly trace?: (record: TraceRecord) => void;
}

/** The parts of a driver with the cells of all features. */
function partsOf({ config = CONFIG, clock = new FakeClock(), trace }: Given = {}): DriverParts {
  const note: DriverParts["doors"]["trace"] = (_, { before, input, after, effects }) =>
    trace?.({ atMs: clock.now(), before, input, after, effects });
  return { config, clock, doors: { ...CELLS, trace: note } };
}

/** What a driver leaves to its client. */
interface Deeds {
  readonly perform?: (act: Act) => void;
  readonly failed?: (act: Act | null, error: unknown) => void;
}

/** A driver that does what it is given, and otherwise nothing. */
class TestDriver extends Driver {
  readonly #deeds: Deeds;

  constructor(parts: DriverParts, deeds: Deeds = {}) {
    super(parts);
    this.#deeds = deeds;
  }

  protected override perform(act: Act): void {
    this.#deeds.perform?.(act);
  }

  protected override failed(act: Act | null, error: unknown): void {
    if (!this.#deeds.failed) throw error;
    this.#deeds.failed(act, error);
  }
}

/** A driver on a fake clock that notes what it performs; `then` is called with each effect. */
class Harness {
  readonly clock = new FakeClock(1_000_000);
  readonly performed: Act["type"][] = [];
  readonly records: TraceRecord[] = [];
  readonly driver: Driver;

  constructor(config: Partial<Config> = {}, then: (act: Act) => void = () => {}) {
    const trace = (record: TraceRecord): void => void this.records.push(record);
    const perform = (act: Act): void => {
      this.performed.push(act.type);
      then(act);
    };
    const parts = partsOf({ config: { ...CONFIG, ...config }, clock: this.clock, trace });
    this.driver = new TestDriver(parts, { perform });
  }

  apply(...inputs: readonly Input[]): this {
    for (const input of inputs) this.driver.apply(input);
    return this;
  }

  /** From the start to an open connection, and forgets what was performed on the way. */
  open(): this {
    const epoch = 1;
    this.apply(START, { type: "resolved", epoch, url: "" }, { type: "opened", epoch });
    this.performed.length = 0;
    return this;
  }

  get delays(): number[] {
    return this.clock.pending.map(({ delayMs }) => delayMs);
  }

  /** The last timer that fired, as the core saw it. */
  get fired(): unknown {
    const { timer, lateMs, silentMs } = this.records.at(-1)?.input ?? {};
    return { timer, lateMs, silentMs };
  }
}

// ------------------------------------------------------------------------------------ effects

Deno.test("Driver starts with a client that has not started", () => {
  const { driver, clock, performed } = new Harness();
  assert(driver.state === INITIAL);
  assertEquals([clock.pending, performed], [[], []]);
});

Deno.test("Driver.apply() performs effects in the order of the transition, timers itself", () => {
  const harness = new Harness().open();
  assertEquals(harness.delays, [5_000]);
  harness.apply(lost());
  assertEquals(harness.performed, ["abandon", "statechange", "error", "close", "retry"]);
  assertEquals(harness.delays, [1_500]);
});

Deno.test("Driver.apply() changes the state before any effect is performed", () => {
  const phases: string[] = [];
  const harness = new Harness({}, () => phases.push(harness.driver.state.phase));
  harness.open().apply(lost());
  assertEquals(new Set(phases.slice(-5)), new Set(["waiting"]));
});

Deno.test("Driver.apply() within an effect changes the state at once and acts later", () => {
  const seen: unknown[] = [];
  const harness = new Harness({}, ({ type }) => {
    if (type !== "statechange" || harness.driver.state.phase !== "open") return;
    harness.apply(CLOSE);
    seen.push(harness.driver.state.phase, [...harness.performed]);
  });
  harness.open();
  assertEquals(seen, ["closing", ["resolve", "dial", "statechange"]]);
});

Deno.test("Driver skips open, flush and deliver of a phase that has passed", () => {
  const harness = new Harness({}, ({ type }) => {
    if (type === "open") harness.apply(CLOSE);
  });
  const epoch = 1;
  harness.apply(START, { type: "resolved", epoch, url: "" }, { type: "opened", epoch });
  assertEquals(harness.performed, [
    "resolve",
    "dial",
    "statechange",
    "open",
    "hangUp",
    "statechange",
  ]);
  assertEquals(harness.delays, [3_000]);
});

Deno.test("Driver skips the close and the retry of a loss after close() in its error", () => {
  const harness = new Harness({}, ({ type }) => {
    if (type === "error") harness.apply(CLOSE);
  });
  harness.open().apply(lost());
  assertEquals(harness.performed, [
    "abandon",
    "statechange",
    "error",
    "abandon",
    "statechange",
    "settle",
  ]);
  assertEquals(harness.delays, []);
});

Deno.test("Driver dispatches the close of a loss, and not its retry, after reconnect() in its error", async () => {
  const harness = new Harness({}, ({ type }) => {
    if (type === "error") harness.apply({ type: "reconnect", again: false });
  });
  harness.open().apply(lost());
  assertEquals(harness.performed, [
    "abandon",
    "statechange",
    "error",
    "close",
    "abandon", // of nothing
    "resolve",
  ]);
  assertEquals(harness.delays, [10_000]);
  await Promise.resolve();
  assertEquals(harness.performed.at(-1), "statechange");
});

Deno.test("Driver skips an effect of an epoch that has passed, though the phase is the same", async () => {
  let isFirst = true;
  const harness = new Harness({}, ({ type }) => {
    if (type !== "abandon" || !isFirst) return;
    isFirst = false;
    harness.apply({ type: "reconnect", again: false });
  });
  harness.open().apply({ type: "reconnect", again: false });
  assertEquals(harness.driver.state.epoch, 3);
  assertEquals(harness.performed, ["abandon", "abandon", "resolve"]);
  await Promise.resolve();
  // Of the first reconnect(), whose retry is void.
  assertEquals(harness.performed.slice(3), ["statechange", "close"]);
});

Deno.test("Driver lets the events of reconnect() wait for a microtask, or for what dispatches next", async () => {
  const harness = new Harness().open().apply({ type: "reconnect", again: false });
  const events = (): string[] => harness.performed.filter((type) => type !== "abandon");
  assertEquals(events(), ["resolve"]);
  harness.driver.post(() => harness.performed.push("probe"));
  assertEquals(events(), ["resolve", "statechange", "close", "retry", "probe"]);
  await Promise.resolve();
  assertEquals(events().length, 5);
});

Deno.test("Driver hands an effect that throws to its client, and goes on", () => {
  const failed: unknown[] = [];
  const perform = ({ type }: Act): void => {
    if (type === "abandon") throw new Error("no such thing");
    failed.push(type);
  };
  const driver = new TestDriver(partsOf(), {
    perform,
    failed: (act, error) => failed.push(act?.type, (error as Error).message),
  });
  driver.apply(START);
  driver.apply(CLOSE);
  driver.post(() => {
    throw new Error("neither");
  });
  assertEquals(failed, [
    "resolve",
    ...["abandon", "no such thing"],
    ...["statechange", "settle"],
    ...[undefined, "neither"],
  ]);
});

Deno.test("Driver passes on how long the peer was silent when the heartbeat timer fires, and only then", () => {
  const clock = new FakeClock();
  const config = { ...CONFIG, heartbeat: HEARTBEAT };
  const fired: unknown[] = [];
  const trace = ({ input }: TraceRecord): void =>
    void fired.push([input["timer"], input["silentMs"]]);
  const { doors, ...parts } = partsOf({ config, clock, trace });
  const driver = new TestDriver({ ...parts, doors: { ...doors, silentMs: () => 7 } });
  const epoch = 1;
  for (const input of [START, { type: "resolved", epoch, url: "" }, { type: "opened", epoch }]) {
    driver.apply(input as Input);
  }
  clock.tick(25_000);
  assertEquals(fired.slice(3), [["stable", null], ["heartbeat", 7]]);
});

Deno.test("Driver performs statuschange before the effects of a step that changes the status", () => {
  const performed: string[] = [];
  const perform = ({ type }: Act): void => void performed.push(type);
  const { doors, ...parts } = partsOf();
  const note = (): boolean => performed.length === 0;
  const driver = new TestDriver({ ...parts, doors: { ...doors, note } }, { perform });
  driver.apply(START);
  driver.apply({ type: "resolved", epoch: 1, url: "" });
  assertEquals(performed, ["statuschange", "resolve", "dial"]);
});

Deno.test("Driver tells the end even after the end", () => {
  const harness = new Harness({ maxAttempts: 0 }, ({ type }) => {
    if (type === "error") harness.apply(CLOSE);
  });
  harness.open().apply(lost());
  assertEquals(harness.performed, ["abandon", "statechange", "error", "close"]);
});

Deno.test("Driver.post() performs a task after what is pending, or at once", () => {
  const harness = new Harness({}, ({ type }) => {
    if (type === "open") harness.driver.post(() => harness.performed.push("probe"));
  });
  const epoch = 1;
  harness.apply(START, { type: "resolved", epoch, url: "" }, { type: "opened", epoch });
  assertEquals(harness.performed.slice(-4), ["open", "flush", "deliver", "probe"]);
  harness.driver.post(() => harness.performed.push("lose"));
  assertEquals(harness.performed.at(-1), "lose");
});

Deno.test("Driver.enter() holds effects back until leave(), and the state does not wait", () => {
  const harness = new Harness().open();
  const wasBusy = harness.driver.enter();
  harness.apply(lost());
  harness.driver.post(() => harness.performed.push("probe"));
  assertEquals([wasBusy, harness.driver.state.phase, harness.performed], [false, "waiting", []]);
  harness.driver.leave(wasBusy);
  assertEquals(harness.performed.slice(-2), ["retry", "probe"]);
});

Deno.test("Driver.leave() of an inner enter() performs nothing", () => {
  const harness = new Harness().open();
  const outer = harness.driver.enter();
  const inner = harness.driver.enter();
  harness.apply(CLOSE);
  harness.driver.leave(inner);
  assertEquals([outer, inner, harness.performed], [false, true, []]);
  harness.driver.leave(outer);
  assertEquals(harness.performed, ["hangUp", "statechange"]);
});

// ------------------------------------------------------------------------------------ timers

Deno.test("Driver arms a timer that comes back as an input, once", () => {
  const harness = new Harness().open();
  harness.clock.tick(5_000);
  assertEquals(harness.fired, { timer: "stable", lateMs: 0, silentMs: null });
  assertEquals(harness.delays, []);
  const { length } = harness.records;
  harness.clock.tick(1_000_000);
  assertEquals(harness.records.length, length);
});

Deno.test("Driver replaces a timer that is armed again", () => {
  const harness = new Harness().open().apply(ERROR, ERROR, ERROR);
  assertEquals(harness.delays, [0, 5_000]);
});

Deno.test("Driver stops all timers at disarm", () => {
  const harness = new Harness({ heartbeat: HEARTBEAT }).open().apply(ERROR);
  assertEquals(harness.delays, [0, 5_000, 25_000]);
  harness.apply(CLOSE);
  assertEquals(harness.delays, [3_000]);
});

Deno.test("Driver leaves no timer after the end", () => {
  const harness = new Harness({ heartbeat: HEARTBEAT }).open().apply(CLOSE, lost());
  assertEquals([harness.driver.state.phase, harness.delays], ["closed", []]);
});

Deno.test("Driver does not arm the retry of a loss after which the client was closed", () => {
  const harness = new Harness({}, ({ type }) => {
    if (type === "abandon") harness.apply(CLOSE);
  });
  harness.open().apply(lost());
  assertEquals(harness.delays, []);
});

Deno.test("Driver tells how late a timer fired", () => {
  const harness = new Harness().open();
  harness.clock.sleep(3_600_000);
  harness.clock.tick(0);
  assertEquals(harness.fired, { timer: "stable", lateMs: 3_595_000, silentMs: null });
});

Deno.test("Driver takes a wall clock that jumps ahead for a late timer", () => {
  const harness = new Harness().open();
  harness.clock.jump(60_000);
  harness.clock.tick(5_000);
  assertEquals(harness.fired, { timer: "stable", lateMs: 60_000, silentMs: null });
});

Deno.test("Driver takes a wall clock that jumps back for a timer in time", () => {
  const harness = new Harness().open();
  harness.clock.jump(-3_600_000);
  harness.clock.tick(5_000);
  assertEquals(harness.fired, { timer: "stable", lateMs: 0, silentMs: null });
});

Deno.test("Driver disarms a timer whose handle is any value, also undefined", () => {
  const cleared: unknown[] = [];
  const clock: Clock = {
    now: () => 0,
    setTimeout: () => undefined,
    clearTimeout: (handle) => cleared.push(handle),
  };
  const driver = new TestDriver(partsOf({ clock }));
  driver.apply(START);
  driver.apply(CLOSE);
  assertEquals(cleared, [undefined]);
});

// ------------------------------------------------------------------------------------ trace

Deno.test("Driver traces each input with what it changed, before anything is performed", () => {
  const order: string[] = [];
  const clock = new FakeClock(5_000);
  const records: TraceRecord[] = [];
  const trace = (record: TraceRecord): void => {
    records.push(record);
    order.push("traced");
  };
  const driver = new TestDriver(partsOf({ clock, trace }), {
    perform: ({ type }) => void order.push(type),
  });
  driver.apply(START);
  assertEquals(records, [{
    atMs: 5_000,
    before: { ...INITIAL },
    input: { ...START },
    after: { ...INITIAL },
    effects: [{ type: "arm", timer: "connect", delayMs: 10_000 }, {
      type: "resolve",
      early: false,
    }],
  }]);
  assertEquals(order, ["traced", "resolve"]);
});

Deno.test("Driver traces what changes nothing, too", () => {
  const { records } = new Harness().apply({ type: "fault", fault: "isReply: threw" });
  assertEquals(records.map(({ input, effects }) => [input["type"], effects]), [["fault", []]]);
});

Deno.test("Driver lets a trace call back, and keeps the order", () => {
  const performed: string[] = [];
  const trace = ({ input }: TraceRecord): void => {
    if (input["type"] === "start") driver.apply(CLOSE);
  };
  const driver = new TestDriver(partsOf({ trace }), {
    perform: ({ type }) => void performed.push(type),
  });
  driver.apply(START);
  assertEquals(driver.state.phase, "closing");
  assertEquals(performed, ["abandon", "statechange", "settle"]);
});
