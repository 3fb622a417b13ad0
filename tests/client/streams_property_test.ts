import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type MessageOverflow, messages } from "../../lib/streams.ts";
import type { ReconnectingWebSocket } from "../../mod.ts";
import { openRig, type Rig } from "./rig.ts";

/** What happens; `who` is one of the consumers. */
type Step =
  | { readonly do: "arrive"; readonly data: string }
  | { readonly do: "lose" | "close" | "fatal" | "turn" }
  | { readonly do: "begin" | "read" | "return" | "abort"; readonly who: number };

interface Limits {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly overflow: MessageOverflow;
  /** Whether what `decode` throws is skipped. */
  readonly skips: boolean;
}

/** What every reader got, in the order of the calls of `next()`. */
type Outcomes = readonly (string | undefined)[];

interface Consumer {
  read(): void;
  return(): void;
  abort(): void;
  outcomes(): Outcomes;
}

/** What `decode` throws for. */
const BAD = "!";

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("arrive" as const),
      data: fc.string({ unit: fc.constantFrom("a", "b", "€", BAD), maxLength: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("read" as const), who: fc.nat({ max: 1 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("begin" as const), who: fc.nat({ max: 1 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("return" as const, "abort" as const),
      who: fc.nat({ max: 1 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("lose" as const, "turn" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("close" as const, "fatal" as const) }) },
);

const limits: fc.Arbitrary<Limits> = fc.record({
  maxMessages: fc.integer({ min: 1, max: 4 }),
  maxBytes: fc.nat({ max: 8 }),
  overflow: fc.constantFrom<MessageOverflow[]>("error", "drop-oldest", "drop-newest"),
  skips: fc.boolean(),
});

function decode(data: string): string {
  if (data.startsWith(BAD)) throw new Error(`bad ${data}`);
  return `value ${data}`;
}

/** Ours. */
function real({ ws }: Rig, { skips, ...bounds }: Limits): Consumer {
  const outcomes: (string | undefined)[] = [];
  const controller = new AbortController();
  const iterator = messages(ws, {
    ...bounds,
    decode,
    signal: controller.signal,
    ...(skips && { onError: () => {} }),
  });
  return {
    read(): void {
      const index = outcomes.push(undefined) - 1;
      iterator.next().then(
        ({ value, done }) => outcomes[index] = done ? "done" : value,
        (error) => outcomes[index] = `threw ${error?.code ?? error?.message ?? error}`,
      );
    },
    return: () => void iterator.return?.(),
    abort: () => controller.abort("abort"),
    outcomes: () => outcomes,
  };
}

const encoder = new TextEncoder();

/** As the documentation says, on arrays, and looked at only between steps. */
class Model implements Consumer {
  readonly #limits: Limits;
  readonly #outcomes: (string | undefined)[] = [];
  readonly #readers: number[] = [];
  #kept: string[] = [];
  /** What comes after the last message. */
  #end: string | null = null;
  /** Whether that was read, or given up. */
  #isSpent = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  arrive(data: string): void {
    if (this.#end !== null) return;
    const { maxMessages, maxBytes, overflow } = this.#limits;
    const isAwaited = this.#readers.length > 0;
    const fits = (): boolean =>
      this.#kept.length < maxMessages && bytesOf([...this.#kept, data]) <= maxBytes;
    if (overflow === "drop-oldest" && bytesOf([data]) <= maxBytes) {
      while (!isAwaited && !fits()) this.#kept.shift();
    }
    if (isAwaited || fits()) this.#kept.push(data);
    else if (overflow === "error") this.#end = "threw queue-overflow";
    this.#serve();
  }

  /** The client is over. */
  over(end: string): void {
    this.#end ??= end;
    this.#serve();
  }

  read(): void {
    this.#readers.push(this.#outcomes.push(undefined) - 1);
    this.#serve();
  }

  return(): void {
    this.#stop("done");
  }

  abort(): void {
    if (!this.#isSpent) this.#stop("threw abort");
  }

  outcomes(): Outcomes {
    return this.#outcomes;
  }

  #stop(end: string): void {
    this.#kept = [];
    this.#end = end;
    if (end === "done") this.#isSpent = true;
    this.#serve();
  }

  #serve(): void {
    while (this.#readers.length > 0) {
      const data = this.#kept.shift();
      if (data === undefined && this.#end === null) return;
      const isBad = !!data?.startsWith(BAD);
      if (isBad && this.#limits.skips) continue;
      if (isBad) {
        this.#kept = [];
        this.#end = `threw bad ${data}`;
        continue;
      }
      const outcome = data === undefined ? this.#end as string : `value ${data}`;
      this.#outcomes[this.#readers.shift() as number] = outcome;
      if (data !== undefined) continue;
      this.#end = "done";
      this.#isSpent = true;
    }
  }
}

function bytesOf(texts: readonly string[]): number {
  return encoder.encode(texts.join("")).length;
}

/** Lets promises settle. */
async function turn(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}

/** Notes what is registered with a client from now on, and not removed. */
function watchListeners(ws: ReconnectingWebSocket): Set<unknown> {
  const held = new Set<unknown>();
  const { addEventListener, removeEventListener } = ws;
  ws.addEventListener = (type: string, listener: never): void => {
    held.add(listener);
    addEventListener.call(ws, type, listener);
  };
  ws.removeEventListener = (type: string, listener: never): void => {
    held.delete(listener);
    removeEventListener.call(ws, type, listener);
  };
  return held;
}

/** Plays a schedule with two consumers and their models; returns what both of each got. */
async function play(
  steps: readonly Step[],
  bounds: readonly Limits[],
): Promise<{ ours: Outcomes[]; expected: Outcomes[]; held: number }> {
  const rig = openRig();
  const { ws, clock } = rig;
  const pairs = new Map<number, readonly [Consumer, Model]>();
  let end: string | null = null;
  ws.addEventListener("message", ({ data }) => {
    for (const [, model] of pairs.values()) model.arrive(data);
  });
  const held = watchListeners(ws);
  const finish = async (how: string): Promise<void> => {
    end = how;
    for (const [, model] of pairs.values()) model.over(how);
    await turn();
  };
  const act = async (step: Step): Promise<void> => {
    const isOpen = ws.state === "open";
    switch (step.do) {
      case "arrive":
        return isOpen ? rig.server.send(step.data) : undefined;
      case "turn":
        return await turn();
      case "lose":
        if (isOpen) return rig.server.drop();
        if (end !== null) return;
        clock.tick(60_000);
        return rig.server.accept();
      case "fatal":
        if (!isOpen) return;
        rig.server.close(4403);
        return await finish("threw fatal-close");
      case "close":
        if (end !== null) return;
        ws.close();
        clock.tick(0);
        return await finish("done");
      case "begin": {
        if (pairs.has(step.who)) return;
        const limits = bounds[step.who] as Limits;
        const model = new Model(limits);
        pairs.set(step.who, [real(rig, limits), model]);
        if (end !== null) await finish(end);
        return;
      }
      default:
        for (const consumer of pairs.get(step.who) ?? []) consumer[step.do]();
    }
  };
  for (const step of steps) await act(step);
  await turn();
  const both = [...pairs.values()];
  const result = {
    ours: both.map(([ours]) => [...ours.outcomes()]),
    expected: both.map(([, model]) => [...model.outcomes()]),
  };
  for (const [ours] of both) ours.return();
  const left = held.size;
  ws.close();
  clock.tick(0);
  return { ...result, held: left };
}

const schedules = fc.array(step, { minLength: 1, maxLength: 40 });

Deno.test("messages() always gives what was dispatched, in order, minus what overflow dropped", async () => {
  await fc.assert(
    fc.asyncProperty(schedules, limits, limits, async (steps, first, second) => {
      const begun: Step[] = [{ do: "begin", who: 0 }, ...steps];
      const { ours, expected, held } = await play(begun, [first, second]);
      assertEquals({ ours, held }, { ours: expected, held: 0 });
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("the schedules of the property reach every kind of outcome", async () => {
  const seen = new Set<string>();
  const sample = fc.sample(fc.tuple(schedules, limits, limits), { numRuns: 500, seed: 1 });
  for (const [steps, first, second] of sample) {
    const { ours } = await play([{ do: "begin", who: 0 }, ...steps], [first, second]);
    for (const outcome of ours.flat()) seen.add(outcome?.replace(/ [^ ]*$/, "") ?? "pending");
    for (const outcome of ours.flat()) if (outcome?.startsWith("threw")) seen.add(outcome);
  }
  const kinds = ["done", "pending", "threw abort", "threw fatal-close", "threw queue-overflow"];
  assertEquals(kinds.filter((kind) => !seen.has(kind)), []);
  assertEquals([seen.has("value"), seen.has("threw bad")], [true, true]);
});
