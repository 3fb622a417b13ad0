import type { Clock } from "../sources.ts";
import { type HeapTimer, TimerHeap } from "./timer_heap.ts";

/** The longest delay that platforms honour: a `long` of WebIDL. */
const MAX_DELAY_MS = 2 ** 31 - 1;
/** More timers without delay in one instant than any test means: they arm each other for ever. */
const MAX_INSTANT_TIMERS = 1_000_000;
/** How deep a chain of promise jobs may be to run between two timers of `tickAsync`. */
const PROMISE_TURNS = 100;
/** An hour is longer than any wait of the client's. */
const DEFAULT_LIMIT_MS = 3_600_000;

/** A timer of a {@linkcode FakeClock} that has not fired yet. */
export interface PendingTimer {
  /** When it is due, in milliseconds of {@linkcode FakeClock.elapsedMs}. */
  readonly atMs: number;
  /** The delay it was set with, in milliseconds, as the platform takes it: whole, and 0 if out of range. */
  readonly delayMs: number;
}

/** Bounds of {@linkcode FakeClock.runUntil}. */
export interface RunUntilOptions {
  /**
   * How long to wait, in milliseconds of the clock.
   *
   * @default {3_600_000} An hour, which is longer than any wait of the client's.
   */
  limitMs?: number;
}

class Timer implements HeapTimer {
  index = -1;
  constructor(
    readonly atMs: number,
    readonly sequence: number,
    readonly delayMs: number,
    readonly callback: () => void,
    readonly isPlanned: boolean,
  ) {}
}

/**
 * A clock that moves only when told: pass it as `sources.clock`, and a test of an hour takes no time.
 *
 * Timers fire in the order of their time, then of their setting. Delays are treated as platforms
 * treat them: fractions are cut off, and anything outside [1, 2^31 - 1] fires at once (all measured
 * platforms but workerd do that; it is how a wrong delay becomes a storm of connections).
 *
 * @example Letting a minute pass
 * ```ts
 * import { FakeClock } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new FakeClock();
 * const fired: number[] = [];
 * clock.setTimeout(() => fired.push(clock.now()), 30_000);
 * clock.tick(60_000);
 * assertEquals(fired, [30_000]);
 * ```
 */
export class FakeClock implements Clock {
  readonly #timers = new TimerHeap<Timer>();
  /** Wall time at elapsed time 0; only `jump` changes it. */
  #epochMs: number;
  #elapsedMs = 0;
  #sequence = 0;
  #isRunning = false;
  #instantTimers = 0;

  /**
   * Makes a clock that stands still.
   *
   * @param startMs What `now()` returns at first, in milliseconds since the Unix epoch. 0 unless
   * given, so that times in a test read as durations.
   */
  constructor(startMs: number = 0) {
    this.#epochMs = startMs;
  }

  /** Wall time in milliseconds. Moves with {@linkcode tick} and {@linkcode sleep}, and {@linkcode jump} moves it alone. */
  now(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  /** Milliseconds that have passed since the clock was made, whatever happened to the wall clock. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Timers set with {@linkcode setTimeout} and not yet fired or cleared, soonest first. */
  get pending(): readonly PendingTimer[] {
    const pending: PendingTimer[] = [];
    for (const { atMs, delayMs, isPlanned } of this.#timers.sorted()) {
      if (!isPlanned) pending.push({ atMs, delayMs });
    }
    return pending;
  }

  /** Calls `callback` once when `delayMs` have passed. Returns a handle for {@linkcode clearTimeout}. */
  setTimeout(callback: () => void, delayMs: number): unknown {
    return this.#add(callback, delayMs, false);
  }

  /**
   * As {@linkcode setTimeout}, for what the test or the fake network plans, and not the code under
   * test: it does not count in {@linkcode pending}.
   */
  plan(callback: () => void, delayMs: number): unknown {
    return this.#add(callback, delayMs, true);
  }

  /** Cancels a timer. A handle that fired already, or is none of this clock's, is ignored. */
  clearTimeout(handle: unknown): void {
    if (handle instanceof Timer) this.#timers.remove(handle);
  }

  /**
   * Lets `ms` pass and fires what falls due, in order. What a timer throws comes out of here, with
   * the clock standing at that timer.
   *
   * @throws {Error} Called by a timer of this clock.
   * @throws {RangeError} `ms` is negative or not finite.
   */
  tick(ms: number): void {
    this.#start("tick");
    try {
      const endMs = this.#end(ms);
      while (this.#fireNext(endMs));
      this.#moveTo(endMs);
    } finally {
      this.#isRunning = false;
    }
  }

  /**
   * As {@linkcode tick}, and lets promise jobs run before, between and after the timers: for code
   * with asynchronous providers or handshakes. Chains of up to 100 promise jobs run to their end; input and output do not wait here.
   *
   * @throws {Error} Called by a timer of this clock, or while it runs already.
   */
  async tickAsync(ms: number): Promise<void> {
    this.#start("tickAsync");
    try {
      const endMs = this.#end(ms);
      await runPromiseJobs();
      while (this.#fireNext(endMs)) await runPromiseJobs();
      this.#moveTo(endMs);
    } finally {
      this.#isRunning = false;
    }
  }

  /**
   * Advances timer by timer, promise jobs included, until the predicate holds.
   *
   * @throws {Error} `limitMs` pass first, or no timer is left that could make the predicate true.
   */
  async runUntil(predicate: () => boolean, options: RunUntilOptions = {}): Promise<void> {
    const { limitMs = DEFAULT_LIMIT_MS } = options;
    this.#start("runUntil");
    try {
      const endMs = this.#end(limitMs);
      await runPromiseJobs();
      while (!predicate()) {
        if (!this.#fireNext(endMs)) {
          const next = this.#timers.peek();
          throw new Error(
            `Cannot run until the predicate holds as it must hold within ${limitMs} ms: ` +
              (next ? `the next timer is due at ${next.atMs} ms` : "no timer is left"),
          );
        }
        await runPromiseJobs();
      }
    } finally {
      this.#isRunning = false;
    }
  }

  /**
   * Advances to the next timer, planned ones included, and fires it.
   *
   * @returns Whether there was one.
   * @throws {Error} Called by a timer of this clock.
   */
  next(): boolean {
    this.#start("next");
    try {
      return this.#fireNext(Infinity);
    } finally {
      this.#isRunning = false;
    }
  }

  /**
   * The host sleeps, or its page is frozen: `ms` pass and no timer fires. Those that fell due
   * meanwhile fire late, at the next {@linkcode tick}. Called by a timer it is a callback that
   * blocks for so long.
   */
  sleep(ms: number): void {
    this.#moveTo(this.#end(ms));
  }

  /**
   * Somebody sets the wall clock: {@linkcode now} moves by `ms`, forwards or backwards, and timers
   * do not. It is also a sleep on hosts whose timers stand still while they sleep.
   */
  jump(ms: number): void {
    requireMs("jump the clock", ms, -Infinity);
    this.#epochMs += ms;
  }

  #add(callback: () => void, delayMs: number, isPlanned: boolean): Timer {
    const wholeMs = delayMs >= 1 && delayMs <= MAX_DELAY_MS ? Math.trunc(delayMs) : 0;
    const atMs = this.#elapsedMs + wholeMs;
    const timer = new Timer(atMs, this.#sequence++, wholeMs, callback, isPlanned);
    this.#timers.push(timer);
    return timer;
  }

  #start(action: string): void {
    if (this.#isRunning) {
      throw new Error(
        `Cannot ${action} as the clock must stand still: it is running a timer or a promise job`,
      );
    }
    this.#isRunning = true;
  }

  #end(ms: number): number {
    requireMs("advance the clock", ms, 0);
    return this.#elapsedMs + ms;
  }

  #moveTo(atMs: number): void {
    if (atMs <= this.#elapsedMs) return;
    this.#elapsedMs = atMs;
    this.#instantTimers = 0;
  }

  #fireNext(endMs: number): boolean {
    const timer = this.#timers.peek();
    // a callback may have slept past the end
    if (timer === undefined || timer.atMs > Math.max(endMs, this.#elapsedMs)) return false;
    this.#timers.remove(timer);
    this.#moveTo(timer.atMs);
    if (timer.delayMs === 0 && ++this.#instantTimers > MAX_INSTANT_TIMERS) {
      throw new Error(
        `Cannot advance the clock as timers must not arm each other without delay for ever: ` +
          `${MAX_INSTANT_TIMERS} fired at ${timer.atMs} ms`,
      );
    }
    timer.callback();
    return true;
  }
}

function requireMs(action: string, ms: number, minMs: number): void {
  if (Number.isFinite(ms) && ms >= minMs) return;
  throw new RangeError(
    `Cannot ${action} as the time must be finite and at least ${minMs} ms: current value is ${ms}`,
  );
}

/** A fixed number of turns, as no platform tells when its microtask queue is empty without a global. */
async function runPromiseJobs(): Promise<void> {
  for (let turn = 0; turn < PROMISE_TURNS; turn++) await undefined;
}
