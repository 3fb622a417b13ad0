/**
 * One connection of a server, from its first frame to its end.
 *
 * @module
 */

import { controlFrame, type Hello, isOfClient, parse } from "../frames.ts";
import { CODES } from "./close_codes.ts";
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

/** Why a connection gets no session. */
export type Refusal =
  | { readonly type: "close"; readonly code: number; readonly reason: string }
  | { readonly type: "lost"; readonly grave: Omit<Grave, "n"> };

/** Where sessions come from. */
export interface Opener<User> {
  readonly isShut: boolean;
  /** Finds the session of a hello and calls `attach` with it, or says why not. */
  open(hello: Hello, opening: Opening<User>): Promise<Refusal | undefined>;
}

/** A connection that waits for its session. */
export interface Opening<User> {
  /** Whether it still waits. */
  isWanted(): boolean;
  attach(session: LiveSession<User>, begins: boolean): void;
}

type Phase<User> =
  | { readonly name: "hello" }
  | { readonly name: "opening" }
  | { readonly name: "live"; readonly session: LiveSession<User> }
  | { readonly name: "over" };

type ConnectionSettings = Pick<
  ServerSettings<never, never>,
  "helloTimeoutMs" | "openTimeoutMs" | "onError" | "sources"
>;

/** The phases of a connection, each with its deadline. */
export class Connection<User> implements ServerConnection, Transport {
  readonly #transport: Transport;
  readonly #opener: Opener<User>;
  readonly #settings: ConnectionSettings;
  #phase: Phase<User> = { name: "hello" };
  #timer: unknown;

  constructor(
    transport: Transport,
    opener: Opener<User>,
    settings: ConnectionSettings,
  ) {
    this.#transport = transport;
    this.#opener = opener;
    this.#settings = settings;
    this.#awaitHello();
  }

  receive(data: unknown): void {
    const phase = this.#phase;
    switch (phase.name) {
      case "live":
        if (!phase.session.receive(data)) this.#violate();
        return;
      case "hello": {
        const frame = parse(data, isOfClient);
        if (frame.t !== "hello") return this.#violate();
        if (this.#opener.isShut) return this.close(CODES.moved, "going away");
        return this.#open(frame);
      }
      case "opening":
        return this.#violate();
      case "over":
        return;
    }
  }

  closed(): void {
    this.#end();
  }

  /** Writes a frame of the session. */
  send(frame: Parameters<Transport["send"]>[0]): void {
    this.#transport.send(frame);
  }

  /** Ends the connection; its session waits for another. */
  close(code: number, reason: string): void {
    if (this.#end()) this.#transport.close(code, reason);
  }

  #violate(): void {
    this.close(CODES.protocolError, "protocol error");
  }

  #end(): boolean {
    const phase = this.#phase;
    if (phase.name === "over") return false;
    this.#phase = { name: "over" };
    this.#settings.sources.clock.clearTimeout(this.#timer);
    if (phase.name === "live") phase.session.detach(this);
    return true;
  }

  #enter(phase: Phase<User>, limitMs: number, code: number, reason: string): void {
    const { clock } = this.#settings.sources;
    clock.clearTimeout(this.#timer);
    this.#phase = phase;
    this.#timer = clock.setTimeout(() => this.close(code, reason), limitMs);
  }

  #awaitHello(): void {
    this.#enter({ name: "hello" }, this.#settings.helloTimeoutMs, CODES.noHello, "no hello");
  }

  #open(hello: Hello): void {
    this.#enter({ name: "opening" }, this.#settings.openTimeoutMs, CODES.later, "not ready");
    this.#opener.open(hello, {
      isWanted: () => this.#phase.name === "opening",
      attach: (session, begins) => {
        this.#settings.sources.clock.clearTimeout(this.#timer);
        this.#phase = { name: "live", session };
        session.attach(this, hello, begins);
      },
    }).then(
      (refusal) => refusal && this.#refuse(refusal),
      (error) => {
        this.#settings.onError(error);
        this.close(CODES.later, "not ready");
      },
    );
  }

  #refuse(refusal: Refusal): void {
    if (refusal.type === "close") return this.close(refusal.code, refusal.reason);
    if (this.#phase.name !== "opening") return;
    this.#awaitHello();
    const { why, rx } = refusal.grave;
    this.#transport.send(controlFrame({ t: "lost", why, ...(rx !== undefined && { rx }) }));
  }
}
