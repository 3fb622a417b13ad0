/**
 * What is compared with: the platform's own WebSocket, at the same server, that sends the same
 * messages at the same moments. It has no second chance, as it knows of none.
 */

/** How a plain WebSocket fared. */
export interface PlainFindings {
  /** Messages given to `send()`. */
  readonly sent: number;
  /** Those that a server read. */
  readonly delivered: number;
  /** Milliseconds from the first fault to its `close` event. */
  readonly noticedAfterMs: number;
  /** Milliseconds from then to the end of the story: it stayed closed. */
  readonly downMs: number;
}

/** What its messages begin with, so that the servers can keep them apart. */
export const PLAIN = "plain ";

/** A plain WebSocket, and what became of it. */
export class PlainClient {
  readonly #socket: WebSocket;
  readonly opened: Promise<void>;
  #sent = 0;
  #closedAtMs: number | undefined;

  constructor(url: string) {
    const socket = this.#socket = new WebSocket(url);
    this.opened = new Promise((resolve, reject) => {
      socket.onopen = () => resolve();
      socket.onclose = () => {
        this.#closedAtMs = performance.now();
        reject(new Error("Cannot compare as the plain WebSocket must open"));
      };
    });
    // Whoever waits for it sees the rejection; after that a close is no news.
    this.opened.catch(() => {});
  }

  /** Sends as an application would that does not look at the state: nothing is said when it fails. */
  send(message: number): void {
    this.#sent++;
    this.#socket.send(`${PLAIN}${message}`);
  }

  close(): void {
    this.#socket.close();
  }

  findings(firstFaultAtMs: number, delivered: number): PlainFindings {
    const closedAtMs = this.#closedAtMs ?? Infinity;
    return {
      sent: this.#sent,
      delivered,
      noticedAfterMs: closedAtMs - firstFaultAtMs,
      downMs: performance.now() - closedAtMs,
    };
  }
}
