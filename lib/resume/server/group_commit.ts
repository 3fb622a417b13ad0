/**
 * Commits of one session: one call of the store at a time, and everything that became due meanwhile
 * goes with the next one. At full load that is what makes a store affordable.
 *
 * @module
 */

import { soon } from "../../platform.ts";
import type { ServerSettings } from "./options.ts";
import { within } from "./within.ts";
import type { Change, Committed } from "./session_store.ts";

/** Whose commits they are. */
export interface CommitHost {
  /** Whether nothing is to be committed any more. */
  readonly isOver: boolean;
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
  /** Whether a commit is to come, or not answered yet. */
  isBusy = false;
  readonly #host: CommitHost;
  readonly #settings: Pick<ServerSettings<never, never>, "clock" | "storeTimeoutMs">;

  constructor(
    host: CommitHost,
    settings: Pick<ServerSettings<never, never>, "clock" | "storeTimeoutMs">,
  ) {
    this.#host = host;
    this.#settings = settings;
  }

  /** Commits what is due, at the end of this turn or after the commit that runs. */
  schedule(): void {
    if (this.isBusy || this.#host.isOver) return;
    this.isBusy = true;
    soon(() => {
      this.isBusy = false;
      if (!this.#host.isOver) this.#run();
    });
  }

  #run(): void {
    const host = this.#host;
    const { change, isNews } = host.prepare();
    if (!isNews) return host.synced(change, "ok");
    let answer: Committed | Promise<Committed>;
    try {
      answer = host.sync(change);
    } catch (error) {
      return host.failed(error);
    }
    if (typeof answer === "string") return host.synced(change, answer);
    this.isBusy = true;
    const { clock, storeTimeoutMs } = this.#settings;
    within(clock, storeTimeoutMs, "sync", answer).then(
      (state) => {
        this.isBusy = false;
        host.synced(change, state);
      },
      (error) => host.failed(error),
    );
  }
}
