/**
 * When a server confirms what its handlers are done with: together with a commit, and only what is
 * committed.
 *
 * @module
 */

import { ackFrame } from "../frames.ts";
import { ACK, Inlet } from "../half.ts";
import type { ServerSources } from "./options.ts";

/** The confirmations of one session. */
export class Confirmations {
  readonly #inlet: Inlet;
  readonly #clock: ServerSources["clock"];
  readonly #onDue: () => void;
  /** Whether the next commit confirms: never, if it says something new, always. */
  #due: "no" | "news" | "always" = "no";
  /** One is due when so many are handled. */
  #at = Infinity;
  #timer: unknown;

  /** @param onDue Called when it is time for a commit that confirms. */
  constructor(rx: number, clock: ServerSources["clock"], onDue: () => void) {
    this.#inlet = new Inlet(rx);
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Messages handled since the session began. */
  get rx(): number {
    return this.#inlet.rx;
  }

  /** Counts a handled message; true if it is time to commit and confirm. */
  count(data: unknown): boolean {
    const isDue = this.#inlet.count(data) || this.#inlet.rx >= this.#at;
    if (!isDue) return false;
    this.#at = Infinity;
    if (this.#due === "no") this.#due = "news";
    return true;
  }

  /** The peer requests one: at once, as it may be a heartbeat, and again when what came before is handled. */
  request(waiting: number): void {
    this.#due = "always";
    if (waiting > 0) this.#at = this.#inlet.rx + waiting;
    this.#onDue();
  }

  /** The count that a hello is answered with. */
  report(): number {
    return this.#inlet.report();
  }

  /** The frame to send when `rx` messages are committed, if there is one. */
  committed(rx: number): string | undefined {
    const due = this.#due;
    this.#due = "no";
    if (due === "always" || due === "news" && rx > this.#inlet.reported) {
      return ackFrame(this.#inlet.report(rx));
    }
    return undefined;
  }

  /** Sees to it that a commit comes soon. */
  arm(): void {
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#due === "no" && this.#inlet.rx > this.#inlet.reported) this.#due = "news";
      this.#onDue();
    }, ACK.delayMs);
  }

  /** No client is attached. */
  clear(): void {
    this.#due = "no";
    this.#at = Infinity;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
