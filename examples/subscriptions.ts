/**
 * Subscriptions: a server forgets them with the connection, so they are kept here and sent again in every
 * `open`, ahead of what was queued.
 */
import type { ReconnectingWebSocket } from "@holdfast/websocket";

export class Subscriptions {
  readonly #ws: ReconnectingWebSocket;
  readonly #topics = new Set<string>();

  constructor(ws: ReconnectingWebSocket) {
    this.#ws = ws;
    ws.addEventListener("open", () => {
      for (const topic of this.#topics) ws.send(`subscribe ${topic}`);
    });
  }

  add(topic: string): void {
    if (this.#topics.has(topic)) return;
    this.#topics.add(topic);
    // Not queued: `open` sends it, and nothing is sent twice.
    this.#ws.send(`subscribe ${topic}`, { queue: false });
  }

  delete(topic: string): void {
    if (!this.#topics.delete(topic)) return;
    this.#ws.send(`unsubscribe ${topic}`, { queue: false });
  }
}
