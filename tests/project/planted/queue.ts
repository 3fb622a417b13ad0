/**
 * Planted bugs of what waits: ages, keys, and sockets that are full.
 *
 * @module
 */

import { type Bug, bug } from "./bug.ts";

export const QUEUE: readonly Bug[] = [
  ...[
    bug("what is expired leaves all the same", "if (untilMs <= nowMs) {", "if (untilMs < 0) {"),
    bug(
      "age begins with the clock",
      "clock.now() + ttlMs : ttlMs",
      "clock.now() * 0 + ttlMs : ttlMs",
    ),
    bug(
      "room is not made by what is expired",
      "queue.fits(bytes, queue.find(key)) ? [] : this.#expired(queue)",
      "[]",
    ),
    bug("what is expired at the end comes back", "this.#report(this.#expired(this.#queue));", ";"),
    bug("a replaced message stays", "if (old) this.remove(old);", ""),
    bug("a replaced message is not reported", 'lost.push([old.message, "replaced"])', ""),
    bug("a key outlives its message", "this.#keyed?.delete(label.key as string)", ""),
    bug("queue: false is queued", "queue !== false && this", "this"),
  ].map((planted) => ({ ...planted, test: "tests/client/send_options_test.ts" })),
  ...[
    bug("the flush fills the socket", "if (this.#isFull(socket)) return this.#holdUp();", ""),
    bug(
      "a full socket is never looked at again",
      "if (this.#timer || !current) return;",
      "return;",
    ),
    bug("drain comes before there is room", "this.#queue?.size || this.#isFull(ready)", "false"),
    bug("drain never comes", 'client.dispatch({ type: "drain" }, null);', ""),
    bug(
      "the timer of a full socket outlives it",
      "this.#watched = undefined;\n      this.#stop();",
      "",
    ),
  ].map((planted) => ({ ...planted, test: "tests/client/drain_test.ts" })),
];
