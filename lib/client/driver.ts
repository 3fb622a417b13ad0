/**
 * Drives the machine: applies inputs to the state and performs the effects, in order and never nested.
 * There is no WebSocket in it.
 *
 * @module
 */

import { soon } from "../platform.ts";
import type { Clock } from "../sources.ts";
import type { Config, Effect, Input, Phase, State, TimerName } from "../machine/state.ts";
import { type FeatureCells, INITIAL, step } from "../machine/step.ts";
import type { PendingError } from "../errors.ts";
import type { Moment } from "./feature.ts";

/** An effect of the machine, or what a step means for the status. */
export type Act = Effect | { readonly type: "statuschange" };

/** An armed timer; its handle may be anything, also undefined. */
interface Timer {
  readonly handle: unknown;
}

/** What drives a client. */
export interface DriverParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly doors: FeatureCells & {
    note?(client: Driver, moment: Moment): boolean;
    trace?(client: Driver, moment: Moment): void;
    silentMs?(client: Driver): number | null;
  };
}

const CLOSING: readonly Phase[] = ["closing", "closed"];

/** The effects that dispatch an event of their name. */
export const EVENTS: readonly Act["type"][] = [
  "statuschange",
  "statechange",
  "open",
  "error",
  "close",
  "retry",
];

/** Holds the state, the pending effects and the timers; a client is one, and performs the effects. */
export abstract class Driver<Parts extends DriverParts = DriverParts> {
  readonly parts: Parts;
  readonly #tasks: (() => void)[] = [];
  /** Events of `reconnect()` and `pause()`, which come later than the call. */
  #later: (() => void)[] | undefined;
  /** How many of them are not dispatched yet, or are being so. */
  #lateCount = 0;
  /** What is armed. An object, as a Map is larger than all the rest of a driver. */
  readonly #timers: { [name in TimerName]?: Timer | undefined } = {};
  #state: State = INITIAL;
  #isBusy = false;

  constructor(parts: Parts) {
    this.parts = parts;
  }

  /**
   * Performs an effect that is no timer.
   *
   * @param failure What the input was about that led to the effect.
   */
  protected abstract perform(act: Act, failure: PendingError | null): void;

  /** An effect threw, or a task that was posted (null): the state must not wait for what it was to do. */
  protected abstract failed(act: Act | null, error: unknown): void;

  /** Whether events of a `reconnect()` are not all dispatched yet. */
  get isLate(): boolean {
    return this.#lateCount > 0;
  }

  /** The state now; it changes before any effect of the change is performed. */
  get state(): State {
    return this.#state;
  }

  /** Changes the state at once; the effects follow as soon as no other is being performed. */
  apply(input: Input, failure: PendingError | null = null): void {
    const { config, doors } = this.parts;
    const before = this.#state;
    const [after, effects] = step(before, input, config, doors);
    this.#state = after;
    const isCall = input.type === "reconnect" || input.type === "pause";
    if (!isCall && this.#later && effects.some(({ type }) => EVENTS.includes(type))) this.#letOut();
    const moment = { before, input, after, effects, failure };
    const acts: readonly Act[] = doors.note?.(this, moment)
      ? [{ type: "statuschange" }, ...effects]
      : effects;
    for (const act of acts) {
      const perform = (): void => this.#attempt(act, () => this.#perform(act, after, failure));
      if (isCall && EVENTS.includes(act.type)) this.#wait(perform);
      else this.#tasks.push(perform);
    }
    const wasBusy = this.enter();
    doors.trace?.(this, moment);
    this.leave(wasBusy);
  }

  /** Performs a task after the effects that are pending. */
  post(task: () => void): void {
    this.#letOut();
    this.#tasks.push(() => this.#attempt(null, task));
    if (!this.#isBusy) this.leave(this.enter());
  }

  /**
   * Holds effects back while listeners run, until {@linkcode leave}.
   *
   * @returns Whether they were held back already; pass it to `leave`.
   */
  enter(): boolean {
    const wasBusy = this.#isBusy;
    this.#isBusy = true;
    return wasBusy;
  }

  /** Performs what was held back. */
  leave(wasBusy: boolean): void {
    if (wasBusy) return;
    try {
      // Most messages leave nothing behind, and to look is quicker than to drain.
      if (this.#tasks.length > 0) this.#drain();
    } finally {
      this.#isBusy = false;
    }
  }

  #drain(): void {
    for (let task; (task = this.#tasks.shift());) task();
    // A list that was shifted empty keeps its memory.
    this.#tasks.length = 0;
  }

  #attempt(act: Act | null, task: () => void): void {
    try {
      task();
    } catch (error) {
      this.failed(act, error);
    }
  }

  /** Until a microtask has passed, or the next event is due. */
  #wait(perform: () => void): void {
    // Any task lets them out.
    if (!this.#later) soon(() => this.post(() => {}));
    this.#lateCount++;
    (this.#later ??= []).push(() => {
      perform();
      this.#lateCount--;
    });
  }

  /** Events that wait come before any later one. */
  #letOut(): void {
    this.#tasks.push(...this.#later ?? []);
    this.#later = undefined;
  }

  /** Performs an effect, unless the client does something else by now; see {@linkcode Effect}. */
  #perform(act: Act, wanted: State, failure: PendingError | null): void {
    const state = this.#state;
    const isOver = CLOSING.includes(state.phase);
    switch (act.type) {
      case "disarm":
        return this.#disarm(act.timer);
      case "abandon":
      case "statechange":
      case "statuschange":
        break;
      case "error":
      case "close":
        if (isOver && !CLOSING.includes(wanted.phase)) return;
        break;
      case "retry":
        if (state.epoch !== wanted.epoch || isOver || state.phase === "paused") return;
        break;
      default:
        if (state.epoch !== wanted.epoch || state.phase !== wanted.phase) return;
        if (act.type === "arm") return this.#arm(act.timer, act.delayMs);
    }
    this.perform(act, failure);
  }

  #arm(timer: TimerName, delayMs: number): void {
    const { clock, doors } = this.parts;
    this.#disarm(timer);
    const dueAtMs = clock.now() + delayMs;
    const fire = (): void => {
      this.#timers[timer] = undefined;
      // The wall clock may jump back: a negative time is none.
      const lateMs = Math.max(0, clock.now() - dueAtMs);
      const silentMs = timer === "heartbeat" ? doors.silentMs?.(this) ?? null : null;
      this.apply({ type: "timer", timer, lateMs, silentMs });
    };
    this.#timers[timer] = { handle: clock.setTimeout(fire, delayMs) };
  }

  /** Without a name, all. */
  #disarm(timer?: TimerName): void {
    for (const name of timer ? [timer] : Object.keys(this.#timers) as TimerName[]) {
      const armed = this.#timers[name];
      if (!armed) continue;
      this.#timers[name] = undefined;
      this.parts.clock.clearTimeout(armed.handle);
    }
  }
}
