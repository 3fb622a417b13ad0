import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Overflow, SendOptions } from "../../mod.ts";
import { type Rig, rig } from "./rig.ts";

/** What may happen to a client with a queue. */
type Act =
  | { readonly send: SendOptions; readonly bytes: number }
  | { readonly wait: number }
  | { readonly fill: number }
  | "accept"
  | "drop"
  | "clear";

const OPTIONS: fc.Arbitrary<SendOptions> = fc.record({
  ttlMs: fc.constantFrom(0, 1, 50, 1_000, 5_000),
  key: fc.constantFrom("a", "b"),
  queue: fc.boolean(),
}, { requiredKeys: [] });

const ACT: fc.Arbitrary<Act> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ send: OPTIONS, bytes: fc.integer({ min: 4, max: 20 }) }) },
  { weight: 3, arbitrary: fc.record({ wait: fc.constantFrom(1, 50, 100, 2_000) }) },
  { weight: 3, arbitrary: fc.record({ fill: fc.constantFrom(0, 100, 101) }) },
  { weight: 2, arbitrary: fc.constantFrom<Act>("accept", "accept", "drop") },
  { weight: 1, arbitrary: fc.constant<Act>("clear") },
);

const SETTING = fc.record({
  maxMessages: fc.integer({ min: 0, max: 5 }),
  maxBytes: fc.integer({ min: 0, max: 60 }),
  overflow: fc.constantFrom<Overflow>("drop-newest", "drop-oldest"),
  maxBufferedBytes: fc.constantFrom(0, 100),
});

/** Where each message went, in order: what was sent, accepted, and what became of it. */
interface Fates {
  readonly accepted: string[];
  readonly refused: string[];
  readonly handed: string[];
  readonly dropped: string[];
  readonly given: string[];
  /** Those that must not wait. */
  readonly direct: string[];
  /** Handed over though too old, or though the socket was full. */
  readonly wrong: string[];
  /** The greatest sum that the queue held. */
  most: number;
}

function perform(it: Rig, act: Act, fates: Fates, id: number): void {
  const { ws, clock, network } = it;
  const server = network.connections.at(-1);
  if (act === "accept") server?.readyState === 0 && server.accept();
  else if (act === "drop") server && server.readyState < 2 && server.drop();
  else if (act === "clear") fates.given.push(...ws.clear() as string[]);
  else if ("wait" in act) clock.tick(act.wait);
  else if ("fill" in act) {
    if (server?.readyState === 1) server.bufferedAmount = act.fill;
  } else {
    const text = `${id}`.padEnd(act.bytes);
    (ws.send(text, act.send) ? fates.accepted : fates.refused).push(text);
  }
  const held = network.connections.at(-1)?.bufferedAmount ?? 0;
  fates.most = Math.max(fates.most, ws.bufferedAmount - held);
}

async function live(queue: Record<string, unknown>, acts: readonly Act[]): Promise<Fates> {
  const fates: Fates = {
    ...{ accepted: [], refused: [], handed: [], dropped: [], given: [], direct: [], wrong: [] },
    most: 0,
  };
  const untilMs = new Map<string, number>();
  const it: Rig = rig({
    queue,
    connectTimeoutMs: 1e6,
    wrap: (inner) =>
      class extends inner {
        override send(data: string): void {
          const isOld = Number(untilMs.get(data)) <= it.clock.elapsedMs;
          if (isOld) fates.wrong.push(`${data} is too old`);
          if (this.bufferedAmount > Number(queue.maxBufferedBytes)) {
            fates.wrong.push(`${data} fills`);
          }
          super.send(data);
        }
      },
  });
  it.ws.addEventListener("drop", ({ data }) => fates.dropped.push(data as string));
  acts.forEach((act, id) => {
    if (typeof act === "object" && "send" in act) {
      const { queue: isWanted, ttlMs } = act.send;
      const text = `${id}`.padEnd(act.bytes);
      // An age of 0 counts for what waits only.
      if (ttlMs) untilMs.set(text, it.clock.elapsedMs + ttlMs);
      if (isWanted === false) fates.direct.push(text);
    }
    perform(it, act, fates, id);
  });
  it.ws.close();
  it.clock.tick(60_000);
  const { undelivered } = await it.ws.closed;
  fates.given.push(...undelivered as string[]);
  fates.handed.push(...it.network.connections.flatMap(({ sent }) => sent as string[]));
  assertEquals(it.clock.pending.length, 0);
  return fates;
}

Deno.test("Each message that send() accepts is handed over, dropped or given back, once, within the bounds", async () => {
  await fc.assert(
    fc.asyncProperty(SETTING, fc.array(ACT, { maxLength: 50 }), async (queue, acts) => {
      const { accepted, refused, handed, dropped, given, direct, wrong, most } = await live(
        queue,
        acts,
      );
      const kept = [...given, ...dropped].filter((text) => direct.includes(text));
      assertEquals([wrong, kept], [[], []]);
      const ends = [...handed, ...dropped.filter((text) => !refused.includes(text)), ...given];
      assertEquals(ends.sort(), accepted.sort());
      assert(most <= queue.maxBytes, `${most} bytes are queued`);
    }),
    { numRuns: 500 },
  );
});

Deno.test("What is handed over keeps the order of the calls, replaced messages aside", async () => {
  await fc.assert(
    fc.asyncProperty(SETTING, fc.array(ACT, { maxLength: 50 }), async (queue, acts) => {
      const { handed, given } = await live(queue, acts);
      for (const list of [handed, given]) {
        const numbers = list.map(Number);
        assertEquals(numbers, numbers.toSorted((a, b) => a - b));
      }
    }),
    { numRuns: 500 },
  );
});
