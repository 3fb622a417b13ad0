/**
 * What a simulated run takes place in: virtual time, chance, the faults to come, and processes that
 * crash or stand still.
 *
 * @module
 */

import { FakeClock, seededRandom } from "../../../lib/testing/mod.ts";

/** Which faults a run has; each seed draws its own. */
export interface Faults {
  /** Servers stand still past their lease, and go on. */
  readonly pauses: boolean;
  /** Servers die without a word. */
  readonly crashes: boolean;
  /** The store goes back in time, and says so by its epoch. */
  readonly regressions: boolean;
  /** The store fails before or after it did what it was to do, or never answers. */
  readonly storeErrors: boolean;
  /** The page is reloaded, with or without a snapshot. */
  readonly reloads: boolean;
  /** The server keeps little for a client that is away. */
  readonly overflows: boolean;
  /** Handlers take their time. */
  readonly slowHandlers: boolean;
  /** A handler never ends. */
  readonly endlessHandlers: boolean;
  /** Sessions expire while their client is away. */
  readonly expiry: boolean;
  /** Sessions are handed over by a server that is to go. */
  readonly moves: boolean;
  /** Other pages go on with a copy of the session, which may be old by then; the first may be gone or not. */
  readonly copies: boolean;
  /** The application ends sessions: as a handler begins, between handlers, and as its process breaks. */
  readonly ends: boolean;
}

/** Promise jobs that run between two timers; what takes longer is overtaken, as in reality. */
const PROMISE_TURNS = 40;

/** One run's surroundings. */
export class World {
  readonly clock: FakeClock = new FakeClock();
  readonly random: () => number;
  readonly faults: Faults;
  /** What went wrong on purpose, for the judge. */
  readonly caused = {
    regressions: 0,
    crashes: 0,
    pauses: 0,
    storeErrors: 0,
    cuts: 0,
    moves: 0,
    reloads: 0,
    zombies: 0,
    lateCloses: 0,
    lostAnswers: 0,
    endlessHandlers: 0,
    copies: 0,
  };
  /** Nothing goes wrong any more: everything must come to rest. */
  isCalm = false;

  constructor(seed: number) {
    const random = seededRandom(seed);
    this.random = random;
    const draw = (share: number): boolean => random() < share;
    this.faults = {
      pauses: draw(0.3),
      crashes: draw(0.4),
      regressions: draw(0.2),
      storeErrors: draw(0.15),
      reloads: draw(0.3),
      overflows: draw(0.15),
      slowHandlers: draw(0.6),
      endlessHandlers: draw(0.05),
      expiry: draw(0.1),
      moves: draw(0.3),
      copies: draw(0.15),
      ends: draw(0.2),
    };
  }

  get nowMs(): number {
    return this.clock.elapsedMs;
  }

  /** A whole number in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** Calls `callback` later, whatever dies meanwhile. */
  later(callback: () => void, delayMs: number): void {
    // Whole, as the clock cuts fractions off: what waits for a moment must not wake before it.
    this.clock.plan(callback, Math.ceil(delayMs));
  }

  /** Resolves later. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.later(resolve, delayMs));
  }

  /** Lets time pass until the condition holds, or the time is reached. */
  async runUntil(endMs: number, isDone: () => boolean = () => false): Promise<void> {
    this.later(() => {}, endMs - this.nowMs);
    do {
      for (let turn = 0; turn < PROMISE_TURNS; turn++) await undefined;
    } while (this.nowMs < endMs && !isDone() && this.clock.next());
  }
}

/** A server's process: what belongs to it happens only while it lives, and late if it stands still. */
export class Process {
  readonly id: string;
  readonly #world: World;
  isDead = false;
  /** When it died, or last stopped. */
  stoppedAtMs = -Infinity;
  #pausedUntilMs = 0;
  /** What happened to it while it stood still, in order. */
  readonly #held: (() => void)[] = [];

  constructor(world: World, id: string) {
    this.#world = world;
    this.id = id;
  }

  get isPaused(): boolean {
    return this.#pausedUntilMs > this.#world.nowMs;
  }

  /** Stands still, and then goes on as if nothing had happened. */
  pause(ms: number): void {
    this.stoppedAtMs = this.#world.nowMs;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#world.nowMs + ms);
  }

  die(): void {
    this.isDead = true;
    this.stoppedAtMs = this.#world.nowMs;
  }

  /** Runs something in the process: now, in its turn when the process goes on, or never. */
  run(callback: () => void): void {
    if (this.isDead) return;
    if (!this.isPaused && this.#held.length === 0) return callback();
    if (this.#held.push(callback) === 1) this.#wakeLater();
  }

  #wakeLater(): void {
    this.#world.later(() => this.#wake(), this.#pausedUntilMs - this.#world.nowMs);
  }

  #wake(): void {
    while (!this.isDead && this.#held.length > 0) {
      if (this.isPaused) return this.#wakeLater();
      this.#held.shift()?.();
    }
  }

  /** Resolves when the process runs. */
  awake(): Promise<void> {
    return new Promise((resolve) => this.run(resolve));
  }

  /** The clock as the process sees it. */
  get clock(): Pick<FakeClock, "setTimeout" | "clearTimeout"> {
    const { clock } = this.#world;
    return {
      setTimeout: (callback, delayMs) => clock.setTimeout(() => this.run(callback), delayMs),
      clearTimeout: (handle) => clock.clearTimeout(handle),
    };
  }
}
