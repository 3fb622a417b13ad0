/**
 * Drives the machine: applies inputs to the state and performs the effects, in order and never nested.
 * There is no WebSocket in it.
 *
 * @module
 */

import { soon } from "../platform.ts";
import type { Clock } from "../sources.ts";
import type { Config, Effect, Input, Phase, State, TimerName } from "../machine/state.ts";
import type { TraceRecord } from "../trace.ts";
import { type FeatureCells, INITIAL, step } from "../machine/step.ts";
import type { PendingError } from "../errors.ts";
import type { Moment } from "./feature.ts";

/** What performs the effects that are no timers. */
export interface Performer {
  /** @param failure What the input was about that led to the effect. */
  perform(effect: Effect, failure: PendingError | null): void;
  /** An effect threw, or a task that was posted (null): the state must not wait for what it was to do. */
  failed(effect: Effect | null, error: unknown): void;
  /** A broken trace sink: reported, as it cannot be traced. */
  report(hook: string, error: unknown): void;
  /** Whether the socket sent something since this was called last. */
  isDraining(): boolean;
  /** A step was made; what it gives is performed before the effects. */
  noteStep(moment: Moment): (() => void) | undefined;
}

/** An armed timer; its handle may be anything, also undefined. */
interface Timer {
  readonly handle: unknown;
}

/** An effect that waits its turn. */
interface Pending {
  readonly effect: Effect;
  /** The state that wants it. */
  readonly wanted: State;
  readonly failure: PendingError | null;
  readonly isLate: boolean;
}

/** What waits its turn: an effect, or something that the client posted. */
type Task = Pending | (() => void);

/** What a driver needs beside its performer. */
export interface DriverParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly doors: FeatureCells & { readonly trace?: (record: TraceRecord) => void };
}

const NONE: readonly never[] = [];

const CLOSING: readonly Phase[] = ["closing", "closed"];

/** Whether it dispatches an event. */
export function isEvent({ type }: Effect): boolean {
  return ["statechange", "open", "error", "close", "retry"].includes(type);
}

/** Holds the state, the pending effects and the timers. */
export class Driver {
  readonly #parts: DriverParts;
  readonly #performer: Performer;
  readonly #tasks: Task[] = [];
  /** Events of `reconnect()` and `pause()`, which come later than the call. */
  #later: readonly Task[] = NONE;
  /** How many of them are not dispatched yet, or are being so. */
  #lateCount = 0;
  /** What is armed. An object, as a Map is larger than all the rest of a driver. */
  readonly #timers: { [name in TimerName]?: Timer | undefined } = {};
  #state: State = INITIAL;
  #isBusy = false;
  #aliveAtMs: number | null = null;

  constructor(parts: DriverParts, performer: Performer) {
    this.#parts = parts;
    this.#performer = performer;
  }

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
    const { clock, config, doors } = this.#parts;
    const before = this.#state;
    const [after, effects] = step(before, input, config, doors);
    this.#state = after;
    const isCall = input.type === "reconnect" || input.type === "pause";
    if (!isCall && this.#later.length > 0 && effects.some(isEvent)) this.#letOut();
    const first = this.#performer.noteStep({ before, after, effects, failure });
    if (first && isCall) this.#later = [...this.#later, first];
    else if (first) this.#tasks.push(first);
    for (const effect of effects) {
      const isLate = isCall && isEvent(effect);
      if (isLate) this.#lateCount++;
      const task = { effect, wanted: after, failure, isLate };
      if (isLate) this.#later = [...this.#later, task];
      else this.#tasks.push(task);
    }
    // Any task lets them out.
    if (isCall && this.#later.length > 0) soon(() => this.post(() => {}));
    const wasBusy = this.enter();
    try {
      doors.trace?.({ atMs: clock.now(), before, input, after, effects });
    } catch (error) {
      this.#performer.report("trace", error);
    }
    this.leave(wasBusy);
  }

  /** Performs a task after the effects that are pending. */
  post(task: () => void): void {
    this.#letOut();
    this.#tasks.push(task);
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
      if (this.#tasks.length > 0) this.#drain();
    } finally {
      this.#isBusy = false;
    }
  }

  #drain(): void {
    for (let task; (task = this.#tasks.shift());) {
      const pending = typeof task === "function" ? null : task;
      try {
        pending ? this.#perform(pending) : (task as () => void)();
      } catch (error) {
        this.#performer.failed(pending && pending.effect, error);
      }
      if (pending?.isLate) this.#lateCount--;
    }
    // A list that was shifted empty keeps its memory.
    this.#tasks.length = 0;
  }

  /** Events that wait come before any later one. */
  #letOut(): void {
    this.#tasks.push(...this.#later);
    this.#later = NONE;
  }

  /** Notes a sign of life of the peer. */
  noteAlive(): void {
    this.#aliveAtMs = this.#parts.clock.now();
  }

  /** Performs an effect, unless the client does something else by now; see {@linkcode Effect}. */
  #perform({ effect, wanted, failure }: Pending): void {
    const state = this.#state;
    const isOver = CLOSING.includes(state.phase);
    switch (effect.type) {
      case "disarm":
        return this.#disarm(effect.timer);
      case "abandon":
      case "statechange":
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
        if (effect.type === "arm") return this.#arm(effect.timer, effect.delayMs);
    }
    this.#performer.perform(effect, failure);
  }

  #arm(timer: TimerName, delayMs: number): void {
    const { clock } = this.#parts;
    this.#disarm(timer);
    if (timer === "heartbeat") this.#aliveAtMs = null;
    const dueAtMs = clock.now() + delayMs;
    const fire = (): void => {
      this.#timers[timer] = undefined;
      const nowMs = clock.now();
      // The wall clock may jump back: a negative time is none.
      const lateMs = Math.max(0, nowMs - dueAtMs);
      const silentMs = timer === "heartbeat" ? this.#silence(nowMs) : null;
      this.apply({ type: "timer", timer, lateMs, silentMs });
    };
    this.#timers[timer] = { handle: clock.setTimeout(fire, delayMs) };
  }

  /** Bytes that leave are a sign of life as good as a message. */
  #silence(nowMs: number): number | null {
    if (this.#performer.isDraining()) return 0;
    return this.#aliveAtMs === null ? null : Math.max(0, nowMs - this.#aliveAtMs);
  }

  /** Without a name, all. */
  #disarm(timer?: TimerName): void {
    for (const name of timer ? [timer] : Object.keys(this.#timers) as TimerName[]) {
      const armed = this.#timers[name];
      if (!armed) continue;
      this.#timers[name] = undefined;
      this.#parts.clock.clearTimeout(armed.handle);
    }
  }
}
