/**
 * One connection of a server, from its first frame to its end.
 *
 * @module
 */

import { controlFrame, type Hello, isOfClient, parse } from "../frames.ts";
import { LATER, NO_HELLO, PROTOCOL_ERROR } from "./close_codes.ts";
import type { LiveSession } from "./live_session.ts";
import type { ServerSettings, Transport } from "./options.ts";
import type { Grave } from "./session_store.ts";

/** What an adapter feeds. */
export interface ServerConnection {
  /** A message came: text as a string, anything else as its bytes. */
  receive(data: unknown): void;
  /** The connection has ended. */
  closed(): void;
}

/** Finds the session of a hello: attaches it to the connection, or says there why not. */
export type Opener<User> = (hello: Hello, connection: Connection<User>) => Promise<void>;

type Phase<User> = "hello" | "opening" | LiveSession<User> | "over";

type ConnectionSettings = Pick<
  ServerSettings<never, never>,
  "helloTimeoutMs" | "openTimeoutMs" | "onError" | "clock"
>;

/** The phases of a connection, each with its deadline. */
export class Connection<User> implements ServerConnection, Transport {
  readonly #transport: Transport;
  readonly #open: Opener<User>;
  readonly #settings: ConnectionSettings;
  #phase: Phase<User> = "hello";
  #timer: unknown;

  constructor(transport: Transport, open: Opener<User>, settings: ConnectionSettings) {
    this.#transport = transport;
    this.#open = open;
    this.#settings = settings;
    this.#awaitHello();
  }

  receive(data: unknown): void {
    const phase = this.#phase;
    if (phase === "over") return;
    if (typeof phase === "object") {
      if (!phase.receive(data)) this.#violate();
      return;
    }
    const frame = parse(data, isOfClient);
    if (phase === "opening" || frame.t !== "hello") return this.#violate();
    this.#enter("opening", this.#settings.openTimeoutMs, LATER, "not ready");
    this.#open(frame, this).catch((error) => this.#fail(error));
  }

  closed(): void {
    this.#end();
  }

  /** Writes a frame of the session. One that is missing would make each that follows count as another. */
  send(frame: Parameters<Transport["send"]>[0]): void {
    try {
      this.#transport.send(frame);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the connection; its session waits for another. */
  close(code: number, reason: string): void {
    if (!this.#end()) return;
    try {
      this.#transport.close(code, reason);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#settings.onError(error);
    this.close(LATER, "not ready");
  }

  /** Whether it waits for its session. */
  get isWaiting(): boolean {
    return this.#phase === "opening";
  }

  /** Goes on with a session. */
  attach(session: LiveSession<User>, hello: Hello, begins: boolean): void {
    this.#settings.clock.clearTimeout(this.#timer);
    this.#phase = session;
    session.attach(this, hello, begins);
  }

  /** There is no such session: the client says hello for another. */
  lose({ why, rx }: Omit<Grave, "n">): void {
    if (!this.isWaiting) return;
    this.#awaitHello();
    this.send(controlFrame({ t: "lost", why, rx }));
  }

  #violate(): void {
    this.close(PROTOCOL_ERROR, "protocol error");
  }

  #end(): boolean {
    const phase = this.#phase;
    this.#phase = "over";
    this.#settings.clock.clearTimeout(this.#timer);
    if (typeof phase === "object") phase.detach();
    return phase !== "over";
  }

  #enter(phase: Phase<User>, limitMs: number, code: number, reason: string): void {
    const { clock } = this.#settings;
    clock.clearTimeout(this.#timer);
    this.#phase = phase;
    this.#timer = clock.setTimeout(() => this.close(code, reason), limitMs);
  }

  #awaitHello(): void {
    this.#enter("hello", this.#settings.helloTimeoutMs, NO_HELLO, "no hello");
  }
}
