/** The counters of a session against a list, and their bounds. */

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ACK_BYTES,
  ACK_MESSAGES,
  Inlet,
  Outbox,
  OVERHEAD_BYTES,
} from "../../../lib/resume/half.ts";

type Move =
  | { readonly type: "add"; readonly bytes: number }
  | { readonly type: "next"; readonly window: number; readonly keep: number }
  | { readonly type: "ack"; readonly more: number; readonly isLate: boolean }
  | { readonly type: "resume"; readonly more: number };

const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ type: fc.constant("add" as const), bytes: fc.nat(40) }),
  fc.record({ type: fc.constant("next" as const), window: fc.nat(200), keep: fc.nat(3) }),
  fc.record({
    type: fc.constant("ack" as const),
    more: fc.integer({ min: -2, max: 6 }),
    isLate: fc.boolean(),
  }),
  fc.record({ type: fc.constant("resume" as const), more: fc.nat(6) }),
);

/** An outbox as a list of all that was ever accepted. */
class Model {
  readonly all: string[] = [];
  acked = 0;
  sent = 0;
  everSent = 0;

  get bytes(): number {
    return this.#sum(this.acked, this.all.length);
  }

  next(window: number, limit: number): string | undefined {
    if (this.sent >= limit) return undefined;
    const cost = this.#sum(this.acked, this.sent + 1) +
      OVERHEAD_BYTES * (this.sent + 1 - this.acked);
    if (this.sent > this.acked && cost > window) return undefined;
    this.everSent = Math.max(this.everSent, ++this.sent);
    return this.all[this.sent - 1];
  }

  ack(rx: number, limit: number): boolean {
    if (rx < this.acked || rx > limit) return false;
    this.acked = rx;
    this.sent = Math.max(this.sent, rx);
    this.everSent = Math.max(this.everSent, rx);
    return true;
  }

  #sum(from: number, to: number): number {
    return this.all.slice(from, to).reduce((sum, data) => sum + data.length, 0);
  }
}

Deno.test("Outbox keeps, sends and forgets what a list does", () => {
  fc.assert(
    fc.property(fc.nat(5), fc.array(move, { maxLength: 200 }), (before, moves) => {
      const outbox = new Outbox(before);
      const model = new Model();
      for (let i = 0; i < before; i++) model.all.push("");
      Object.assign(model, { acked: before, sent: before, everSent: before });
      for (const made of moves) {
        if (made.type === "add") {
          const data = "x".repeat(made.bytes);
          outbox.add(data);
          model.all.push(data);
        } else if (made.type === "next") {
          const limit = model.all.length - made.keep;
          assertEquals(outbox.next(made.window, limit), model.next(made.window, limit));
        } else if (made.type === "ack") {
          const rx = model.acked + made.more;
          // What a connection before had sent may be confirmed late.
          assertEquals(
            made.isLate ? outbox.ack(rx, outbox.everSent) : outbox.ack(rx),
            model.ack(rx, made.isLate ? model.everSent : model.sent),
          );
        } else {
          const rx = Math.min(model.acked + made.more, model.everSent);
          outbox.resume(rx);
          model.ack(rx, model.everSent);
          model.sent = model.acked;
        }
        const { tx, acked, sent, everSent, bytes, size } = outbox;
        assertEquals({ tx, acked, sent, everSent, bytes, size }, {
          tx: model.all.length,
          acked: model.acked,
          sent: model.sent,
          everSent: model.everSent,
          bytes: model.bytes,
          size: model.all.length - model.acked,
        });
        assertEquals(outbox.list(), model.all.slice(acked));
        assertEquals(outbox.list(sent, 2), model.all.slice(sent, sent + 2));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("Outbox.next() fills a window to its last byte, and not beyond", () => {
  const sizes = [-1, 0, 1].map((more) => {
    const outbox = new Outbox();
    outbox.add("12345");
    outbox.add("1234567890");
    const window = 15 + 2 * OVERHEAD_BYTES - more;
    return [outbox.next(window), outbox.next(window)];
  });
  assertEquals(sizes, [["12345", "1234567890"], ["12345", "1234567890"], ["12345", undefined]]);
});

Deno.test("Outbox.next() lets one message go that is larger than the window, alone", () => {
  const outbox = new Outbox();
  outbox.add("x".repeat(1_000));
  outbox.add("");
  assertEquals(outbox.next(10)?.valueOf(), "x".repeat(1_000));
  assertEquals(outbox.next(10), undefined);
  outbox.ack(1);
  assertEquals(outbox.next(10), "");
});

Deno.test("Outbox.next() bounds empty messages, too", () => {
  const outbox = new Outbox();
  for (let i = 0; i < 100; i++) outbox.add("");
  let sent = 0;
  while (outbox.next(10 * OVERHEAD_BYTES) !== undefined) sent++;
  assertEquals(sent, 10);
});

Deno.test("Outbox.fits() counts to the limit, and lets one message in that is larger", () => {
  const outbox = new Outbox();
  assertEquals(outbox.fits(1_000_000, 1), true);
  outbox.add("12345");
  const limits = [-1, 0, 1].map((more) => 15 + 2 * OVERHEAD_BYTES + more);
  assertEquals(limits.map((limit) => outbox.fits(10, limit)), [false, true, true]);
});

Deno.test("Outbox keeps its order over many compactions", () => {
  const outbox = new Outbox();
  const seen: unknown[] = [];
  for (let i = 0; i < 10_000; i++) {
    outbox.add(`${i}`);
    if (i % 3 === 0) continue;
    seen.push(outbox.next(Infinity));
    outbox.ack(outbox.sent);
  }
  assertEquals(seen, Array.from({ length: seen.length }, (_, i) => `${i}`));
  assertEquals(outbox.list(), Array.from({ length: outbox.size }, (_, i) => `${seen.length + i}`));
});

Deno.test("Inlet.count() is due after 64 messages", () => {
  const inlet = new Inlet(5);
  const due = Array.from({ length: ACK_MESSAGES }, () => inlet.count(""));
  assertEquals([due.indexOf(true), inlet.report()], [ACK_MESSAGES - 1, 5 + ACK_MESSAGES]);
  assertEquals(inlet.count(""), false);
});

for (
  const [what, data] of Object.entries({
    "a text": "x".repeat(ACK_BYTES),
    "a buffer": new ArrayBuffer(ACK_BYTES),
    "a view": new Uint8Array(ACK_BYTES),
    "a Blob": new Blob([new Uint8Array(ACK_BYTES)]),
  })
) {
  Deno.test(`Inlet.count() is due after 64 KiB in ${what}`, () => {
    const inlet = new Inlet();
    assertEquals([inlet.count(data.slice(1)), inlet.count("x"), inlet.report()], [false, true, 2]);
  });
}
