/** What must hold in every run; each property must find the bug that is planted for it. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ReconnectingWebSocket, type Sources } from "../../mod.ts";
import { LIMITS, type Plant, play, type Run, schedule, type Seen } from "./schedule.ts";

interface Law {
  readonly holds: (run: Run) => void;
  /** What breaks it. */
  readonly bug: Plant;
}

/** Sources whose sockets are changed. */
function socketBug(
  change: (inner: typeof WebSocket) => typeof WebSocket,
): (sources: Sources) => Sources {
  return (sources) => ({ ...sources, WebSocket: change(sources.WebSocket as typeof WebSocket) });
}

/** Sources whose clock is changed. */
function clockBug(change: Partial<Sources["clock"]>): (sources: Sources) => Sources {
  return ({ clock, ...others }) => ({
    ...others,
    clock: {
      now: () => clock.now(),
      setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs),
      clearTimeout: (handle) => clock.clearTimeout(handle),
      ...change,
    },
  });
}

/** A client that dispatches each event of a type twice. */
function stutters(type: string): typeof ReconnectingWebSocket {
  return class extends ReconnectingWebSocket {
    override dispatchEvent(event: Event): boolean {
      if (event.type === type) super.dispatchEvent(event);
      return super.dispatchEvent(event);
    }
  };
}

const isFinal = ({ type, event }: Seen): boolean =>
  type === "close" && "willRetry" in event && !event.willRetry;

const LAWS: Readonly<Record<string, Law>> = {
  "at most one inner socket lives at any time": {
    holds: ({ othersAtDial }) => assertEquals(othersAtDial.filter((others) => others > 0), []),
    bug: {
      sources: socketBug((inner) =>
        class extends inner {
          override close(): void {}
        }
      ),
    },
  },
  "open and close alternate, and messages come only between": {
    holds: ({ events }) => {
      let isOpen = false;
      for (const { type } of events) {
        if (type === "open") assert(!isOpen);
        if (type === "message") assert(isOpen);
        if (type === "open") isOpen = true;
        if (type === "close") isOpen = false;
      }
    },
    bug: { Client: stutters("open") },
  },
  "an error is followed by its close, with the same error": {
    holds: ({ events }) => {
      const told = events.filter(({ type }) => type === "error" || type === "close");
      told.forEach(({ type, event }, i) => {
        if (type !== "error") return;
        const next = told[i + 1];
        const same = next && "error" in next.event && "error" in event &&
          next.event.error === event.error;
        // Unless a listener called close(): then only the final close comes, without an error.
        assert(next?.type === "close" && (same || isFinal(next)));
      });
    },
    bug: { Client: stutters("error") },
  },
  "listeners see the readyState of the event": {
    holds: ({ events }) => {
      const ACTED = [2, 0]; // after close() or reconnect() in the listener of statechange
      const expected = { open: [1, ...ACTED], message: [1], retry: [0], error: [0, 2, 3] };
      for (const seen of events) {
        const { type, readyState } = seen;
        if (isFinal(seen)) assertEquals(readyState, 3);
        else if (type === "close") assert(readyState === 0);
        else if (type in expected) {
          assert(
            expected[type as keyof typeof expected].includes(readyState),
            `${type} ${readyState}`,
          );
        }
      }
    },
    bug: {
      Client: class extends ReconnectingWebSocket {
        override get readyState(): 0 | 1 | 2 | 3 {
          return this.state === "waiting" ? 3 : super.readyState;
        }
      },
    },
  },
  "the final close is one, the last event, and tells the only final error": {
    holds: ({ events, eventsAfterEnd }) => {
      assertEquals(events.filter(isFinal).length, 1);
      const last = events.at(-1);
      assert(last && isFinal(last) && eventsAfterEnd === 0);
    },
    bug: { Client: stutters("close") },
  },
  "nothing is left after the end: no timer, no socket, no dial": {
    holds: ({ timersAfterEnd, aliveAfterEnd, dialsAfterEnd }) =>
      assertEquals([timersAfterEnd, aliveAfterEnd, dialsAfterEnd], [0, 0, 0]),
    bug: { sources: clockBug({ clearTimeout: () => {} }) },
  },
  "close() ends within closeTimeoutMs": {
    holds: ({ closingMs }) => assert(closingMs <= 3_000),
    bug: { options: (options) => ({ ...options, closeTimeoutMs: 4_000 }) },
  },
  "every delay is within the bounds, and the dial waits for it": {
    holds: ({ events, connections, hurriedAtMs }) => {
      for (const { type, event, atMs } of events) {
        if (type !== "retry" || !("delayMs" in event) || event.attempt === 0) continue;
        assert(event.delayMs >= 1_000 && event.delayMs <= 60_000);
        const dueMs = atMs + Math.trunc(event.delayMs);
        const early = connections.some(({ dialedAtMs }) => dialedAtMs > atMs && dialedAtMs < dueMs);
        // A hint counts from the dial that it may have come during, and from a second before a loss.
        const fromMs = Math.min(
          atMs - 1_000,
          ...connections.map(({ dialedAtMs }) => dialedAtMs).filter((ms) => ms <= atMs).slice(-1),
        );
        assert(!early || hurriedAtMs.some((ms) => ms >= fromMs && ms <= dueMs));
      }
    },
    bug: {
      sources: (sources) =>
        clockBug({
          setTimeout: (callback, delayMs) => sources.clock.setTimeout(callback, delayMs / 2),
        })(sources),
    },
  },
  "no attempt connects for longer than connectTimeoutMs": {
    holds: ({ longestConnectMs }) => assert(longestConnectMs <= 10_000),
    bug: {
      sources: (sources) =>
        clockBug({
          setTimeout: (callback, delayMs) =>
            delayMs === 10_000 ? null : sources.clock.setTimeout(callback, delayMs),
        })(sources),
    },
  },
  "the bytes waiting never exceed maxBytes": {
    holds: ({ mostBuffered }) => assert(mostBuffered <= LIMITS.maxBytes),
    bug: { options: (options) => ({ ...options, queue: {} }) },
  },
  "each message is handed over at most once, in order but for greetings": {
    holds: ({ connections, greetings }) => {
      const handed = connections.flatMap(({ sent }) => sent).filter((it) =>
        it !== "hi"
      ) as string[];
      assertEquals(new Set(handed).size, handed.length);
      const inOrder = handed.filter((message) => !greetings.includes(message));
      assertEquals(inOrder, inOrder.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
    },
    bug: {
      sources: socketBug((inner) =>
        class extends inner {
          override send(data: string): void {
            super.send(data);
            super.send(data);
          }
        }
      ),
    },
  },
  "what was accepted is handed over, dropped and told, or given back; what was refused is not": {
    holds: ({ accepted, refused, connections, events, undelivered }) => {
      const handed = connections.flatMap(({ sent }) => sent).filter((it) => it !== "hi");
      const dropped = events.flatMap(({ event }) =>
        "data" in event && "error" in event ? [event.data] : []
      );
      const known = dropped.filter((message) => !refused.includes(message as string));
      assertEquals([...handed, ...known, ...undelivered].toSorted(), accepted.toSorted());
    },
    bug: {
      Client: class extends ReconnectingWebSocket {
        override send(data: string): boolean {
          super.send(data);
          return true;
        }
      },
    },
  },
};

for (const [what, { holds, bug }] of Object.entries(LAWS)) {
  const law = (plant: Plant): fc.IAsyncProperty<unknown> =>
    fc.asyncProperty(schedule, async (planned) => holds(await play(planned, plant)));

  Deno.test(`ReconnectingWebSocket in any run: ${what}`, async () => {
    await fc.assert(law({}), { numRuns: 150 });
  });

  Deno.test(`ReconnectingWebSocket in any run finds a planted bug: ${what}`, async () => {
    const { failed } = await fc.check(law(bug), { numRuns: 1_000, endOnFailure: true });
    assert(failed);
  });
}

/** The same seed, clock and script give the same trace. */
function repeats(plant: Plant): fc.IAsyncProperty<unknown> {
  return fc.asyncProperty(schedule, async (planned) => {
    const first = await play(planned, plant);
    const second = await play(planned, plant);
    assertEquals(JSON.stringify(first.trace), JSON.stringify(second.trace));
  });
}

Deno.test("ReconnectingWebSocket gives the same trace twice", async () => {
  await fc.assert(repeats({}), { numRuns: 150 });
});

Deno.test("ReconnectingWebSocket gives the same trace twice finds a planted bug: chance of its own", async () => {
  const bug: Plant = { sources: (sources) => ({ ...sources, random: Math.random }) };
  const { failed } = await fc.check(repeats(bug), { numRuns: 1_000, endOnFailure: true });
  assert(failed);
});

/** Runs in which only the server acts. */
const serverOnly = schedule.map((planned) => ({
  ...planned,
  maxAttempts: 2,
  steps: planned.steps.filter((step) =>
    ["accept", "refuse", "drop", "server close", "tick"].includes(step.do)
  ),
}));

/** Attempts count up until a connection stays open for stableAfterMs, and are used up at maxAttempts. */
function countsAttempts(plant: Plant): fc.IAsyncProperty<unknown> {
  return fc.asyncProperty(serverOnly, async (planned) => {
    let attempt = 0;
    let openedAtMs = Infinity;
    for (const { type, event, atMs } of (await play(planned, plant)).events) {
      if (type === "open") openedAtMs = atMs;
      if (type === "close") {
        if (atMs - openedAtMs >= 5_000) attempt = 0;
        openedAtMs = Infinity;
        const isUsedUp = "error" in event && event.error?.code === "retry-limit";
        assert(!isUsedUp || attempt === planned.maxAttempts);
      }
      if (type === "retry" && "attempt" in event) assertEquals(event.attempt, ++attempt);
      assert(attempt <= planned.maxAttempts);
    }
  });
}

Deno.test("ReconnectingWebSocket counts attempts up to maxAttempts, until a connection is stable", async () => {
  await fc.assert(countsAttempts({}), { numRuns: 300 });
});

for (const wrong of [{ maxAttempts: 3 }, { maxAttempts: 1 }, { stableAfterMs: 0 }]) {
  Deno.test(`ReconnectingWebSocket counts finds a planted bug: ${JSON.stringify(wrong)}`, async () => {
    const bug: Plant = { options: (options) => ({ ...options, ...wrong }) };
    const { failed } = await fc.check(countsAttempts(bug), { numRuns: 3_000, endOnFailure: true });
    assert(failed);
  });
}
