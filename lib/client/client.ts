/**
 * The shell of the client: performs the effects of transitions, carries the data and calls the user.
 * Nothing is decided here; see `transition.ts` for the theory of operation.
 *
 * @module
 */

import { Announcer } from "./announcer.ts";
import { type ClientEventTarget, deliver } from "./event_target.ts";
import { checkFarewell } from "../machine/close_codes.ts";
import {
  invalidState,
  PendingError,
  ReconnectingWebSocketError,
  type ReconnectingWebSocketErrorCode,
} from "../errors.ts";
import type { ConnectionState } from "./events.ts";
import { Faults } from "../features/faults.ts";
import { Link, type LinkClient, type Loss, type MessageLike } from "../connection/attempt.ts";
import { soon } from "../platform.ts";
import { SingleFlight } from "../features/providers.ts";
import { isEvent, type Performer, Runner } from "./driver.ts";
import {
  byteLength,
  SendQueue,
  snapshot,
  toMessage,
  type WebSocketData,
} from "../bounded_queue.ts";
import type { Settings } from "./settings.ts";
import type { ConnectivityHint, WebSocketLike } from "../sources.ts";
import type { CloseEffect, Effect, Input, State, Verdict } from "../machine/state.ts";
import { ABNORMAL, connectionState, isOver, lossOf } from "../machine/step.ts";
import { redact } from "../connection/url.ts";
import { draw, judge } from "../features/retry.ts";

const NONE: readonly never[] = [];

const NO_RETRY: Verdict = { retry: false, delayMs: 0, by: "policy", flaws: [] };

/** Connects a client's surface, its state and its sockets. */
export class Shell implements LinkClient, Performer {
  readonly announcer: Announcer;
  readonly #target: ClientEventTarget;
  readonly #settings: Settings;
  readonly #runner: Runner;
  readonly #queue: SendQueue;
  /** Each unties the client from something around it. */
  #releases: readonly (() => void)[] = NONE;
  readonly urls: SingleFlight<unknown> | undefined;
  readonly protocols: SingleFlight<unknown> | undefined;
  #link: Link | undefined;
  #url = "";
  #binaryType: BinaryType | undefined;
  /** Bytes that the last socket left unsent. */
  #unsentBytes = 0;
  /** Whether the listeners of `open` are running: what they send overtakes the queue. */
  #isOpening = false;
  /** When the last attempt began that a hint brought forward. */
  #earlyAtMs: number | null = null;
  readonly #faults: Faults = new Faults((fault) => this.apply({ type: "fault", fault }));

  constructor(target: ClientEventTarget, settings: Settings) {
    this.#target = target;
    this.announcer = new Announcer(target, this, settings.signal);
    this.#settings = settings;
    this.#queue = new SendQueue(settings.limits);
    const { config, sources: { clock }, trace, url, protocols } = settings;
    this.#runner = new Runner(config, clock, trace, this);
    if (typeof url === "string") this.#url = url;
    this.urls = this.#provider(url);
    this.protocols = this.#provider(protocols);
  }

  /** Only a function is called for its answer. */
  #provider(given: Settings["url" | "protocols"]): SingleFlight<unknown> | undefined {
    if (typeof given !== "function") return undefined;
    const { config, sources: { clock } } = this.#settings;
    return new SingleFlight<unknown>(given, {
      clock,
      limitMs: 2 * config.connectTimeoutMs,
      onTimeout: () => this.apply({ type: "fault", fault: "provider: no answer" }),
    });
  }

  get state(): State {
    return this.#runner.state;
  }

  get connectionState(): ConnectionState {
    return connectionState(this.state);
  }

  get attempt(): number {
    return this.state.series.attempt;
  }

  get url(): string {
    return this.#url;
  }

  get socket(): WebSocketLike | undefined {
    return this.#link?.socket;
  }

  get bufferedAmount(): number {
    // QUIRK(workerd): bufferedAmount is undefined.
    return this.#queue.bytes + (this.socket?.bufferedAmount ?? this.#unsentBytes);
  }

  get latencyMs(): number | null {
    return this.#link?.latencyMs ?? null;
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

  start(): void {
    const { config, signal, sources: { connectivity } } = this.#settings;
    if (signal) {
      // First of all, as a provider may abort it while it is asked.
      const abort = (): void =>
        this.apply({ type: "close", error: "aborted", code: 1000, reason: "" });
      signal.addEventListener("abort", abort);
      this.#releases = [() => signal.removeEventListener("abort", abort)];
    }
    this.apply({ type: "start", config, aborted: !!signal?.aborted });
    this.#faults.attempt("connectivity", () => {
      const release = connectivity?.subscribe((hint) => this.#hint(hint));
      if (release) this.#releases = this.#releases.concat(release);
    });
  }

  apply(input: Input): void {
    this.#runner.apply(input);
  }

  /** A hint, with the times and the draw that decide what follows. */
  #hint(hint: ConnectivityHint): void {
    const { random } = this.#settings.sources;
    this.apply({
      type: "hint",
      hint,
      random: draw(() => this.#faults.attempt("random", random)),
      dialMs: this.#sinceMs(this.#link?.dialedAtMs),
      earlyMs: this.#sinceMs(this.#earlyAtMs),
    });
  }

  #sinceMs(atMs: number | null | undefined): number | null {
    if (typeof atMs !== "number") return null;
    return Math.max(0, this.#settings.sources.clock.now() - atMs);
  }

  holds(link: Link): boolean {
    return this.#link === link;
  }

  close(code?: number, reason?: string): void {
    this.apply({ type: "close", error: null, ...checkFarewell(code, reason) });
  }

  reconnect(code?: number, reason?: string): void {
    const farewell = checkFarewell(code, reason);
    if (isOver(this.state)) throw invalidState("reconnect as the client is over");
    this.apply({ type: "reconnect", again: this.#runner.isLate, ...farewell });
  }

  send(data: unknown): boolean {
    const message = toMessage(data);
    const { state } = this.#runner;
    const isOpen = state.phase === "open";
    if (isOpen && (!this.#queue.size || this.#isOpening)) {
      const { socket } = this;
      // A socket that is closing already would take the message and lose it.
      if (socket?.readyState === 1) return this.#hand(message, socket);
    }
    if (isOver(state)) return false;
    if (this.#settings.queues) return this.#enqueue(message);
    if (isOpen) return false;
    throw invalidState("send as there is no connection and no queue");
  }

  #enqueue(message: WebSocketData): boolean {
    const kept = snapshot(message);
    const evicted = this.#queue.add(kept, byteLength(kept));
    if (!evicted && this.#settings.limits.overflow === "throw") {
      throw new ReconnectingWebSocketError("queue-overflow", this.attempt);
    }
    this.#drop(evicted ?? [kept], "queue-overflow");
    return !!evicted;
  }

  /** Gives a message to the socket. The platform may refuse it, which does not stop the others. */
  #hand(message: WebSocketData, socket: WebSocketLike): boolean {
    try {
      socket.send(message);
      return true;
    } catch (cause) {
      // The event may come later, and the caller may use its buffer again by then.
      this.#drop([snapshot(message)], "send-failed", cause);
      return false;
    }
  }

  /** Dispatches all in one go: nothing that a listener does comes in between. */
  #drop(
    messages: readonly WebSocketData[],
    code: ReconnectingWebSocketErrorCode,
    cause?: unknown,
  ): void {
    if (messages.length === 0) return;
    const error = new PendingError(code, this.attempt, cause);
    this.#runner.post(() => {
      for (const data of messages) this.announcer.tell({ type: "drop", data, error });
    });
  }

  #flush(): void {
    while (this.state.phase === "open") {
      const { socket } = this;
      const message = socket?.readyState === 1 ? this.#queue.take() : undefined;
      if (!socket || message === undefined) return;
      this.#hand(message, socket);
    }
  }

  perform(effect: Effect): void {
    const link = this.#link;
    switch (effect.type) {
      case "resolve":
        if (effect.early) this.#earlyAtMs = this.#settings.sources.clock.now();
        this.#link = new Link(this, this.#settings);
        return this.#link.resolve();
      case "dial":
        this.#unsentBytes = 0;
        link?.dial();
        // After that: the constructor of a subclass may set it, too.
        if (link?.socket && this.#binaryType) link.socket.binaryType = this.#binaryType;
        return;
      case "handshake":
        return void link?.shakeHands();
      case "flush":
        return this.#flush();
      case "deliver":
        return link && this.#deliver(link);
      case "probe":
        return link && this.#probe(link);
      case "hint":
        return this.#hint(effect.hint);
      case "lose":
        return link && this.lose(link, { error: effect.error, cause: link.cause });
      case "settle":
        return soon(() => this.#settle());
      case "abandon":
        this.#unsentBytes = link?.socket?.bufferedAmount ?? this.#unsentBytes;
        this.#link = undefined;
        if (isOver(this.state)) this.#cancelProviders();
        link?.hangUp(effect);
        if (effect.silent) link?.terminate();
        return;
      case "hangUp":
        return link?.hangUp(effect);
      case "open":
        this.#isOpening = true;
        this.#faults.reset();
        this.announcer.tell(effect);
        this.#isOpening = false;
        return;
      case "close":
        return this.#close(effect);
      default:
        return this.announcer.tell(effect);
    }
  }

  /** Where an effect was to lead to an input, its failure is one. */
  failed(effect: Effect | null, error: unknown): void {
    this.#faults.note(effect?.type ?? "drop", error);
    if (!effect || isEvent(effect)) return;
    const { epoch, phase } = this.state;
    if (isOver(this.state)) return this.#settle();
    if (phase !== "waiting") return this.lose({ epoch }, { cause: error });
    // Without timers nothing can be waited for.
    this.announcer.failure = new PendingError("aborted", this.attempt, error);
    this.apply({ type: "close", error: "aborted" });
  }

  #cancelProviders(): void {
    const reason = invalidState("use the answer as the client is over");
    for (const provider of [this.urls, this.protocols]) provider?.cancel(reason);
  }

  /** A provider of an abandoned attempt may still answer. */
  resolved(link: Link, url: string): void {
    if (!this.holds(link)) return;
    this.#url = url;
    // Only a trace looks at it.
    const traced = this.#settings.trace ? redact(url) : "";
    this.apply({ type: "resolved", epoch: link.epoch, url: traced });
  }

  /** Hot path, once per incoming message: heartbeat and handshake work is kept out, so that it stays small enough to inline. */
  receive(link: Link, event: MessageLike): void {
    if (!this.#carries(link)) return;
    const { data, origin = "" } = event;
    if (this.#settings.config.heartbeat && this.#isTaken(link, data)) return;
    if (link.isLive) {
      const wasBusy = this.#runner.enter();
      deliver(this.#target, data, origin);
      this.#runner.leave(wasBusy);
    } else if (!link.keep({ data, origin })) {
      const cause = new ReconnectingWebSocketError("queue-overflow", this.attempt);
      this.lose(link, { cause, phase: "handshaking" });
    }
  }

  noteAlive(link: Link): void {
    if (this.holds(link)) this.#runner.noteAlive();
  }

  isDraining(): boolean {
    return !!this.#link?.isDraining();
  }

  /** Whether a sign of life is no more than that, or the end of the connection. */
  #isTaken(link: Link, data: unknown): boolean {
    this.#runner.noteAlive();
    const { epoch, silences } = this.state;
    if (silences) this.apply({ type: "alive", epoch });
    const isReply = !!this.#faults.attempt("isReply", () => this.#settings.isReply?.(data));
    if (isReply && link.probedAtMs !== null) {
      link.latencyMs = this.#sinceMs(link.probedAtMs);
      link.probedAtMs = null;
    }
    return isReply || !this.#carries(link);
  }

  /** Whether messages of the link count: not once it is lost or closing, though platforms deliver some. */
  #carries({ epoch }: Link): boolean {
    const { state } = this.#runner;
    return state.epoch === epoch && (state.phase === "open" || state.phase === "handshaking");
  }

  #deliver(link: Link): void {
    // Only a handshake can receive; a DOMException with its stack costs much to make and to keep.
    if (this.#settings.handshake) {
      link.inbox?.close(invalidState("receive as the handshake is over"));
    }
    while (this.state.phase === "open" && this.state.epoch === link.epoch) {
      const arrival = link.inbox?.take();
      if (!arrival) break;
      deliver(this.#target, arrival.data, arrival.origin);
    }
    link.isLive = true;
  }

  #probe(link: Link): void {
    const { probe } = this.#settings;
    const { state } = this.#runner;
    this.#faults.attempt("heartbeat.message", () => {
      const message = toMessage(typeof probe === "function" ? probe() : probe);
      // The function may have closed what it was to probe.
      if (this.state !== state) return;
      this.socket?.send(message);
      link.probedAtMs = this.#settings.sources.clock.now();
    });
  }

  /** Judges a failure and reports it to the core, unless it was reported already. */
  lose({ epoch }: Pick<Link, "epoch">, loss: Loss): void {
    const settings = this.#settings;
    const { state } = this;
    const { phase, series } = state;
    if (epoch !== state.epoch || phase === "waiting" || phase === "closed") return;
    if (loss.phase && loss.phase !== phase) return;
    const { cause, decision, isFinal, closure = ABNORMAL } = loss;
    const { error = lossOf(state, closure.wasClean) } = loss;
    const { attempt } = series;
    const failure = error && new PendingError(error, attempt, cause);
    const verdict = isFinal || phase === "closing" ? NO_RETRY : judge(
      {
        failure: {
          attempt,
          ...closure,
          wasOpen: phase === "open",
          error: settings.shouldRetry && failure ? failure.error : null,
        },
        series,
        decision,
        isAwaited: () => this.state.epoch === epoch && !isOver(this.state),
        report: (hook, error) => this.report(hook, error),
      },
      settings.config,
      settings,
    );
    this.announcer.failure = failure;
    this.apply({ type: "lost", epoch, error, verdict, ...closure });
  }

  #close(effect: CloseEffect): void {
    if (effect.willRetry) return this.announcer.tell(effect);
    for (const release of this.#releases) this.#faults.attempt("release", release);
    this.announcer.end(effect, this.#queue.drain());
  }

  /** There was nothing to wait for. */
  #settle(): void {
    const { epoch } = this.state;
    this.apply({ type: "lost", epoch, error: null, verdict: NO_RETRY, ...ABNORMAL });
  }

  report(hook: string, error: unknown): void {
    this.#faults.report(hook, error);
  }
}
