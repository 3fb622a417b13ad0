/**
 * What is behind a client's surface: performs the effects of the machine, carries the data, dispatches the
 * events. Nothing is decided here; see `lib/machine/transition.ts` for the theory of operation.
 *
 * @module
 */

import type { WebSocketData } from "../bounded_queue.ts";
import { type Arrival, Attempt, type AttemptOwner, type Loss } from "../connection/attempt.ts";
import { type Deferred, deferred } from "../deferred.ts";
import {
  invalidState,
  PendingError,
  type ReconnectingWebSocketError,
  type ReconnectingWebSocketErrorCode,
} from "../errors.ts";
import type { Flights } from "../features/provider.ts";
import type { Status } from "../features/status.ts";
import type { SendOptions } from "../features/queue.ts";
import type { CloseArguments, CloseEffect, Effect, Input, Phase, State } from "../machine/state.ts";
import { ABNORMAL, isOver, lossOf } from "../machine/step.ts";
import { domException, soon } from "../platform.ts";
import type { WebSocketLike } from "../sources.ts";
import { Driver, isEvent, type Performer } from "./driver.ts";
import { createEvent, dispatchMessage, type EventProperties, reportError } from "./events.ts";
import { guard, type HookOwner, noteFault, reportFault } from "./faults.ts";
import type { Listeners, Moment, Outbox, Parts } from "./feature.ts";
import { NO_RETRY, plainVerdict, slowest } from "./verdict.ts";

const NONE: readonly never[] = [];

/** Where nothing can be lost. */
const IDLE: readonly Phase[] = ["waiting", "paused", "closed"];

/** How a client ended. */
export interface Ending {
  /** The close code; 1006 if no close handshake completed. */
  readonly code: number;
  /** The close reason. */
  readonly reason: string;
  /** Whether the close handshake completed. */
  readonly wasClean: boolean;
  /** Why the client ended, unless by its user's `close()`. */
  readonly error: ReconnectingWebSocketError | null;
  /** Messages accepted but never handed to a socket, oldest first. */
  readonly undelivered: readonly WebSocketData[];
}

/** An event to come. */
interface PendingEvent extends EventProperties {
  readonly error?: ReconnectingWebSocketErrorCode | PendingError | null;
}

/** Connects a client's surface, its state and its sockets. */
export class Client implements AttemptOwner, HookOwner, Performer {
  readonly target: EventTarget;
  readonly parts: Parts;
  readonly driver: Driver;
  /** Replaced by a session (`./resume`). */
  outbox: Outbox | undefined;
  readonly listeners: Listeners | undefined;
  current: Attempt | undefined;
  url: string;
  #binaryType: BinaryType | undefined;
  /** Whether the listeners of `open` are running: what they send overtakes the queue. */
  isOpening = false;
  reported: readonly string[] = NONE;
  /** What providers are called for, one call at a time. */
  flights: Flights | undefined;
  /** When the last attempt began that a hint brought forward. */
  earlyAtMs: number | null = null;
  /** When the next attempt begins; null unless waiting. */
  retryAtMs: number | null = null;
  /** What happened last; null once open. */
  failure: PendingError | null = null;
  /** How many connections were open. */
  connection = 0;
  /** The status as it was given out last. */
  shownStatus: Status | undefined;
  /** Why the client is `aborted`, unless by its signal. */
  #abortCause: unknown;
  /** Bytes that the last socket left unsent. */
  #unsentBytes = 0;
  /** Each ends what connects the client with something around it. */
  #releases: readonly (() => void)[] = NONE;
  /** Made when needed: most clients are used by their events alone. */
  #opened: Deferred<void> | undefined;
  #closed: Deferred<Ending> | undefined;

  constructor(target: EventTarget, parts: Parts) {
    this.target = target;
    this.parts = parts;
    this.url = parts.url;
    this.driver = new Driver(parts, this);
    this.outbox = parts.doors.outbox?.(this);
    this.listeners = parts.doors.listeners?.(target);
  }

  get state(): State {
    return this.driver.state;
  }

  get hasProvider(): boolean {
    const { resolve, url } = this.parts.doors;
    return !!resolve && url === undefined;
  }

  get socket(): WebSocketLike | undefined {
    return this.current?.socket;
  }

  /** The socket, if it takes messages: one that is closing already would lose them. */
  get ready(): WebSocketLike | undefined {
    const { socket } = this;
    return this.state.phase === "open" && socket?.readyState === 1 ? socket : undefined;
  }

  get bufferedAmount(): number {
    // QUIRK(workerd): bufferedAmount is undefined.
    return (this.outbox?.bytes ?? 0) + (this.socket?.bufferedAmount ?? this.#unsentBytes);
  }

  get binaryType(): BinaryType {
    return this.#binaryType ?? (this.socket?.binaryType as BinaryType | undefined) ?? "blob";
  }
  set binaryType(type: BinaryType) {
    // QUIRK(Node 24): the platform's setter answers an invalid value with "blob" instead of ignoring it.
    if (type !== "blob" && type !== "arraybuffer") return;
    this.#binaryType = type;
    if (this.socket) this.socket.binaryType = type;
  }

  get opened(): Promise<void> {
    if (!this.#opened) {
      this.#opened = deferred();
      this.#opened.promise.catch(() => {});
      if (this.state.opened) this.#opened.resolve();
    }
    return this.#opened.promise;
  }

  get closed(): Promise<Ending> {
    return (this.#closed ??= deferred()).promise;
  }

  start(paused: boolean): void {
    const { config, doors } = this.parts;
    const { signal, listenToNetwork, listenToSignal } = doors;
    // First of all, as a provider may abort it while it is called.
    const release = listenToSignal?.(this);
    if (release) this.#releases = [release];
    this.apply({ type: "start", config, aborted: !!signal?.aborted, paused });
    guard(this, "connectivity", () => {
      const release = listenToNetwork?.(this);
      if (release) this.#releases = this.#releases.concat(release);
    });
  }

  apply(input: Input, failure: PendingError | null = null): void {
    this.driver.apply(input, failure);
  }

  pause(call: CloseArguments): void {
    this.#checkLife("pause");
    this.apply({ type: "pause", ...call });
  }

  resume(): void {
    this.#checkLife("resume");
    this.apply({ type: "resume" });
  }

  #checkLife(action: string): void {
    if (isOver(this.state)) throw invalidState(`${action} as the client is over`);
  }

  reconnect(call: CloseArguments): void {
    this.#checkLife("reconnect");
    this.apply({ type: "reconnect", again: this.driver.isLate, ...call });
  }

  send(data: unknown, options?: SendOptions): boolean {
    if (this.outbox) return this.outbox.send(data, options);
    const { ready, state } = this;
    if (state.phase !== "open" && !isOver(state)) throw notOpen();
    ready?.send(data);
    return !!ready;
  }

  /** Milliseconds since then, or null. */
  sinceMs(atMs: number | null | undefined): number | null {
    return typeof atMs === "number" ? Math.max(0, this.parts.clock.now() - atMs) : null;
  }

  perform(effect: Effect, failure: PendingError | null): void {
    const { current, parts: { doors } } = this;
    switch (effect.type) {
      case "resolve":
        return this.#resolve(effect.early);
      case "dial":
        return current && this.#dial(current);
      case "deliver":
        return current && this.#deliver(current);
      case "handshake":
      case "flush":
      case "probe":
      case "hint":
        return doors[effect.type]?.(this, current as Attempt, effect as never);
      case "lose":
        return current && this.lose(current, { error: effect.error, cause: current.cause });
      case "settle":
        return soon(() => this.#settle());
      case "abandon":
        this.#unsentBytes = this.socket?.bufferedAmount ?? this.#unsentBytes;
        this.current = undefined;
        if (isOver(this.state) || this.state.phase === "paused") doors.giveUp?.(this);
        current?.hangUp(effect);
        if (effect.silent) current?.terminate();
        return;
      case "hangUp":
        return current?.hangUp(effect);
      case "open":
        this.isOpening = true;
        this.reported = NONE;
        this.#opened?.resolve();
        this.dispatch(effect, failure);
        this.isOpening = false;
        return;
      case "close":
        if (this.state.phase === "closed") return this.#end(effect, failure);
        if (!effect.willRetry) this.#rejectOpened(effect, failure);
    }
    this.dispatch(effect, failure);
  }

  #resolve(isEarly: boolean): void {
    const { clock, doors: { resolve }, protocols, url } = this.parts;
    if (isEarly) this.earlyAtMs = clock.now();
    const attempt = this.current = new Attempt(this);
    resolve ? resolve(this, attempt) : this.resolved(attempt, url, protocols);
  }

  /** A provider of an abandoned attempt may still answer. */
  resolved(attempt: Attempt, url: string, protocols: readonly string[]): void {
    if (this.current !== attempt) return;
    this.url = url;
    attempt.protocols = protocols;
    // Only a trace looks at it.
    const traced = this.parts.doors.redact?.(url) ?? "";
    this.apply({ type: "resolved", epoch: attempt.epoch, url: traced });
  }

  #dial(attempt: Attempt): void {
    const { clock, doors: { dialed }, WebSocket } = this.parts;
    this.#unsentBytes = 0;
    attempt.dialedAtMs = clock.now();
    attempt.dial(WebSocket, this.url);
    const { socket } = attempt;
    if (!socket) return;
    dialed?.(this, attempt);
    // After that: the constructor of a subclass may set it, too.
    if (this.#binaryType) socket.binaryType = this.#binaryType;
  }

  /** Hot path, once per incoming message: what features do is kept out, so that it stays small enough to inline. */
  receive(attempt: Attempt, event: Arrival): void {
    if (!this.carries(attempt)) return;
    const { data, origin = "" } = event;
    const { doors } = this.parts;
    if (doors.takes && doors.takes(this, attempt, data)) return;
    if (attempt.isLive) {
      const wasBusy = this.driver.enter();
      this.#message(data, origin);
      this.driver.leave(wasBusy);
    } else if (doors.keep) doors.keep(this, attempt, { data, origin });
    else (attempt.early ??= []).push({ data, origin });
  }

  #message(data: unknown, origin: string): void {
    if (this.listeners) this.listeners.deliver(data, origin);
    else dispatchMessage(this.target, data, origin);
  }

  /** Whether messages of an attempt count: not once it is lost or closing, though platforms deliver some. */
  carries({ epoch }: Attempt): boolean {
    const { state } = this.driver;
    return state.epoch === epoch && (state.phase === "open" || state.phase === "handshaking");
  }

  #deliver(attempt: Attempt): void {
    const { inbox } = attempt;
    for (
      let arrival;
      this.carries(attempt) && (arrival = inbox?.take() ?? attempt.early?.shift());
    ) {
      this.#message(arrival.data, arrival.origin ?? "");
    }
    attempt.isLive = true;
  }

  noteAlive(attempt: Attempt): void {
    if (this.current === attempt) this.driver.noteAlive();
  }

  isDraining(): boolean {
    const { current, parts: { doors: { isDraining } } } = this;
    return !!current && !!isDraining?.(current);
  }

  noteStep(moment: Moment): (() => void) | undefined {
    try {
      if (!this.parts.doors.note?.(this, moment)) return;
    } catch {
      // A clock that throws: what arms the timer notices it, too.
    }
    return () => this.dispatch({ type: "statuschange" }, null);
  }

  report(hook: string, error: unknown): void {
    reportFault(this, hook, error);
  }

  /** Where an effect was to lead to an input, its failure is one. */
  failed(effect: Effect | null, error: unknown): void {
    noteFault(this, effect?.type ?? "drop", error);
    if (!effect || isEvent(effect)) return;
    const { epoch, phase } = this.state;
    if (isOver(this.state)) return this.#settle();
    if (phase !== "waiting") return this.lose({ epoch }, { cause: error });
    // Without timers nothing can be waited for.
    this.#abortCause = error;
    this.apply({ type: "close", error: "aborted" });
  }

  /** Judges a failure and reports it to the machine, unless it was reported already. */
  lose({ epoch }: Pick<Attempt, "epoch">, loss: Loss): void {
    const { parts, state } = this;
    const { phase, series } = state;
    if (epoch !== state.epoch || IDLE.includes(phase)) return;
    if (loss.phase && loss.phase !== phase) return;
    const { cause, decision, isFinal, closure = ABNORMAL } = loss;
    const { error = lossOf(state, closure.wasClean) } = loss;
    const failure = error && new PendingError(error, series.attempt, cause);
    const given = {
      closure,
      series,
      failure,
      decision,
      wasOpen: phase === "open",
      isAwaited: () => this.state.epoch === epoch && !isOver(this.state),
    };
    const judge = isFinal || phase === "closing" ? undefined : parts.doors.judge ?? plainVerdict;
    const verdict = judge
      // Where a policy throws that nothing checks, the state must not wait for its answer.
      ? guard(this, "backoff", () => judge(given, this)) ?? slowest(parts.config)
      : NO_RETRY;
    this.apply({ type: "lost", epoch, error, verdict, ...closure }, failure);
  }

  /** There was nothing to wait for. */
  #settle(): void {
    const { epoch } = this.state;
    this.apply({ type: "lost", epoch, error: null, verdict: NO_RETRY, ...ABNORMAL });
  }

  /** Dispatches an event with the error object in the place of its code. */
  dispatch(fields: PendingEvent, failure: PendingError | null): void {
    const { listeners, target } = this;
    // Events and errors made for nothing would be most of the price of an attempt.
    if (listeners && !listeners.has(fields.type)) return;
    try {
      const { error } = fields;
      const named = this.named(error ?? null, failure);
      target.dispatchEvent(
        createEvent(error === undefined ? fields : { ...fields, error: named && named.error }),
      );
    } catch (error) {
      // QUIRK(workerd): what a listener throws comes out of dispatchEvent.
      reportError(error);
    }
  }

  /** The failure of that name; a wider one, such as `retry-limit`, is caused by the one that happened. */
  named(
    code: ReconnectingWebSocketErrorCode | PendingError | null,
    failure: PendingError | null,
  ): PendingError | null {
    if (typeof code !== "string") return code;
    if (failure?.code === code) return failure;
    const cause = this.#abortCause ?? this.parts.doors.signal?.reason;
    return failure?.as(code) ?? new PendingError(code, this.state.series.attempt, cause);
  }

  /** The client gave up, though `resume()` may go on. */
  #rejectOpened({ error }: CloseEffect, failure: PendingError | null): void {
    const named = this.named(error, failure);
    if (!named) return;
    this.#opened?.reject(named.error);
    // Who looks after that waits for what `resume()` brings.
    this.#opened = undefined;
  }

  /** The last event, and the promises. */
  #end(effect: CloseEffect, failure: PendingError | null): void {
    const { code, reason, wasClean } = effect;
    for (const release of this.#releases) guard(this, "release", release);
    const undelivered = this.outbox?.drain() ?? [];
    const named = this.named(effect.error, failure);
    const error = named && named.error;
    this.dispatch({ ...effect, error: named }, failure);
    if (!this.state.opened) {
      void this.opened;
      this.#opened?.reject(error ?? domException("Closed before it was open", "AbortError"));
    }
    this.#closed ??= deferred();
    this.#closed.resolve({ code, reason, wasClean, error, undelivered });
  }
}

/** The error of a `send()` that nothing keeps. */
export function notOpen(): DOMException {
  return invalidState("send as there is no connection and no queue");
}
