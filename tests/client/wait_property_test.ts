import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { flushed, whenOpen } from "../../lib/wait.ts";
import type { ReconnectingWebSocket } from "../../mod.ts";
import { leftovers, NOTHING_LEFT, type Rig, rig } from "./rig.ts";

/** What happens to a client; each changes one thing. */
type Step =
  | { readonly do: "send" | "fill"; readonly bytes: number }
  | { readonly do: "tick"; readonly ms: number }
  | {
    readonly do:
      | "accept"
      | "refuse"
      | "lose"
      | "end"
      | "fatal"
      | "close"
      | "pause"
      | "resume"
      | "reconnect"
      | "clear"
      | "abort";
  };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("send" as const, "fill" as const),
      bytes: fc.constantFrom(0, 0, 3),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("tick" as const),
      ms: fc.constantFrom(1, 4, 100, 2_000),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: "accept" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "refuse" as const,
        "lose" as const,
        "end" as const,
        "pause" as const,
        "resume" as const,
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...["fatal", "close", "reconnect", "clear", "abort"] as const,
      ),
    }),
  },
);

const SETTING = fc.record({
  giveUp: fc.constantFrom("close" as const, "pause" as const),
  maxBufferedBytes: fc.constantFrom(undefined, 0, 2),
  runtime: fc.constantFrom("browser" as const, "browser" as const, "workerd" as const),
});
type Setting = typeof SETTING extends fc.Arbitrary<infer T> ? T : never;

const ABORTED = "enough";
/** Two looks of 100 ms: a client looks at a full socket at the same pace, perhaps just after. */
const LONGEST_MS = 200;

/** How a wait ended; undefined while it lasts. */
type Outcome = string | undefined;

/** Lets promises settle. */
async function turn(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}

function name(error: unknown): string {
  const { code, name } = Object(error);
  return typeof code === "string" ? code : name ?? String(error);
}

/** What a wait does to a client, from outside. */
class Watched {
  outcome: Outcome;
  /** One wait has one listener of a type. */
  readonly #held = new Set<string>();

  constructor(ws: ReconnectingWebSocket, begin: () => Promise<void>) {
    const { addEventListener, removeEventListener } = ws;
    ws.addEventListener = (type: string, listener: never): void => {
      this.#held.add(type);
      addEventListener.call(ws, type, listener);
    };
    ws.removeEventListener = (type: string, listener: never): void => {
      this.#held.delete(type);
      removeEventListener.call(ws, type, listener);
    };
    begin().then(() => this.outcome = "resolved", (error) => this.outcome = name(error));
    Object.assign(ws, { addEventListener });
  }

  get listeners(): number {
    return this.#held.size;
  }
}

/** A client, what its user has given it, and what of that was handed over. */
class World {
  readonly it: Rig;
  readonly controller = new AbortController();
  #accepted = 0;
  #cleared = 0;
  lastError: Outcome;

  constructor({ giveUp, maxBufferedBytes, runtime }: Setting) {
    const queue = maxBufferedBytes === undefined ? {} : { maxBufferedBytes };
    this.it = rig({ giveUp, runtime, queue, maxAttempts: 1 });
    this.it.ws.addEventListener(
      "close",
      ({ error }) => this.lastError = error ? name(error) : undefined,
    );
  }

  /** What was handed over so far. */
  get handed(): number {
    return this.it.network.connections.reduce((sum, { sent }) => sum + sent.length, 0);
  }

  get #queued(): number {
    return this.it.ws.readyState === 3 ? 0 : this.#accepted - this.#cleared - this.handed;
  }

  /** Bytes in the socket, as far as its platform says. */
  get inSocket(): number {
    const { ws, network } = this.it;
    const isOpen = ws.state === "open" || ws.state === "closing";
    const connection = network.connections.at(-1);
    return isOpen && connection?.readyState === 1 && this.hasFigure ? connection.bufferedAmount : 0;
  }

  hasFigure = true;
  /** Whether the connection held bytes, or got some, since the wait began: a look may have seen them. */
  hasHeld = false;

  get isUnsent(): boolean {
    return this.#queued > 0 || this.inSocket > 0;
  }

  perform(step: Step): void {
    const { ws, clock, network } = this.it;
    const server = network.connections.at(-1);
    const isOpen = ws.state === "open";
    const isOver = ws.readyState >= 2;
    switch (step.do) {
      case "send":
        if (ws.send("x".repeat(step.bytes))) this.#accepted++;
        return;
      case "fill":
        if (isOpen && server) server.bufferedAmount = step.bytes;
        return;
      case "tick":
        return clock.tick(step.ms);
      case "accept":
        return server?.readyState === 0 && ws.state === "connecting" ? server.accept() : undefined;
      case "refuse":
        return server?.readyState === 0 && ws.state === "connecting" ? server.refuse() : undefined;
      case "lose":
        return isOpen ? server?.drop() : undefined;
      case "end":
        return isOpen ? server?.close(1000) : undefined;
      case "fatal":
        return isOpen ? server?.close(4403) : undefined;
      case "clear":
        this.#cleared += ws.clear().length;
        return;
      case "abort":
        return this.controller.abort(ABORTED);
      case "close":
        return ws.close();
      default:
        return isOver ? undefined : ws[step.do]();
    }
  }
}

/** What the documentation allows after a step; the first is what it is, where nothing else is seen yet. */
function allowedOpen(world: World, step: Step | null, before: string): readonly Outcome[] {
  const { state } = world.it.ws;
  if (world.controller.signal.aborted) return [ABORTED];
  if (state === "open") return ["resolved"];
  if (state === "closing") return ["AbortError"];
  if (state === "closed") {
    return [step === null || before !== "closing" ? world.lastError ?? "AbortError" : "AbortError"];
  }
  const hasGivenUp = state === "paused" && before !== "paused" && step?.do !== "pause";
  return [hasGivenUp && step ? world.lastError : undefined];
}

function allowedFlushed(
  world: World,
  step: Step | null,
  before: { readonly state: string; readonly inSocket: number; readonly isUnsent: boolean },
): readonly Outcome[] {
  const { state } = world.it.ws;
  const hasEnded = before.state === "open" &&
    (state !== "open" && state !== "closing" || step?.do === "reconnect");
  const end = state === "closing" ? "AbortError" : world.lastError ?? "AbortError";
  if (world.controller.signal.aborted) return [ABORTED];
  if (step && hasEnded && before.inSocket > 0) return ["connection-lost"];
  const isDoubted = hasEnded && world.hasHeld && step?.do !== "end" && step?.do !== "fatal";
  return isDoubted ? ["connection-lost", ...sure()] : sure();

  function sure(): readonly Outcome[] {
    if (state === "closing" || state === "closed") {
      if (step === null) return [end];
      // No look has seen the socket empty, and while it closes some show nothing: its end decides.
      if (before.state === "closing" && world.hasHeld) {
        return state === "closed" ? ["resolved", "connection-lost"] : [undefined];
      }
      if (before.isUnsent) return [end];
      return state === "closing" && world.hasHeld ? ["resolved", undefined] : ["resolved"];
    }
    if (world.isUnsent) return [undefined];
    // The queue leaves after the change to open.
    const isLookedAt = step === null || before.state !== state && state !== "open" ||
      state === "open" && step.do === "tick" && step.ms >= LONGEST_MS;
    return isLookedAt ? ["resolved"] : [undefined, "resolved"];
  }
}

interface Played {
  readonly outcome: Outcome;
  readonly left: Record<string, number>;
}

/** Plays a schedule, of which the wait begins somewhere, and judges it after each step. */
async function play(
  what: "whenOpen" | "flushed",
  setting: Setting,
  first: readonly Step[],
  steps: readonly Step[],
): Promise<Played> {
  const world = new World(setting);
  world.hasFigure = setting.runtime !== "workerd";
  const { it, controller: { signal } } = world;
  const { ws, clock } = it;
  for (const step of first) {
    world.perform(step);
    await turn();
  }
  const timers = clock.pending.length;
  const watched = new Watched(ws, () => (what === "whenOpen" ? whenOpen : flushed)(ws, { signal }));
  for (const step of [null, ...steps]) {
    const { state } = ws;
    const { handed } = world;
    const before = { state, inSocket: world.inSocket, isUnsent: world.isUnsent };
    if (step) world.perform(step);
    await turn();
    if (world.inSocket > 0 || world.handed > handed) world.hasHeld = true;
    const allowed = what === "whenOpen"
      ? allowedOpen(world, step, state)
      : allowedFlushed(world, step, before);
    assert(
      allowed.includes(watched.outcome),
      `${watched.outcome} after ${JSON.stringify(step)}, not ${allowed}`,
    );
    // One that closes is the one that held them.
    if (ws.state !== "open" && ws.state !== "closing") world.hasHeld = false;
    if (ws.state === "paused") assertEquals(clock.pending.length, 0, "timers in a pause");
    if (watched.outcome !== undefined) break;
    if (step === null && what === "whenOpen") assertEquals(clock.pending.length, timers);
  }
  const { outcome, listeners } = watched;
  const isSettled = outcome !== undefined;
  if (isSettled) assertEquals(listeners, 0, "listeners");
  world.perform({ do: "close" });
  await turn();
  clock.tick(60_000);
  await turn();
  assertEquals(watched.listeners, 0, "listeners at the end");
  return { outcome, left: { ...leftovers(it), bufferedAmount: 0 } };
}

const schedule = fc.array(STEP, { maxLength: 20 });

/** What once was judged wrongly: bytes that left before a look, and then `close()`. */
const FOUND: [Setting, Step[], Step[]][] = [[
  { giveUp: "close", maxBufferedBytes: undefined, runtime: "browser" },
  [{ do: "accept" }, { do: "fill", bytes: 3 }],
  [{ do: "fill", bytes: 0 }, { do: "close" }, { do: "refuse" }],
]];

for (const what of ["whenOpen", "flushed"] as const) {
  Deno.test(`${what}() always ends as documented, and leaves nothing behind`, async () => {
    await fc.assert(
      fc.asyncProperty(SETTING, schedule, schedule, async (setting, first, steps) => {
        const { left } = await play(what, setting, first.filter((it) => it.do !== "abort"), steps);
        assertEquals(left, NOTHING_LEFT);
      }),
      { numRuns: 2_000, examples: FOUND },
    );
  });
}

Deno.test("the schedules of the properties reach every way in which a wait ends", async () => {
  const seen = new Set<string>();
  const sample = fc.sample(fc.tuple(SETTING, schedule, schedule), { numRuns: 1_500, seed: 1 });
  for (const [setting, first, steps] of sample) {
    for (const what of ["whenOpen", "flushed"] as const) {
      const { outcome } = await play(what, setting, first.filter((it) => it.do !== "abort"), steps);
      seen.add(`${what} ${outcome}`);
    }
  }
  const ends = ["resolved", "undefined", ABORTED, "AbortError", "fatal-close", "retry-limit"];
  const wanted = [
    ...ends.flatMap((end) => [`whenOpen ${end}`, `flushed ${end}`]),
    "flushed connection-lost",
  ];
  assertEquals(wanted.filter((it) => !seen.has(it)), []);
});
