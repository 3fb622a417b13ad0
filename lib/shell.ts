/**
 * The shell of the client: performs the effects of transitions and carries the data. All platform
 * quirks are handled here, and nothing is decided here; see `transition.ts` for the theory.
 *
 * @module
 */

import { type ClientEventTarget, deliver } from "./client_event_target.ts";
import { checkFarewell } from "./close_codes.ts";
import { ReconnectingWebSocketError, type ReconnectingWebSocketErrorCode } from "./errors.ts";
import { type ConnectionState, createEvent } from "./events.ts";
import { Inbox } from "./handshake.ts";
import type { ConnectContext, ProviderFunction } from "./options.ts";
import { Runner } from "./runner.ts";
import { byteLength, SendQueue, snapshot, toMessage, type WebSocketData } from "./send_queue.ts";
import type { Settings } from "./settings.ts";
import type { WebSocketLike } from "./sources.ts";
import type { Closure, Effect, Farewell, Verdict } from "./state.ts";
import { readProtocols, readUrl, redact } from "./target.ts";
import { ABNORMAL, connectionState, isOver } from "./transition.ts";
import { judge } from "./verdict.ts";

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

/** What belongs to one attempt, and is muted with it. */
interface Link {
  readonly epoch: number;
  readonly attempt: number;
  /** Made only where somebody gets its signal. */
  readonly controller: AbortController | undefined;
  /** What arrives before messages pass directly to the listeners. */
  readonly inbox: Inbox;
  isLive: boolean;
  protocols: readonly string[];
  socket?: WebSocketLike;
  /** The platform's error, if it told one. */
  cause?: unknown;
}

/** A failure before its verdict. */
interface Loss {
  readonly error: ReconnectingWebSocketErrorCode | null;
  readonly cause?: unknown;
  /** Trying again cannot help. */
  readonly isFinal?: boolean;
}

const NO_RETRY: Verdict = { retry: false, delayMs: 0, by: "policy", flaws: [] };

/** Connects a client's surface, its state and its sockets. */
export class Shell {
  readonly opened = deferred<void>();
  readonly closed = deferred<Ending>();
  readonly #target: ClientEventTarget;
  readonly #settings: Settings;
  readonly #runner: Runner;
  readonly #queue: SendQueue;
  /** Each unties the client from something around it. */
  readonly #releases: (() => void)[] = [];
  #link: Link | undefined;
  #url = "";
  #binaryType: BinaryType | undefined;
  /** The failure that the pending events are about. */
  #failure: ReconnectingWebSocketError | null = null;
  /** Whether the listeners of `open` are running: what they send overtakes the queue. */
  #isGreeting = false;

  constructor(target: ClientEventTarget, settings: Settings) {
    this.#target = target;
    this.#settings = settings;
    this.#queue = new SendQueue(settings.limits);
    const { config, sources, trace } = settings;
    this.#runner = new Runner(config, sources.clock, trace, (effect) => this.#perform(effect));
    if (typeof settings.url === "string") this.#url = settings.url;
    this.opened.promise.catch(() => {});
  }

  get connectionState(): ConnectionState {
    return connectionState(this.#runner.state);
  }

  get attempt(): number {
    return this.#runner.state.series.attempt;
  }

  get url(): string {
    return this.#url;
  }

  get socket(): WebSocketLike | undefined {
    return this.#link?.socket;
  }

  get bufferedAmount(): number {
    // QUIRK(workerd): bufferedAmount is undefined.
    return this.#queue.bytes + (this.socket?.bufferedAmount ?? 0);
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
    const { config, signal, sources: { connectivity, random } } = this.#settings;
    if (signal) {
      // First of all, as a provider may abort it while it is asked.
      const abort = (): void =>
        this.#runner.apply({ type: "close", error: "aborted", code: 1000, reason: "" });
      signal.addEventListener("abort", abort);
      this.#releases.push(() => signal.removeEventListener("abort", abort));
    }
    this.#runner.apply({ type: "start", config, aborted: !!signal?.aborted });
    this.#attempt("connectivity", () => {
      const release = connectivity?.subscribe((hint) =>
        this.#runner.apply({ type: "hint", hint, random: random() })
      );
      if (release) this.#releases.push(release);
    });
  }

  close(code?: number, reason?: string): void {
    this.#runner.apply({ type: "close", error: null, ...checkFarewell(code, reason) });
  }

  reconnect(code?: number, reason?: string): void {
    const farewell = checkFarewell(code, reason);
    if (isOver(this.#runner.state)) throw invalidState("reconnect as the client is over");
    this.#runner.apply({ type: "reconnect", ...farewell });
  }

  send(data: unknown): boolean {
    const message = toMessage(data);
    const { state } = this.#runner;
    if (isOver(state)) return false;
    const isOpen = state.phase === "open";
    // A socket that is closing already would take the message and lose it.
    if (isOpen && (this.#isGreeting || !this.#queue.size) && this.socket?.readyState === 1) {
      return this.#hand(message);
    }
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
    for (const data of evicted ?? [kept]) this.#drop(data, "queue-overflow");
    return !!evicted;
  }

  /** Gives a message to the socket. The platform may refuse it, which does not stop the others. */
  #hand(message: WebSocketData): boolean {
    try {
      this.socket?.send(message);
      return true;
    } catch (cause) {
      // A listener may hear of it later, and the caller may use its buffer again by then.
      this.#drop(snapshot(message), "send-failed", cause);
      return false;
    }
  }

  #drop(data: WebSocketData, code: ReconnectingWebSocketErrorCode, cause?: unknown): void {
    const error = new ReconnectingWebSocketError(code, this.attempt, cause);
    this.#runner.post(() => this.#target.dispatchEvent(createEvent("drop", { data, error })));
  }

  #flush(): void {
    while (this.socket?.readyState === 1 && this.#runner.state.phase === "open") {
      const entry = this.#queue.take();
      if (!entry) return;
      this.#hand(entry.message);
    }
  }

  #perform(effect: Effect): void {
    const link = this.#link;
    switch (effect.type) {
      case "resolve":
        return this.#resolve();
      case "dial":
        return link && this.#dial(link);
      case "handshake":
        return link && this.#shakeHands(link);
      case "flush":
        return this.#flush();
      case "deliver":
        return link && this.#deliver(link);
      case "probe":
        return this.#probe();
      case "lose":
        return link && this.#lose(link.epoch, { error: effect.error, cause: link.cause });
      case "settle": {
        const { epoch } = this.#runner.state;
        return queueMicrotask(() => this.#lose(epoch, { error: null }));
      }
      case "abandon":
        this.#link = undefined;
        return link && hangUp(link, effect);
      case "hangUp":
        return link && hangUp(link, effect);
      case "open":
        this.opened.resolve();
        this.#isGreeting = true;
        this.#tell(effect);
        this.#isGreeting = false;
        return;
      case "close":
        return this.#tellClose(effect);
      default:
        return this.#tell(effect);
    }
  }

  #resolve(): void {
    const { url, protocols, handshake } = this.#settings;
    const { epoch, series: { attempt } } = this.#runner.state;
    const asks = typeof url === "function" || typeof protocols === "function";
    const controller = asks || handshake ? new AbortController() : undefined;
    const inbox = new Inbox(this.#settings.limits);
    const link: Link = this.#link = {
      epoch,
      attempt,
      controller,
      inbox,
      isLive: false,
      protocols: [],
    };
    const resolved = (href: string, protocols: readonly string[]): void => {
      if (this.#link !== link) return;
      this.#url = href;
      link.protocols = protocols;
      this.#runner.apply({ type: "resolved", epoch, url: redact(href) });
    };
    if (typeof url !== "function" && typeof protocols !== "function") {
      return resolved(url, protocols);
    }
    const context: ConnectContext = { attempt, signal: (controller as AbortController).signal };
    Promise.all([ask(url, context), ask<unknown>(protocols, context)])
      .then(([url, protocols]) => resolved(readUrl(url, this.#url), readProtocols(protocols)))
      .catch((cause) => this.#loseIn("resolving", link, { error: "provider-failed", cause }));
  }

  #dial(link: Link): void {
    const { sources, url } = this.#settings;
    const { epoch } = link;
    let socket: WebSocketLike;
    try {
      socket = link.socket = new sources.WebSocket(this.#url, link.protocols);
    } catch (cause) {
      // What is thrown need not be an error.
      const name = (cause as { name?: unknown } | null | undefined)?.name;
      const isFinal = typeof url === "string" &&
        (name === "SyntaxError" || name === "SecurityError");
      queueMicrotask(() => this.#lose(epoch, { error: "connect-failed", cause, isFinal }));
      return;
    }
    if (this.#binaryType) socket.binaryType = this.#binaryType;
    // QUIRK(Node 24, 26): close() of a connecting socket fires both events before it returns, when
    // the socket is abandoned already.
    const listen = (type: string, listener: (event: never) => void): void =>
      socket.addEventListener(type, (event) => {
        if (this.#link === link) listener(event as never);
      });
    listen("open", () => this.#meet(link, socket.protocol));
    socket.addEventListener("message", (event) => this.#receive(link, event));
    listen("error", ({ error, message }: { error?: unknown; message?: unknown }) => {
      link.cause ??= error ?? message;
      this.#runner.apply({ type: "error", epoch });
    });
    listen("close", ({ code, reason, wasClean }: Closure) => {
      const { phase } = this.#runner.state;
      const error = phase === "connecting"
        ? "connect-failed"
        : phase === "handshaking"
        ? "handshake-failed"
        : wasClean
        ? null
        : "connection-lost";
      // QUIRK(Deno): the code of a connection that ended without a close frame is 0.
      this.#lose(epoch, { error, cause: link.cause }, { code: code || 1006, reason, wasClean });
    });
  }

  #meet({ epoch, protocols }: Link, protocol: string): void {
    if (protocol && protocols.length > 0 && !protocols.includes(protocol)) {
      // QUIRK(Deno, workerd): a subprotocol that was not asked for is accepted (RFC 6455 section 4.1: fail).
      const cause = new TypeError("The server chose a subprotocol that was not asked for");
      this.#lose(epoch, { error: "connect-failed", cause });
    } else this.#runner.apply({ type: "opened", epoch });
  }

  #shakeHands(link: Link): void {
    const { attempt, epoch, inbox, socket, controller } = link;
    const { handshake } = this.#settings;
    const run = async (): Promise<void> =>
      await handshake?.({
        attempt,
        protocol: socket?.protocol ?? "",
        signal: (controller as AbortController).signal,
        send: (data) => {
          const message = toMessage(data);
          const { state } = this.#runner;
          if (state.epoch !== epoch || state.phase !== "handshaking") {
            throw invalidState("send as the handshake is over");
          }
          socket?.send(message);
        },
        receive: () => inbox.receive(),
      });
    run().then(
      () => this.#runner.apply({ type: "ready", epoch }),
      (cause) => this.#loseIn("handshaking", link, { error: "handshake-failed", cause }),
    );
  }

  #receive(link: Link, event: { readonly data: unknown; readonly origin?: string }): void {
    if (!this.#carries(link)) return;
    const { data, origin = "" } = event;
    if (this.#settings.config.heartbeat) {
      this.#runner.heard();
      if (this.#attempt("isReply", () => this.#settings.isReply?.(data))) return;
      if (!this.#carries(link)) return;
    }
    if (!link.isLive) {
      if (link.inbox.put({ data, origin })) return;
      const cause = new ReconnectingWebSocketError("queue-overflow", link.attempt);
      this.#loseIn("handshaking", link, { error: "handshake-failed", cause });
    } else {
      const wasBusy = this.#runner.enter();
      this.#target[deliver](data, origin);
      this.#runner.leave(wasBusy);
    }
  }

  /** Whether messages of the link count: not once it is lost or closing, though platforms deliver some. */
  #carries({ epoch }: Link): boolean {
    const { state } = this.#runner;
    return state.epoch === epoch && (state.phase === "open" || state.phase === "handshaking");
  }

  #deliver(link: Link): void {
    link.inbox.close(invalidState("receive as the handshake is over"));
    while (this.#runner.state.phase === "open" && this.#runner.state.epoch === link.epoch) {
      const arrival = link.inbox.take();
      if (!arrival) break;
      this.#target[deliver](arrival.data, arrival.origin);
    }
    link.isLive = true;
  }

  #probe(): void {
    const { probe } = this.#settings;
    const { state } = this.#runner;
    this.#attempt("heartbeat.message", () => {
      const message = toMessage(typeof probe === "function" ? probe() : probe);
      // The function may have closed what it was to probe.
      if (this.#runner.state === state) this.socket?.send(message);
    });
  }

  /** As {@linkcode #lose}, for what only counts in one phase. */
  #loseIn(phase: "resolving" | "handshaking", link: Link, loss: Loss): void {
    if (this.#runner.state.phase === phase) this.#lose(link.epoch, loss);
  }

  /** Judges a failure and reports it to the core, unless it is not news. */
  #lose(epoch: number, { error, cause, isFinal }: Loss, closure: Closure = ABNORMAL): void {
    const { config, judges } = this.#settings;
    const { state } = this.#runner;
    const { phase, series } = state;
    if (epoch !== state.epoch || phase === "waiting" || phase === "closed") return;
    const failure = error && new ReconnectingWebSocketError(error, series.attempt, cause);
    const isJudged = phase !== "closing" && !isFinal;
    const verdict = isJudged
      ? judge(
        { attempt: series.attempt, ...closure, wasOpen: phase === "open", error: failure },
        series,
        config,
        judges,
      )
      : NO_RETRY;
    this.#failure = failure;
    this.#runner.apply({ type: "lost", epoch, error, verdict, ...closure });
  }

  #tellClose(effect: Effect & { readonly type: "close" }): void {
    const { code, reason, wasClean, willRetry } = effect;
    if (willRetry) return this.#tell(effect);
    for (const release of this.#releases) this.#attempt("release", release);
    const undelivered = this.#queue.drain();
    const error = this.#errorOf(effect.error);
    this.#tell(effect);
    this.opened.reject(error ?? new DOMException("Closed before it was open", "AbortError"));
    this.closed.resolve({ code, reason, wasClean, error, undelivered });
  }

  /** Dispatches the event of the effect's name, with its fields and the error object. */
  #tell({ type, ...fields }: Effect): void {
    const error = "error" in fields && { error: this.#errorOf(fields.error) };
    this.#target.dispatchEvent(createEvent(type, { ...fields, ...error }));
  }

  /** The error object of the failure being told; a wider one, such as `retry-limit`, is caused by it. */
  #errorOf(code: ReconnectingWebSocketErrorCode | null): ReconnectingWebSocketError | null {
    if (code === null) return null;
    if (this.#failure?.code !== code) {
      const cause = code === "aborted" ? this.#settings.signal?.reason : this.#failure;
      this.#failure = new ReconnectingWebSocketError(code, this.attempt, cause);
    }
    return this.#failure;
  }

  /** Calls what a user gave; its throw is traced and breaks nothing. */
  #attempt<T>(name: string, call: () => T): T | undefined {
    try {
      return call();
    } catch {
      // Not the error's text: it may hold a URL with a token.
      this.#runner.apply({ type: "fault", fault: `${name}: threw` });
      return undefined;
    }
  }
}

/** Closes the link's socket, politely; nobody waits for its end. */
function hangUp({ controller, inbox, socket }: Link, { code, reason }: Farewell): void {
  if (controller) {
    const gone = invalidState("go on as the attempt has ended");
    controller.abort(gone);
    inbox.close(gone);
  }
  try {
    code === undefined ? socket?.close() : socket?.close(code, reason);
  } catch {
    // QUIRK(mock-socket, ws): close() can throw; the socket is muted all the same.
  }
}

/** An async function, so that a throw is a rejection. */
async function ask<T>(provider: T | ProviderFunction<T>, context: ConnectContext): Promise<T> {
  return await (typeof provider === "function"
    ? (provider as ProviderFunction<T>)(context)
    : provider);
}

function invalidState(action: string): DOMException {
  return new DOMException(`Cannot ${action}`, "InvalidStateError");
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** QUIRK(Node 20): there is no Promise.withResolvers. */
function deferred<T>(): Deferred<T> {
  let settle: Omit<Deferred<T>, "promise"> | undefined;
  const promise = new Promise<T>((resolve, reject) => settle = { resolve, reject });
  return { promise, ...settle as Omit<Deferred<T>, "promise"> };
}
