/**
 * When a server confirms what its handlers are done with: together with a commit, and only what is
 * committed.
 *
 * @module
 */

import { ackFrame } from "../frames.ts";
import { ACK_DELAY_MS, Inlet } from "../half.ts";
import type { GroupCommit } from "./group_commit.ts";
import type { ServerSources } from "./options.ts";

/** The confirmations of one session. */
export class Confirmations extends Inlet {
  readonly #clock: ServerSources["clock"];
  readonly #commit: GroupCommit;
  /** Whether the next commit confirms: never, if it says something new, always. */
  #due: "no" | "news" | "always" = "no";
  /** One is due when so many are handled. */
  #at = Infinity;
  /** How many handled messages the store knows of. */
  #stored: number;
  #timer: unknown;

  constructor(rx: number, clock: ServerSources["clock"], commit: GroupCommit) {
    super(rx);
    this.#stored = rx;
    this.#clock = clock;
    this.#commit = commit;
  }

  /** Whether something that was handled is not stored. */
  get isDirty(): boolean {
    return this.rx > this.#stored;
  }

  /** Counts a handled message; true if it is time to commit and confirm. */
  override count(data: unknown): boolean {
    const isDue = super.count(data);
    if (isDue && this.#due === "no") this.#due = "news";
    return isDue;
  }

  /** Whether all that a request waits for is handled, and not confirmed. */
  get isRequested(): boolean {
    return this.rx >= this.#at;
  }

  /** The peer requests one: at once, as it may be a heartbeat, and again when what came before is handled. */
  request(waiting: number): void {
    this.#due = "always";
    this.#at = this.rx + waiting;
    this.#commit.schedule();
  }

  /** The frame to send when `rx` messages are committed, if there is one. */
  committed(rx: number): string | undefined {
    const due = this.#due;
    const isRequested = rx >= this.#at;
    this.#due = "no";
    this.#stored = rx;
    if (isRequested) this.#at = Infinity;
    if (due === "always" || (isRequested || due === "news") && rx > this.reported) {
      return ackFrame(this.report(rx));
    }
    return undefined;
  }

  /** Sees to it that a commit comes: soon, or now. */
  arm(isUrgent = false): void {
    if (isUrgent) return this.#commit.schedule();
    this.#timer ??= this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#due === "no" && this.rx > this.reported) this.#due = "news";
      this.#commit.schedule();
    }, ACK_DELAY_MS);
  }

  /** No client is attached. */
  clear(): void {
    this.#due = "no";
    this.#at = Infinity;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
