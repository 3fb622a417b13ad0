/**
 * Commits of one session: one call of the store at a time, and everything that became due meanwhile
 * goes with the next one. At full load that is what makes a store affordable.
 *
 * @module
 */

import { soon } from "../../platform.ts";
import type { ServerSources } from "./options.ts";
import { within } from "./within.ts";
import type { Change, Committed } from "./session_store.ts";

/** Whose commits they are. */
export interface CommitHost {
  /** What is due, and whether it is news to the store. */
  prepare(): { readonly change: Change; readonly isNews: boolean };
  /** Gives a change to the store. */
  sync(change: Change): Committed | Promise<Committed>;
  /** The store has answered. */
  synced(change: Change, answer: Committed): void;
  /** The store has failed, or did not answer in time: whether the change was made is unknown. */
  failed(error: unknown): void;
}

/** The commits of one session. */
export class GroupCommit {
  readonly #host: CommitHost;
  readonly #clock: ServerSources["clock"];
  readonly #timeoutMs: number;
  #isScheduled = false;
  #isRunning = false;
  #isOver = false;

  constructor(host: CommitHost, clock: ServerSources["clock"], timeoutMs: number) {
    this.#host = host;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Whether a commit is to come, or not answered yet. */
  get isBusy(): boolean {
    return this.#isScheduled || this.#isRunning;
  }

  /** Commits what is due, at the end of this turn or after the commit that runs. */
  schedule(): void {
    if (this.#isScheduled || this.#isRunning || this.#isOver) return;
    this.#isScheduled = true;
    soon(() => {
      this.#isScheduled = false;
      if (!this.#isOver) this.#run();
    });
  }

  /** Nothing is committed any more, and no answer counts. */
  end(): void {
    this.#isOver = true;
    this.#isScheduled = this.#isRunning = false;
  }

  #run(): void {
    const { change, isNews } = this.#host.prepare();
    if (!isNews) return this.#host.synced(change, "ok");
    let answer: Committed | Promise<Committed>;
    try {
      answer = this.#host.sync(change);
    } catch (error) {
      return this.#host.failed(error);
    }
    if (typeof answer === "string") return this.#host.synced(change, answer);
    this.#isRunning = true;
    within(this.#clock, this.#timeoutMs, "sync", answer).then(
      (state) => {
        if (this.#isOver) return;
        this.#isRunning = false;
        this.#host.synced(change, state);
      },
      (error) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.end();
    this.#host.failed(error);
  }
}
