/**
 * Subscriptions: a server forgets them with the connection, so they are kept here and sent again in every
 * `open`, ahead of what was queued.
 */
import type { ReconnectingWebSocket } from "@holdfast/websocket";

export class Subscriptions {
  readonly #ws: ReconnectingWebSocket;
  readonly #topics = new Set<string>();
  /** Whether the server knows the topics: listeners that come before may add some. */
  #areSent: boolean;

  constructor(ws: ReconnectingWebSocket) {
    this.#ws = ws;
    this.#areSent = ws.state === "open";
    ws.addEventListener("open", () => {
      for (const topic of this.#topics) ws.send(`subscribe ${topic}`);
      this.#areSent = true;
    });
    ws.addEventListener("close", () => this.#areSent = false);
  }

  add(topic: string): void {
    if (this.#topics.has(topic)) return;
    this.#topics.add(topic);
    this.#send(`subscribe ${topic}`);
  }

  delete(topic: string): void {
    if (!this.#topics.delete(topic)) return;
    this.#send(`unsubscribe ${topic}`);
  }

  #send(message: string): void {
    // Not queued: `open` sends what there is, and nothing is sent twice.
    if (this.#areSent) this.#ws.send(message, { queue: false });
  }
}
