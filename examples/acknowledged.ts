/**
 * A sender whose messages are acknowledged, with any server that keeps the last number of each sender: what was
 * not acknowledged is sent again on the next connection, in order. So each message is handled at least once,
 * and exactly once where the server drops the numbers that it has had. A page that is closed forgets them:
 * `@holdfast/websocket/resume` does all of it, in both directions.
 */
import type { ReconnectingWebSocket } from "@holdfast/websocket";

export class AcknowledgedSender {
  readonly #ws: ReconnectingWebSocket;
  readonly #unacknowledged = new Map<number, string>();
  readonly #maxMessages: number;
  #lastId = 0;
  /** Whether the connection has what was sent before: listeners of other events may send first. */
  #isCaughtUp: boolean;

  /** The server answers `ack N` when it has handled number N and all before. */
  constructor(ws: ReconnectingWebSocket, maxMessages = 1_000) {
    this.#ws = ws;
    this.#maxMessages = maxMessages;
    this.#isCaughtUp = ws.state === "open";
    ws.addEventListener("open", () => {
      for (const message of this.#unacknowledged.values()) ws.send(message);
      this.#isCaughtUp = true;
    });
    ws.addEventListener("close", () => this.#isCaughtUp = false);
    ws.addEventListener("message", ({ data }) => {
      const [, ack] = /^ack (\d+)$/.exec(data) ?? [];
      if (ack === undefined) return;
      for (const id of this.#unacknowledged.keys()) {
        if (id <= Number(ack)) this.#unacknowledged.delete(id);
      }
    });
  }

  get unacknowledged(): number {
    return this.#unacknowledged.size;
  }

  /** False if too many wait: what is kept here has a bound, too. */
  send(data: unknown): boolean {
    if (this.#unacknowledged.size >= this.#maxMessages) return false;
    const id = ++this.#lastId;
    const message = JSON.stringify({ id, data });
    this.#unacknowledged.set(id, message);
    // Not queued: `open` sends it.
    if (this.#isCaughtUp) this.#ws.send(message, { queue: false });
    return true;
  }
}
