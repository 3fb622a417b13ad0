import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  BoundedQueue,
  type Label,
  type Overflow,
  type QueueLimits,
} from "../../lib/bounded_queue.ts";

const OVERFLOWS: readonly Overflow[] = ["drop-newest", "drop-oldest", "throw"];

function queueOf(limits: Partial<QueueLimits>): BoundedQueue<string> {
  return new BoundedQueue({ maxMessages: 3, maxBytes: 100, overflow: "drop-newest", ...limits });
}

/** Whatever a queue can be asked and told. */
interface Queue extends Pick<BoundedQueue<number>, "size" | "bytes" | "add" | "take" | "drain"> {
  /** Removes the message in this place, the oldest is 0; does nothing where there is none. */
  removeAt(place: number): void;
}

class LinkedQueue extends BoundedQueue<number> implements Queue {
  removeAt(place: number): void {
    let entry = this.oldest;
    for (let i = 0; i < place; i++) entry = entry?.next;
    if (entry) this.remove(entry);
  }
}

/** The same, too simple to be wrong. */
class ArrayQueue implements Queue {
  entries: { message: number; bytes: number; key: string | undefined }[] = [];
  constructor(readonly limits: QueueLimits) {}
  get size(): number {
    return this.entries.length;
  }
  get bytes(): number {
    return this.entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  fits(bytes: number): boolean {
    return this.size + 1 <= this.limits.maxMessages && this.bytes + bytes <= this.limits.maxBytes;
  }
  add(message: number, bytes: number, label?: Label): number[] | null {
    const key = label?.key;
    const before = this.entries;
    this.entries = before.filter((entry) => key === undefined || entry.key !== key);
    const fitsAlone = this.limits.maxMessages >= 1 && bytes <= this.limits.maxBytes;
    const canFit = this.limits.overflow === "drop-oldest" ? fitsAlone : this.fits(bytes);
    if (!canFit) {
      this.entries = before;
      return null;
    }
    const lost: number[] = [];
    while (!this.fits(bytes)) lost.push(...this.entries.splice(0, 1).map((e) => e.message));
    this.entries.push({ message, bytes, key });
    return lost;
  }
  removeAt(place: number): void {
    this.entries.splice(place, 1);
  }
  take(): number | undefined {
    return this.entries.shift()?.message;
  }
  drain(): number[] {
    return this.entries.splice(0).map(({ message }) => message);
  }
}

type Operation =
  | { readonly add: number; readonly label: Label | undefined }
  | { readonly removeAt: number }
  | "take"
  | "drain";

const label: fc.Arbitrary<Label | undefined> = fc.option(
  fc.record({ key: fc.constantFrom(undefined, "a", "b"), untilMs: fc.constant(Infinity) }),
  { nil: undefined },
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ add: fc.integer({ min: 0, max: 12 }), label }) },
  { weight: 6, arbitrary: fc.constant("take" as const) },
  { weight: 3, arbitrary: fc.record({ removeAt: fc.nat({ max: 8 }) }) },
  { weight: 1, arbitrary: fc.constant("drain" as const) },
);

const limits: fc.Arbitrary<QueueLimits> = fc.record({
  maxMessages: fc.integer({ min: 0, max: 8 }),
  maxBytes: fc.integer({ min: 0, max: 40 }),
  overflow: fc.constantFrom(...OVERFLOWS),
});

/** Applies the operations and tells everything that can be seen after each. */
function run(queue: Queue, operations: readonly Operation[]): unknown[] {
  return operations.map((operation, i) => {
    const answer = operation === "take"
      ? queue.take()
      : operation === "drain"
      ? queue.drain()
      : "add" in operation
      ? queue.add(i, operation.add, operation.label)
      : queue.removeAt(operation.removeAt);
    return [answer, queue.size, queue.bytes];
  });
}

function isAQueue(make: (limits: QueueLimits) => Queue): fc.IProperty<unknown> {
  return fc.property(limits, fc.array(operation, { maxLength: 60 }), (limits, operations) => {
    assertEquals(run(make(limits), operations), run(new ArrayQueue(limits), operations));
  });
}

Deno.test("BoundedQueue does what an array would do", () => {
  fc.assert(isAQueue((limits) => new LinkedQueue(limits)), { numRuns: 2_000 });
});

const BUGS: Record<string, (limits: QueueLimits) => Queue> = {
  "last in, first out": (limits) =>
    new class extends ArrayQueue {
      override take(): ReturnType<ArrayQueue["take"]> {
        return this.entries.pop()?.message;
      }
    }(limits),
  "one message too many": (limits) =>
    new LinkedQueue({ ...limits, maxMessages: limits.maxMessages + 1 }),
  "one byte too many": (limits) => new LinkedQueue({ ...limits, maxBytes: limits.maxBytes + 1 }),
  "drops the newest instead of the oldest": (limits) =>
    new LinkedQueue({ ...limits, overflow: "drop-newest" }),
  "makes room for what can never fit": (limits) =>
    new class extends ArrayQueue {
      override add(message: number, bytes: number, label?: Label): number[] | null {
        if (limits.overflow === "drop-oldest" && bytes > limits.maxBytes) this.drain();
        return super.add(message, bytes, label);
      }
    }(limits),
  "keeps two messages of one key": (limits) =>
    new class extends ArrayQueue {
      override add(message: number, bytes: number): number[] | null {
        return super.add(message, bytes);
      }
    }(limits),
  "forgets the message that the refused one would replace": (limits) =>
    new class extends ArrayQueue {
      override add(message: number, bytes: number, label?: Label): number[] | null {
        const lost = super.add(message, bytes, label);
        const key = label?.key;
        if (!lost && key) this.entries = this.entries.filter((entry) => entry.key !== key);
        return lost;
      }
    }(limits),
  "forgets to subtract bytes": (limits) =>
    new class extends LinkedQueue {
      #more = 0;
      override get bytes(): number {
        return super.bytes + this.#more;
      }
      override drain(): number[] {
        this.#more = super.bytes;
        return super.drain();
      }
    }(limits),
};

for (const [what, make] of Object.entries(BUGS)) {
  Deno.test(`BoundedQueue model finds a planted bug: ${what}`, () => {
    assert(fc.check(isAQueue(make), { numRuns: 2_000 }).failed);
  });
}

Deno.test("BoundedQueue is empty at first", () => {
  const queue = queueOf({});
  assertEquals([queue.size, queue.bytes, queue.take(), queue.drain()], [0, 0, undefined, []]);
});

Deno.test("BoundedQueue gives the oldest message first", () => {
  const queue = queueOf({});
  assertEquals([queue.add("a", 1), queue.add("b", 2)], [[], []]);
  assertEquals([queue.size, queue.bytes], [2, 3]);
  assertEquals([queue.take(), queue.bytes], ["a", 2]);
  assertEquals([queue.take(), queue.bytes], ["b", 0]);
  assertEquals([queue.size, queue.bytes], [0, 0]);
});

for (const overflow of OVERFLOWS) {
  Deno.test(`BoundedQueue with ${overflow} holds maxMessages and not one more`, () => {
    const queue = queueOf({ overflow });
    assertEquals([queue.add("a", 1), queue.add("b", 1), queue.add("c", 1)], [[], [], []]);
    const evicts = overflow === "drop-oldest";
    assertEquals(queue.add("d", 1), evicts ? ["a"] : null);
    assertEquals([queue.size, queue.bytes], [3, 3]);
    assertEquals(queue.drain(), evicts ? ["b", "c", "d"] : ["a", "b", "c"]);
  });

  Deno.test(`BoundedQueue with ${overflow} holds maxBytes and not one more`, () => {
    const fill = (bytes: number): unknown => {
      const queue = queueOf({ overflow });
      queue.add("a", 60);
      return [queue.add("b", bytes), queue.size, queue.bytes];
    };
    assertEquals(fill(39), [[], 2, 99]);
    assertEquals(fill(40), [[], 2, 100]);
    assertEquals(fill(41), overflow === "drop-oldest" ? [["a"], 1, 41] : [null, 1, 60]);
  });

  Deno.test(`BoundedQueue with ${overflow} keeps the others when a message alone is too big`, () => {
    const queue = queueOf({ overflow });
    queue.add("a", 1);
    assertEquals([queue.add("b", 101), queue.drain()], [null, ["a"]]);
  });

  Deno.test(`BoundedQueue with ${overflow} and no room refuses even the empty message`, () => {
    const queue = queueOf({ overflow, maxMessages: 0, maxBytes: 0 });
    assertEquals([queue.add("", 0), queue.size], [null, 0]);
  });

  Deno.test(`BoundedQueue with ${overflow} and no bytes holds empty messages`, () => {
    const queue = queueOf({ overflow, maxBytes: 0 });
    assertEquals([queue.add("", 0), queue.add("a", 1), queue.size], [[], null, 1]);
  });
}

Deno.test("BoundedQueue drops as many of the oldest as a big message needs", () => {
  const queue = queueOf({ overflow: "drop-oldest" });
  for (const message of ["a", "b", "c"]) queue.add(message, 30);
  assertEquals(queue.add("d", 70), ["a", "b"]);
  assertEquals([queue.size, queue.bytes], [2, 100]);
});

Deno.test("BoundedQueue goes on after drain() as if it were new", () => {
  const queue = queueOf({});
  for (const message of ["a", "b", "c"]) queue.add(message, 30);
  queue.take();
  assertEquals(queue.drain(), ["b", "c"]);
  assertEquals([queue.size, queue.bytes], [0, 0]);
  assertEquals([queue.add("d", 100), queue.take()], [[], "d"]);
});

Deno.test("BoundedQueue keeps the order over far more messages than it ever holds", () => {
  const queue = new BoundedQueue<number>({ maxMessages: 5, maxBytes: 5, overflow: "drop-newest" });
  const taken: unknown[] = [];
  for (let i = 0; i < 1_000; i++) {
    queue.add(i, 1);
    if (queue.size === 5) taken.push(queue.take(), queue.take());
  }
  assertEquals([...taken, ...queue.drain()], Array.from({ length: 1_000 }, (_, i) => i));
});
