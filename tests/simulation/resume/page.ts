/**
 * The client's page: it sends, it is reloaded or copied, and it notes what it sees.
 *
 * @module
 */

import { ResumableWebSocket, type Snapshot } from "../../../lib/resume/mod.ts";
import type { Event } from "./history.ts";
import type { Network } from "./network.ts";

/** What all pages of a run share. */
export interface PageSetting {
  readonly network: Network;
  readonly record: (event: Event) => void;
  /** The next message of a client. */
  readonly nextMessage: () => number;
}

/** A page, and the pages that follow it when it is reloaded. */
export class Page {
  readonly #setting: PageSetting;
  readonly #tab: string;
  #client: ResumableWebSocket;
  /** Whether its client is over by itself. */
  isOver = false;

  /** @param session What another page goes on with at the same time. */
  constructor(setting: PageSetting, tab: string, session?: Snapshot) {
    this.#setting = setting;
    this.#tab = tab;
    if (session) {
      const unacked = session.unacked.map(Number);
      setting.record({ type: "copied", session: session.token, tab, unacked });
    }
    this.#client = this.#open(session);
    this.#tick();
  }

  /** The session that the client is in. */
  get session(): string {
    return this.#client.snapshot().token;
  }

  /** What it would leave in its storage. */
  get snapshot(): Snapshot {
    return this.#client.snapshot();
  }

  /** What keeps it from being at rest: nothing, if all is confirmed, or all that is not is given back. */
  get unrest(): string | undefined {
    const { readyState, state, bufferedAmount } = this.#client;
    if (this.isOver) return undefined;
    if (readyState !== 1) return `not open at the end, but ${state}`;
    return bufferedAmount > 0 ? `${bufferedAmount} B not confirmed` : undefined;
  }

  close(): void {
    this.#client.close();
  }

  /** Leaves the page; the next one goes on with the session, or does not. */
  reload(keepsSnapshot: boolean): void {
    const { world } = this.#setting.network;
    const old = this.#client;
    if (this.isOver) return;
    const snapshot = old.snapshot();
    if (!keepsSnapshot) this.#record({ type: "forgotten", session: snapshot.token });
    this.#isGone.add(old);
    this.#setting.network.cutAll();
    // Of the old page nothing is left; this is how it is taken out of the simulation.
    old.close();
    world.later(
      () => this.#client = this.#open(keepsSnapshot ? snapshot : undefined),
      world.random() * 100,
    );
  }

  readonly #isGone = new WeakSet<ResumableWebSocket>();

  #record(event: Event): void {
    this.#setting.record({ ...event, tab: this.#tab } as Event);
  }

  #open(session: Snapshot | undefined): ResumableWebSocket {
    const { network, network: { world } } = this.#setting;
    const client = new ResumableWebSocket("ws://localhost/", {
      ...(session && { session }),
      backoff: () => 1 + world.random() * 40,
      maxDelayMs: 60,
      stableAfterMs: 50,
      connectTimeoutMs: 1_500,
      sources: {
        WebSocket: network.WebSocket,
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
    void client.closed.then(({ undelivered }) => {
      if (this.#isGone.has(client)) return;
      this.isOver = true;
      this.#record({ type: "over", session: token, unacked: undelivered.map(Number) });
    });
    return client;
  }

  #tick(): void {
    const { world } = this.#setting.network;
    if (world.isCalm || this.isOver) return;
    for (let count = world.below(4); count > 0; count--) this.#send();
    world.later(() => this.#tick(), world.random() * 40);
  }

  #send(): void {
    if (this.#isGone.has(this.#client)) return;
    const { session } = this;
    // Whatever is refused leaves a number out: no harm, as a number is only a name.
    const message = this.#setting.nextMessage();
    if (this.#client.send(`${message}`)) this.#record({ type: "accepted", session, message });
  }
}
