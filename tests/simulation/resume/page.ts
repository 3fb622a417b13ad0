/**
 * The client's page: it sends, it is reloaded, and it notes what it sees.
 *
 * @module
 */

import { ResumableWebSocket, type Snapshot } from "../../../lib/resume/mod.ts";
import type { Event } from "./history.ts";
import type { Network } from "./network.ts";

/** A page, and the pages that follow it when it is reloaded. */
export class Page {
  readonly #network: Network;
  readonly #record: (event: Event) => void;
  #client: ResumableWebSocket;
  #messages = 0;

  constructor(network: Network, record: (event: Event) => void) {
    this.#network = network;
    this.#record = record;
    this.#client = this.#open(undefined);
    this.#tick();
  }

  get client(): ResumableWebSocket {
    return this.#client;
  }

  /** The session that the client is in. */
  get session(): string {
    return this.#client.snapshot().token;
  }

  /** Leaves the page; the next one goes on with the session, or does not. */
  reload(keepsSnapshot: boolean): void {
    const { world } = this.#network;
    const old = this.#client;
    const snapshot = old.snapshot();
    if (!keepsSnapshot) this.#record({ type: "forgotten", session: snapshot.token });
    this.#isGone.add(old);
    this.#network.cutAll();
    // Of the old page nothing is left; this is how it is taken out of the simulation.
    old.close();
    world.later(
      () => this.#client = this.#open(keepsSnapshot ? snapshot : undefined),
      world.random() * 100,
    );
  }

  readonly #isGone = new WeakSet<ResumableWebSocket>();

  #open(session: Snapshot | undefined): ResumableWebSocket {
    const { world } = this.#network;
    const client = new ResumableWebSocket("ws://localhost/", {
      ...(session && { session }),
      backoff: () => 1 + world.random() * 40,
      maxDelayMs: 60,
      stableAfterMs: 50,
      connectTimeoutMs: 1_500,
      sources: {
        WebSocket: this.#network.WebSocket,
        clock: world.clock,
        random: world.random,
        connectivity: null,
      },
    });
    let { token } = client.snapshot();
    client.addEventListener("message", ({ data }) => {
      if (this.#isGone.has(client)) return;
      this.#record({ type: "got", session: token, message: Number(data) });
    });
    client.addEventListener("lost", ({ why, unacked, isExact }) => {
      if (this.#isGone.has(client)) return;
      const given = unacked.map(Number);
      this.#record({ type: "lost", session: token, why, unacked: given, isExact });
      token = client.snapshot().token;
    });
    return client;
  }

  #tick(): void {
    const { world } = this.#network;
    if (world.isCalm) return;
    for (let count = world.below(4); count > 0; count--) this.#send();
    world.later(() => this.#tick(), world.random() * 40);
  }

  #send(): void {
    if (this.#isGone.has(this.#client)) return;
    const { session } = this;
    const message = this.#messages;
    // Noted before, as nothing may be handled that was not accepted; and taken back if it was refused.
    if (this.#client.send(`${message}`)) {
      this.#messages++;
      this.#record({ type: "accepted", session, message });
    }
  }
}
