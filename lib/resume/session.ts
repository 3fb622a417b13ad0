/**
 * The client's end of a session, which outlives connections: what was accepted and not confirmed,
 * what was handled, and the conversation that attaches it to a new connection. Sans-I/O: a
 * connection is a {@linkcode SessionLink}.
 *
 * @module
 */

import { byteLength, type WebSocketData } from "../bounded_queue.ts";
import { type Deferred, deferred } from "../deferred.ts";
import { domException, missing } from "../platform.ts";
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
import { ACK, Inlet, Outbox } from "./half.ts";
import type { SessionLoss } from "./lost_event.ts";
import type { Snapshot } from "./snapshot.ts";

/** A message event as it came from the socket. */
export interface Arrival {
  readonly data: unknown;
}

/** What a connection does for the session that is attached to it. */
export interface SessionLink {
  /** Writes a frame. */
  write(frame: WebSocketData): void;
  /** The session is attached: the application may know of the connection. */
  open(): void;
  /** A message for the application. */
  deliver(arrival: Arrival): void;
  /** A frame came that is no message. */
  noteLife(): void;
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
  /** A session is lost; another one has begun already. */
  readonly onLost: (loss: SessionLoss) => void;
}

/** One session, replaced as a whole when it is lost. */
interface Session {
  readonly token: string;
  /** The last hello. */
  n: number;
  /** The hellos that may be the last one that the server has served. */
  hellos: readonly number[];
  /** Whether the server has not confirmed yet that there is such a session. */
  isNew: boolean;
  readonly outbox: Outbox;
  readonly inlet: Inlet;
}

/** Two clients hardly draw the same lead; and a count takes two million of them. */
const MAX_LEAD = 2 ** 32;

/** More without an answer are not kept: a hello has little room. */
const MAX_HELLOS = 32;

/** A connection, from the moment when it can carry frames. */
interface Attachment {
  readonly link: SessionLink;
  /** Whether `ok` came. */
  isUp: boolean;
  /** Bytes that the server takes unconfirmed. */
  window: number;
  /** How much was sent when an acknowledgement was last requested. */
  requestedAt: number;
  ackTimer: unknown;
}

interface Waiter extends Deferred<void> {
  readonly upTo: number;
}

/** The sessions of one client, one after the other. */
export class ClientSession {
  /** Whether the current connection went on with the session of an earlier one. */
  resumed = false;
  readonly #settings: SessionSettings;
  #session: Session;
  #attachment: Attachment | undefined;
  #waiters: Waiter[] = [];

  constructor(settings: SessionSettings) {
    this.#settings = settings;
    this.#session = settings.snapshot ? restore(settings.snapshot, settings.random()) : begin();
  }

  /** Bytes that are not confirmed. */
  get bytes(): number {
    return this.#session.outbox.bytes;
  }

  /** What is not confirmed, oldest first. */
  get unacked(): readonly WebSocketData[] {
    return this.#session.outbox.list();
  }

  /** What a later client needs to go on. */
  get snapshot(): Snapshot {
    const { token, hellos, isNew, inlet: { rx }, outbox: { acked } } = this.#session;
    return { token, hellos, isNew, rx, acked, unacked: this.unacked };
  }

  /** Accepts a message; false if too much is unconfirmed. */
  send(data: WebSocketData): boolean {
    const { outbox } = this.#session;
    const bytes = byteLength(data);
    if (!outbox.fits(bytes, this.#settings.maxUnackedBytes)) return false;
    outbox.add(data, bytes);
    this.#pump();
    return true;
  }

  /** Resolves when all that was accepted so far is confirmed; rejects when the session is lost. */
  confirmed(): Promise<void> {
    const { tx, size } = this.#session.outbox;
    if (size === 0) return Promise.resolve();
    const waiter: Waiter = { upTo: tx, ...deferred<void>() };
    // Who does not wait for it any more must not get an unhandled rejection.
    waiter.promise.catch(() => {});
    this.#waiters.push(waiter);
    this.#requestFor(waiter);
    return waiter.promise;
  }

  /** Rejects who waits for confirmations that cannot come. */
  abandon(reason: string): void {
    const error = domException(`Cannot confirm as ${reason}`, "AbortError");
    for (const { reject } of this.#waiters.splice(0)) reject(error);
  }

  /** A connection can carry frames; it takes the place of any before it. */
  attach(link: SessionLink): void {
    this.#detach();
    this.#attachment = { link, isUp: false, window: 0, requestedAt: 0, ackTimer: undefined };
    this.#authenticate(this.#attachment);
  }

  /** A connection has ended or is given up. */
  detach(link: SessionLink): void {
    if (this.#attachment?.link === link) this.#detach();
  }

  /** Says that the session ends, after a last acknowledgement. */
  bye(link: SessionLink): void {
    if (this.#attachment?.link !== link || !this.#attachment.isUp) return;
    this.#ack();
    link.write(controlFrame({ t: "bye" }));
  }

  /** Requests a sign of life. */
  request(link: SessionLink): void {
    if (this.#attachment?.link === link && this.#attachment.isUp) link.write(REQUEST);
  }

  /** Hot path, once for each frame that comes. */
  receive(link: SessionLink, arrival: Arrival): void {
    const at = this.#attachment;
    if (at?.link !== link) return;
    const { data } = arrival;
    if (at.isUp && !isMarked(data)) return this.#deliver(at, arrival);
    const frame = parse(data, isOfServer);
    if (!at.isUp) this.#meet(at, frame);
    else if (frame.t === "data") this.#deliver(at, { ...arrival, data: frame.data });
    else this.#control(at, frame);
  }

  #detach(): void {
    this.#settings.clock.clearTimeout(this.#attachment?.ackTimer);
    this.#attachment = undefined;
  }

  #authenticate(at: Attachment): void {
    const { auth } = this.#settings;
    if (!auth) return this.#hello(at, undefined);
    // In a promise, as a function that throws fails the attempt like one that rejects.
    new Promise<string>((resolve) => resolve(auth())).then(
      (answer) => this.#hello(at, answer),
      (cause) => this.#fail(at, cause),
    );
  }

  #hello(at: Attachment, auth: string | undefined): void {
    if (this.#attachment !== at) return;
    const session = this.#session;
    const { token, inlet, outbox, isNew, hellos } = session;
    session.hellos = [...hellos, ++session.n].slice(-MAX_HELLOS);
    at.link.write(controlFrame({
      t: "hello",
      v: 1,
      s: token,
      n: session.n,
      was: hellos,
      rx: inlet.rx,
      ack: outbox.acked,
      tx: outbox.everSent,
      new: isNew,
      max: this.#settings.maxUnackedBytes,
      ...(auth !== undefined && { auth: `${auth}` }),
    }));
  }

  /** The answer to `hello`. */
  #meet(at: Attachment, frame: Frame): void {
    if (frame.t === "ok") return this.#ok(at, frame);
    if (frame.t !== "lost") return this.#fail(at, broken(`the server sent '${frame.t}'`));
    this.#lose(frame);
    // The listeners may have ended the client.
    if (this.#attachment === at) this.#authenticate(at);
  }

  #ok(at: Attachment, { rx, max, new: begins }: Ok): void {
    const session = this.#session;
    const { outbox, inlet, isNew } = session;
    // A server is neither behind what it confirmed, nor ahead of what was ever sent; and it never
    // gives a fresh session to who goes on with one.
    const fits = rx >= outbox.acked && rx <= outbox.everSent && (isNew || !begins);
    if (!fits) {
      this.#lose({ t: "lost", why: "gap" });
      return this.#fail(at, broken("the server's counters do not fit"));
    }
    session.isNew = false;
    session.hellos = session.hellos.slice(-1);
    this.resumed = !isNew;
    outbox.ack(rx);
    outbox.rewind();
    inlet.report();
    at.isUp = true;
    at.window = max;
    this.#settle();
    this.#pump();
    at.link.open();
  }

  #control(at: Attachment, frame: Frame): void {
    at.link.noteLife();
    if (this.#attachment !== at) return;
    const { outbox } = this.#session;
    switch (frame.t) {
      case "ack":
        if (frame.rx > outbox.sent || !outbox.ack(frame.rx)) break;
        this.#settle();
        return this.#pump();
      case "request":
        return this.#ack(true);
      case "lost":
        this.#lose(frame);
        return this.#fail(at, broken("it was lost"));
      case "bye":
        // Its sender has acknowledged before: nothing is in doubt.
        this.#lose({ t: "lost", why: "ended", rx: outbox.acked });
        return this.#fail(at, broken("the server ended it"));
    }
    this.#fail(at, broken(`the server sent '${frame.t}'`));
  }

  #fail(at: Attachment, cause: unknown): void {
    if (this.#attachment === at) at.link.fail(cause);
  }

  #deliver(at: Attachment, arrival: Arrival): void {
    // Counted before the listeners run, so that a snapshot or a farewell of theirs includes it.
    const isDue = this.#session.inlet.count(arrival.data);
    at.link.deliver(arrival);
    if (this.#attachment !== at) return;
    if (isDue) this.#ack();
    else at.ackTimer ??= this.#settings.clock.setTimeout(() => this.#ack(), ACK.delayMs);
  }

  #ack(always = false): void {
    const at = this.#attachment;
    if (!at) return;
    this.#settings.clock.clearTimeout(at.ackTimer);
    at.ackTimer = undefined;
    const { inlet } = this.#session;
    if (always || inlet.rx > inlet.reported) at.link.write(ackFrame(inlet.report()));
  }

  #pump(): void {
    const at = this.#attachment;
    if (!at?.isUp) return;
    const { outbox } = this.#session;
    // A write may fail and end the attachment.
    while (this.#attachment === at) {
      const data = outbox.next(at.window);
      if (data === undefined) break;
      at.link.write(wrap(data));
    }
    const last = this.#waiters.at(-1);
    if (last) this.#requestFor(last);
  }

  /** Requests an acknowledgement once everything that is waited for is on its way. */
  #requestFor({ upTo }: Waiter): void {
    const at = this.#attachment;
    if (!at?.isUp || this.#session.outbox.sent < upTo || at.requestedAt >= upTo) return;
    at.requestedAt = upTo;
    at.link.write(REQUEST);
  }

  #settle({ acked }: Outbox = this.#session.outbox): void {
    while (this.#waiters[0] && this.#waiters[0].upTo <= acked) this.#waiters.shift()?.resolve();
  }

  /** Begins another session, and gives back what was not confirmed. */
  #lose({ why, rx }: Omit<Lost, "why"> & Pick<SessionLoss, "why">): void {
    const { outbox } = this.#session;
    const isCertain = rx !== undefined && rx <= outbox.everSent && outbox.ack(rx);
    const isExact = isCertain || why !== "gap" && outbox.everSent === outbox.acked;
    this.#session = begin();
    this.resumed = false;
    if (isCertain) this.#settle(outbox);
    this.abandon("the session was lost");
    this.#settings.onLost({ why, unacked: outbox.list(), isExact });
  }
}

function begin(): Session {
  return {
    token: makeToken(),
    n: 0,
    hellos: [],
    isNew: true,
    outbox: new Outbox(),
    inlet: new Inlet(),
  };
}

/**
 * Several clients may go on with one snapshot, against the rules: so no two of them say the same hello, and
 * each of them may have sent what is not confirmed.
 */
function restore({ token, hellos, isNew, rx, acked, unacked }: Snapshot, chance: number): Session {
  const outbox = new Outbox(acked, unacked, acked + unacked.length);
  const n = (hellos.at(-1) ?? 0) + Math.floor(chance * MAX_LEAD);
  return { token, n, hellos, isNew, outbox, inlet: new Inlet(rx) };
}

/** 128 bits that cannot be guessed: who knows the token of a session is half its owner. */
function makeToken(): string {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (!crypto?.getRandomValues) throw missing("crypto.getRandomValues, which sessions need");
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function broken(reason: string): Error {
  return new Error(`Cannot go on with the session as ${reason}`);
}
