/**
 * Applies inputs to the state and performs the effects, in order and never nested: the rules of the
 * shell in one place, without any WebSocket in it.
 *
 * @module
 */

import { soon } from "../platform.ts";
import type { Clock } from "../sources.ts";
import type { Config, Effect, Input, State, TimerName } from "../machine/state.ts";
import type { TraceRecord } from "../trace.ts";
import { isOver } from "../machine/step.ts";
import { INITIAL, transition } from "../machine/transition.ts";

/** What performs the effects that are no timers. */
export interface Performer {
  perform(effect: Effect): void;
  /** An effect threw, or a task that was posted (null): the state must not wait for what it was to do. */
  failed(effect: Effect | null, error: unknown): void;
  /** A broken trace sink: reported, as it cannot be traced. */
  report(hook: string, error: unknown): void;
  /** Whether the socket sent something since this was called last. */
  isDraining(): boolean;
}

/** An armed timer; its handle may be anything, also undefined. */
interface Timer {
  readonly handle: unknown;
}

/** What waits its turn: an effect with the state that asked for it, or something of the shell's. */
type Task =
  | { readonly effect: Effect; readonly asked: State; readonly isLate: boolean }
  | (() => void);

/** Whether it dispatches an event. */
export function isEvent({ type }: Effect): boolean {
  return ["statechange", "open", "error", "close", "retry"].includes(type);
}

/** Holds the state, the pending effects and the timers. */
export class Runner {
  readonly #config: Config;
  readonly #clock: Clock;
  readonly #trace: ((record: TraceRecord) => void) | undefined;
  readonly #performer: Performer;
  readonly #tasks: Task[] = [];
  /** Events of `reconnect()`, which come later than the call. */
  readonly #later: Task[] = [];
  /** How many of them are not dispatched yet, or are being so. */
  #lateCount = 0;
  /** What is armed. An object, as a Map is larger than all the rest of a runner. */
  readonly #timers: { [name in TimerName]?: Timer | undefined } = {};
  #state: State = INITIAL;
  #isBusy = false;
  #aliveAtMs: number | null = null;

  constructor(
    config: Config,
    clock: Clock,
    trace: ((record: TraceRecord) => void) | undefined,
    performer: Performer,
  ) {
    this.#config = config;
    this.#clock = clock;
    this.#trace = trace;
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
  apply(input: Input): void {
    const before = this.#state;
    const [after, effects] = transition(before, input, this.#config);
    this.#state = after;
    const isCall = input.type === "reconnect";
    if (!isCall && this.#later.length > 0 && effects.some(isEvent)) this.#letOut();
    for (const effect of effects) {
      const isLate = isCall && isEvent(effect);
      if (isLate) this.#lateCount++;
      (isLate ? this.#later : this.#tasks).push({ effect, asked: after, isLate });
    }
    // Any task lets them out.
    if (isCall && this.#later.length > 0) soon(() => this.post(() => {}));
    const wasBusy = this.enter();
    try {
      this.#trace?.({ atMs: this.#clock.now(), before, input, after, effects });
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
      const effect = typeof task === "function" ? null : task.effect;
      try {
        if (typeof task === "function") task();
        else if (this.#isDue(task.effect, task.asked)) this.#do(task.effect);
      } catch (error) {
        this.#performer.failed(effect, error);
      }
      if (typeof task === "object" && task.isLate) this.#lateCount--;
    }
    // A list that was shifted empty keeps its memory.
    this.#tasks.length = 0;
  }

  /** Events that wait come before any later one. */
  #letOut(): void {
    this.#tasks.push(...this.#later.splice(0));
  }

  /** Notes a sign of life of the peer. */
  noteAlive(): void {
    this.#aliveAtMs = this.#clock.now();
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
      case "retry":
        return state.epoch === asked.epoch && !isOver(state);
      default:
        return state.epoch === asked.epoch && state.phase === asked.phase;
    }
  }

  #do(effect: Effect): void {
    if (effect.type === "arm") this.#arm(effect.timer, effect.delayMs);
    else if (effect.type === "disarm") {
      const names = effect.timer ? [effect.timer] : Object.keys(this.#timers) as TimerName[];
      for (const name of names) this.#disarm(name);
    } else this.#performer.perform(effect);
  }

  #arm(timer: TimerName, delayMs: number): void {
    this.#disarm(timer);
    if (timer === "heartbeat") this.#aliveAtMs = null;
    const dueAtMs = this.#clock.now() + delayMs;
    const fire = (): void => {
      this.#timers[timer] = undefined;
      const nowMs = this.#clock.now();
      // The wall clock may jump back: a negative time is none.
      const lateMs = Math.max(0, nowMs - dueAtMs);
      const silentMs = timer === "heartbeat" ? this.#silence(nowMs) : null;
      this.apply({ type: "timer", timer, lateMs, silentMs });
    };
    this.#timers[timer] = { handle: this.#clock.setTimeout(fire, delayMs) };
  }

  /** Bytes that leave are a sign of life as good as a message. */
  #silence(nowMs: number): number | null {
    if (this.#performer.isDraining()) return 0;
    return this.#aliveAtMs === null ? null : Math.max(0, nowMs - this.#aliveAtMs);
  }

  #disarm(timer: TimerName): void {
    const armed = this.#timers[timer];
    if (!armed) return;
    this.#clock.clearTimeout(armed.handle);
    this.#timers[timer] = undefined;
  }
}
