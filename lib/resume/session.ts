/**
 * The client's end of a session, which outlives connections: what was accepted and not confirmed,
 * what was handled, and the conversation that attaches it to a new connection. Sans-I/O: a
 * connection is a {@linkcode SessionLink}.
 *
 * @module
 */

import { snapshot as copyOf, toMessage, type WebSocketData } from "../bounded_queue.ts";
import type { Client } from "../client/client.ts";
import type { Outbox as ClientOutbox } from "../client/feature.ts";
import { type Deferred, deferred } from "../deferred.ts";
import type { SessionNote } from "../machine/state.ts";
import { isOver } from "../machine/step.ts";
import { domException } from "../platform.ts";
import type { Clock } from "../sources.ts";
import {
  ackFrame,
  controlFrame,
  type Frame,
  isMarked,
  isOfServer,
  type Lost,
  type Ok,
  parse,
  REQUEST,
  wrap,
} from "./frames.ts";
import { ACK_DELAY_MS, type Outbox } from "./half.ts";
import type { SessionLoss } from "./lost_event.ts";
import { begin, type Session, type Snapshot } from "./snapshot.ts";

/** A message event as it came from the socket. */
export interface Arrival {
  readonly data: unknown;
}

/** A connection, from the moment when it can carry frames, and what the session knows of it. */
export interface SessionLink {
  /** Whether `ok` came. */
  isUp: boolean;
  /** Bytes that the server takes unconfirmed. */
  window: number;
  /** How much was sent when an acknowledgement was last requested. */
  requestedAt: number;
  ackTimer: unknown;
  /** Writes a frame. */
  write(frame: WebSocketData): void;
  /** Dispatches an event to the client. */
  dispatch(type: string, event: unknown): void;
  /** The connection cannot carry the session. */
  fail(cause: unknown): void;
}

/** What a session needs. */
export interface SessionSettings {
  readonly clock: Pick<Clock, "setTimeout" | "clearTimeout">;
  /** The bound of what is not confirmed. */
  readonly maxUnackedBytes: number;
  readonly auth: (() => string | Promise<string>) | undefined;
  readonly snapshot: Snapshot | undefined;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** The data of a message that is only a sign of life; absent where those do not count. */
  readonly life: unknown;
}

interface Waiter extends Deferred<void> {
  readonly upTo: number;
}

/** More hellos after the one that was answered last are not kept: a frame has little room. */
const MAX_LATER = 31;

/** The sessions of one client, one after the other: where what it sends waits, in the place of its queue. */
export class ClientSession implements ClientOutbox {
  /** Whether the current connection went on with the session of an earlier one. */
  resumed = false;
  /** Set right after it is made: no connection carries anything before. */
  client: Client | undefined;
  readonly #settings: SessionSettings;
  #session: Session;
  #link: SessionLink | undefined;
  #waiters: Waiter[] = [];

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.#session = begin(settings.snapshot, settings.random());
  }

  /** Messages that the server has not confirmed. */
  get size(): number {
    return this.#session.outbox.size;
  }

  /** Bytes that are not confirmed. */
  get bytes(): number {
    return this.#session.outbox.bytes;
  }

  /** What a later client needs to go on. */
  get snapshot(): Snapshot {
    const { token, hellos, isNew, inlet: { rx }, outbox } = this.#session;
    return { token, hellos, isNew, rx, acked: outbox.acked, unacked: outbox.list() };
  }

  /** Accepts a message; false if too much is unconfirmed, or the client is over. */
  send(data: unknown): boolean {
    const { client } = this;
    const message = copyOf(toMessage(data));
    if (!client || isOver(client.state)) return false;
    const isKept = this.#session.outbox.accept(message, this.#settings.maxUnackedBytes);
    if (isKept) this.#pump();
    else client.dispatch({ type: "drop", data: message, error: "queue-overflow" }, null);
    return isKept;
  }

  /** Nothing can be taken back: a hole would break the order. */
  clear(): WebSocketData[] {
    return [];
  }

  /** The client is over: what is not confirmed, oldest first. */
  drain(): WebSocketData[] {
    this.#abandon("the client is over");
    return this.#session.outbox.list();
  }

  /** What waits leaves when the session is attached, before the client is open. */
  flush(): void {}

  /** Resolves when all that was accepted so far is confirmed; rejects when the session is lost. */
  confirmed(): Promise<void> {
    const { tx, size } = this.#session.outbox;
    if (size === 0) return Promise.resolve();
    const waiter: Waiter = { upTo: tx, ...deferred<void>() };
    // Who does not wait for it any more must not get an unhandled rejection.
    waiter.promise.catch(() => {});
    this.#waiters.push(waiter);
    if (this.client?.state.phase === "closed") this.drain();
    else this.#request();
    return waiter.promise;
  }

  /** Rejects who waits for confirmations that cannot come. */
  #abandon(reason: string): void {
    for (const { reject } of this.#waiters.splice(0)) {
      reject(domException(`Cannot confirm as ${reason}`, "AbortError"));
    }
  }

  /** A connection can carry frames; it takes the place of any before it. */
  attach(link: SessionLink): void {
    this.#detach();
    this.#link = link;
    this.#authenticate(link);
  }

  /** A connection has ended or is given up. */
  detach(link: SessionLink): void {
    if (this.#link === link) this.#detach();
  }

  /** The client lets a connection go; if it is over, the session ends, after a last acknowledgement. */
  leave(link: SessionLink): void {
    const { client } = this;
    if (this.#link === link && link.isUp && client && isOver(client.state)) {
      this.#ack(link);
      link.write(controlFrame({ t: "bye" }));
      this.#note({ event: "bye", unacked: this.#session.outbox.size });
    }
    this.detach(link);
  }

  /** Requests a sign of life. */
  probe(link: SessionLink): void {
    if (this.#link === link && link.isUp) link.write(REQUEST);
  }

  /** Hot path, once for each frame that comes. */
  receive(link: SessionLink, arrival: Arrival): void {
    if (this.#link !== link) return;
    const { data } = arrival;
    if (link.isUp && !isMarked(data)) return this.#deliver(link, arrival);
    const frame = parse(data, isOfServer);
    if (!link.isUp) this.#meet(link, frame);
    else if (frame.t === "data") this.#deliver(link, { ...arrival, data: frame.data });
    else this.#control(link, frame);
  }

  #detach(): void {
    this.#settings.clock.clearTimeout(this.#link?.ackTimer);
    this.#link = undefined;
  }

  #authenticate(link: SessionLink): void {
    const { auth } = this.#settings;
    if (!auth) return this.#hello(link);
    // In a promise, as a function that throws fails the attempt like one that rejects.
    new Promise<string>((resolve) => resolve(auth())).then(
      (answer) => this.#hello(link, `${answer}`),
      (cause) => this.#link === link && link.fail(cause),
    );
  }

  #hello(link: SessionLink, auth?: string): void {
    if (this.#link !== link) return;
    const session = this.#session;
    const { token, inlet, outbox, isNew, hellos } = session;
    // The first was served; the others only may have been.
    session.hellos = [...hellos, ++session.n].filter((_, i) => !i || i + MAX_LATER > hellos.length);
    const counters = {
      n: session.n,
      rx: inlet.rx,
      ack: outbox.acked,
      tx: outbox.everSent,
      new: isNew,
    };
    this.#note({ event: "hello", ...counters });
    const max = this.#settings.maxUnackedBytes;
    link.write(controlFrame({ t: "hello", v: 1, s: token, ...counters, was: hellos, max, auth }));
  }

  /** The answer to `hello`. */
  #meet(link: SessionLink, frame: Frame): void {
    if (frame.t === "ok") return this.#ok(link, frame);
    if (frame.t !== "lost") return this.#fail(link, `the server sent '${frame.t}'`);
    this.#lose(frame);
    // The listeners may have ended the client.
    if (this.#link === link) this.#authenticate(link);
  }

  #ok(link: SessionLink, { rx, max, new: begins }: Ok): void {
    const session = this.#session;
    const { outbox, inlet, isNew } = session;
    // A server is neither behind what it confirmed, nor ahead of what was ever sent; and it never
    // gives a fresh session to who goes on with one.
    const fits = rx >= outbox.acked && rx <= outbox.everSent && (isNew || !begins);
    if (!fits) return this.#end(link, { why: "gap" }, "the server's counters do not fit");
    session.isNew = false;
    session.hellos = session.hellos.slice(-1);
    this.resumed = !isNew;
    outbox.resume(rx);
    inlet.report();
    link.isUp = true;
    link.window = max;
    this.#note({ event: isNew ? "begun" : "resumed", rx });
    this.#settle();
    this.#pump();
    link.dispatch("open", { type: "open" });
  }

  #control(link: SessionLink, frame: Frame): void {
    const { life } = this.#settings;
    if (life) link.dispatch("message", { type: "message", data: life });
    if (this.#link !== link) return;
    const { outbox } = this.#session;
    switch (frame.t) {
      case "ack":
        if (!outbox.ack(frame.rx)) break;
        this.#settle();
        return this.#pump();
      case "request":
        return this.#ack(link, true);
      case "lost":
        return this.#end(link, frame, "it was lost");
      case "bye":
        // Its sender has acknowledged before: nothing is in doubt.
        return this.#end(link, { why: "ended", rx: outbox.acked }, "the server ended it");
    }
    this.#fail(link, `the server sent '${frame.t}'`);
  }

  #fail(link: SessionLink, reason: string): void {
    if (this.#link !== link) return;
    this.#note({ event: "broken", reason });
    link.fail(new Error(`Cannot go on with the session as ${reason}`));
  }

  #deliver(link: SessionLink, arrival: Arrival): void {
    // Counted before the listeners run, so that a snapshot or a farewell of theirs includes it.
    const isDue = this.#session.inlet.count(arrival.data);
    link.dispatch("message", arrival);
    if (this.#link !== link) return;
    if (isDue) this.#ack(link);
    else link.ackTimer ??= this.#settings.clock.setTimeout(() => this.#ack(link), ACK_DELAY_MS);
  }

  #ack(link: SessionLink, always = false): void {
    this.#settings.clock.clearTimeout(link.ackTimer);
    link.ackTimer = undefined;
    const { inlet } = this.#session;
    if (always || inlet.rx > inlet.reported) link.write(ackFrame(inlet.report()));
  }

  #pump(): void {
    const link = this.#link;
    if (!link?.isUp) return;
    const { outbox } = this.#session;
    // A write may fail and end the attachment.
    while (this.#link === link) {
      const data = outbox.next(link.window);
      if (data === undefined) break;
      link.write(wrap(data));
    }
    this.#request();
  }

  /** Requests an acknowledgement once everything that is waited for is on its way. */
  #request(): void {
    const link = this.#link;
    const upTo = this.#waiters.at(-1)?.upTo ?? 0;
    if (!link?.isUp || this.#session.outbox.sent < upTo || link.requestedAt >= upTo) return;
    link.requestedAt = upTo;
    link.write(REQUEST);
  }

  #settle({ acked }: Outbox = this.#session.outbox): void {
    while (this.#waiters[0] && this.#waiters[0].upTo <= acked) this.#waiters.shift()?.resolve();
  }

  /** The session is lost while it is attached. */
  #end(link: SessionLink, loss: Loss, reason: string): void {
    // What the listeners send is for the next session, and this connection carries none.
    link.isUp = false;
    this.#lose(loss);
    this.#fail(link, reason);
  }

  /** Begins another session, and gives back what was not confirmed. */
  #lose({ why, rx }: Loss): void {
    const { outbox } = this.#session;
    const isCertain = rx !== undefined && outbox.ack(rx, outbox.everSent);
    const isExact = isCertain || why !== "gap" && outbox.everSent === outbox.acked;
    const unacked = outbox.list();
    this.#session = begin();
    this.resumed = false;
    this.#note({ event: "lost", why, unacked: unacked.length, isExact });
    if (isCertain) this.#settle(outbox);
    this.#abandon("the session was lost");
    this.client?.dispatch({ type: "lost", why, unacked, isExact }, null);
  }

  /** For a trace. The token and what was thrown stay out of it. */
  #note(note: SessionNote): void {
    this.client?.apply({ type: "session", ...note });
  }
}

type Loss = Omit<Lost, "t" | "why"> & Pick<SessionLoss, "why">;
