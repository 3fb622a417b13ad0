/**
 * Applies inputs to the state and performs the effects, in order and never nested: the rules of the
 * shell in one place, without any WebSocket in it.
 *
 * @module
 */

import type { Clock } from "./sources.ts";
import type { Config, Effect, Input, State, TimerName } from "./state.ts";
import type { TraceRecord } from "./trace.ts";
import { INITIAL, isOver, transition } from "./transition.ts";

/** Holds the state, the pending effects and the timers. */
export class Runner {
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #trace: ((record: TraceRecord) => void) | undefined;
  readonly #perform: (effect: Effect) => void;
  readonly #tasks: (() => void)[] = [];
  readonly #timers = new Map<TimerName, unknown>();
  #state: State = INITIAL;
  #isBusy = false;
  #heardAtMs: number | null = null;

  constructor(
    config: Config,
    clock: Clock,
    trace: ((record: TraceRecord) => void) | undefined,
    perform: (effect: Effect) => void,
  ) {
    this.#config = config;
    this.#clock = clock;
    this.#trace = trace;
    this.#perform = perform;
  }

  /** The state now; it changes before any effect of the change is performed. */
  get state(): State {
    return this.#state;
  }

  /** Changes the state at once; the effects follow as soon as no other is being performed. */
  apply(input: Input): void {
    const before = this.#state;
    const [after, effects] = transition(before, input, this.#config);
    this.#state = after;
    for (const effect of effects) {
      this.#tasks.push(() => {
        if (this.#isDue(effect, after)) this.#do(effect);
      });
    }
    const wasBusy = this.enter();
    try {
      this.#trace?.({ atMs: this.#clock.now(), before, input, after, effects });
    } catch {
      // A broken sink must not break the connection, and there is nobody else to tell.
    }
    this.leave(wasBusy);
  }

  /** Performs a task after the effects that are pending. */
  post(task: () => void): void {
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
      for (let task; (task = this.#tasks.shift());) task();
    } finally {
      this.#isBusy = false;
    }
  }

  /** Notes a sign of life of the peer. */
  heard(): void {
    this.#heardAtMs = this.#clock.now();
  }

  /** Whether an effect still belongs to what the client is doing; see {@linkcode Effect}. */
  #isDue(effect: Effect, asked: State): boolean {
    const state = this.#state;
    switch (effect.type) {
      case "disarm":
      case "abandon":
      case "statechange":
        return true;
      case "error":
      case "close":
        return isOver(asked) || !isOver(state);
      default:
        return state.epoch === asked.epoch && state.phase === asked.phase;
    }
  }

  #do(effect: Effect): void {
    if (effect.type === "arm") this.#arm(effect.timer, effect.delayMs);
    else if (effect.type === "disarm") {
      for (const name of effect.timer ? [effect.timer] : this.#timers.keys()) {
        this.#disarm(name);
      }
    } else this.#perform(effect);
  }

  #arm(timer: TimerName, delayMs: number): void {
    this.#disarm(timer);
    if (timer === "heartbeat") this.#heardAtMs = null;
    const dueAtMs = this.#clock.now() + delayMs;
    const fire = (): void => {
      this.#timers.delete(timer);
      const nowMs = this.#clock.now();
      // The wall clock may jump back: a negative time is none.
      const lateMs = Math.max(0, nowMs - dueAtMs);
      const silentMs = this.#heardAtMs === null ? null : Math.max(0, nowMs - this.#heardAtMs);
      this.apply({ type: "timer", timer, lateMs, silentMs });
    };
    this.#timers.set(timer, this.#clock.setTimeout(fire, delayMs));
  }

  #disarm(timer: TimerName): void {
    if (!this.#timers.has(timer)) return;
    this.#clock.clearTimeout(this.#timers.get(timer));
    this.#timers.delete(timer);
  }
}
