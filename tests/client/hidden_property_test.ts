import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type PausableClient, pauseWhileHidden } from "../../lib/hidden.ts";
import { leftovers, NOTHING_LEFT, type Rig, rig } from "./rig.ts";
import { countedClock, FakePage } from "./hidden_rig.ts";

const AFTER_MS = 10_000;
const SPREAD_MS = 500;

const CALLS = ["pause", "resume", "reconnect"] as const;
const PAGE = ["hide", "show", "cache", "restore"] as const;
const NETWORK = ["accept", "refuse", "drop", "fatal"] as const;

/** What happens; `within` calls of the user come together, with no event between them. */
type Step =
  | { readonly calls: readonly (typeof CALLS)[number][] }
  | { readonly tick: number }
  | { readonly sleep: number }
  | (typeof PAGE)[number]
  | (typeof NETWORK)[number]
  | "close"
  | "release";

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ tick: fc.constantFrom(1, 500, 5_000, AFTER_MS) }) },
  { weight: 1, arbitrary: fc.record({ sleep: fc.constantFrom(5_000, AFTER_MS) }) },
  { weight: 6, arbitrary: fc.constantFrom<Step>(...PAGE, "show", "restore") },
  { weight: 4, arbitrary: fc.constantFrom<Step>(...NETWORK, "accept", "accept") },
  {
    weight: 2,
    arbitrary: fc.record({
      calls: fc.array(fc.constantFrom(...CALLS), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>("close", "release", "show", "restore") },
);

const SETTING = fc.record({
  close: fc.boolean(),
  giveUp: fc.constantFrom("close" as const, "pause" as const),
  draw: fc.constantFrom(0, 0.5, 0.998),
});

/** Lets events settle that come later than the call. */
async function turn(): Promise<void> {
  for (let n = 0; n < 10; n++) await Promise.resolve();
}

/** A client on a page, and what is known of both without the helper. */
class World {
  readonly it: Rig;
  readonly page = new FakePage();
  readonly release: () => void;
  readonly timers: () => number;
  readonly wrong: string[] = [];
  isReleased = false;
  /** Whether the pause that is on was made by the helper. */
  isPausedByHelper = false;
  #wasPaused = false;
  /** Since when the page is hidden, and nobody resumed the client or replaced its connection. */
  hiddenAtMs: number | null = null;
  /** Since when it is shown. */
  shownAtMs = 0;
  /** Calls that the helper made. */
  readonly made = new Set<string>();

  constructor({ close, giveUp, draw }: typeof SETTING extends fc.Arbitrary<infer T> ? T : never) {
    const it = this.it = rig({ giveUp, maxAttempts: 3, stableAfterMs: 0 });
    const { ws } = it;
    const { clock, pending } = countedClock(it.clock);
    this.timers = pending;
    const { document, window } = this.page;
    const seen = judged(this, close);
    this.release = pauseWhileHidden(seen, {
      close,
      afterMs: AFTER_MS,
      sources: { document, window, clock, random: () => draw },
    });
    ws.addEventListener("statechange", () => this.look());
  }

  /** A call of the helper. */
  check(call: string): void {
    this.made.add(call);
    const { state } = this.it.ws;
    if (/^clos/.test(state)) this.wrong.push(`${call}() on a client that is ${state}`);
    if (this.isReleased) this.wrong.push(`${call}() after release`);
    if (call === "pause" && state === "paused") this.wrong.push("paused twice");
    if (call === "resume" && state !== "paused") this.wrong.push("resumed without a pause");
  }

  notePause(): void {
    this.isPausedByHelper = true;
    this.#wasPaused = true;
  }

  /** Whose pause it is, wherever the state may have changed. */
  look(): void {
    const isPaused = this.it.ws.state === "paused";
    if (!isPaused) this.isPausedByHelper = false;
    // The helper's own is noted where it is made.
    if (this.#wasPaused && !isPaused && this.hiddenAtMs !== null) {
      this.hiddenAtMs = this.it.clock.now();
    }
    this.#wasPaused = isPaused;
  }

  #see(change: () => void): void {
    const wasHidden = this.page.isHidden;
    const nowMs = this.it.clock.now();
    // Before it is dispatched.
    const { document } = this.page;
    const next = new FakePage();
    next.isCached = this.page.isCached;
    next.document.visibilityState = document.visibilityState;
    change.call(next);
    if (next.isHidden && !wasHidden) this.hiddenAtMs = nowMs;
    if (!next.isHidden) this.hiddenAtMs = null;
    if (!next.isHidden && wasHidden) this.shownAtMs = nowMs;
    change.call(this.page);
  }

  perform(step: Step): void {
    const { it: { ws, clock, network }, page } = this;
    const server = network.connections.at(-1);
    const isDialing = ws.state === "connecting" && server?.readyState === 0;
    if (typeof step === "object") {
      if ("tick" in step) return clock.tick(step.tick);
      if ("sleep" in step) return clock.sleep(step.sleep);
      for (const call of step.calls) {
        if (ws.readyState >= 2) return;
        const isReplaced = call === "reconnect" && ws.state === "open";
        if (isReplaced && this.hiddenAtMs !== null) this.hiddenAtMs = clock.now();
        ws[call]();
        this.look();
      }
      return;
    }
    switch (step) {
      case "hide":
      case "show":
        // A page in the cache runs nothing.
        return page.isCached ? undefined : this.#see(page[step]);
      case "cache":
        return page.isCached ? undefined : this.#see(page.cache);
      case "restore":
        return page.isCached ? this.#see(page.restore) : undefined;
      case "accept":
        return isDialing ? server.accept() : undefined;
      case "refuse":
        return isDialing ? server.refuse() : undefined;
      case "drop":
        return ws.state === "open" ? server?.drop() : undefined;
      case "fatal":
        return ws.state === "open" ? server?.close(4403) : undefined;
      case "close":
        return ws.close();
      case "release":
        this.release();
        this.isReleased = true;
    }
  }

  /** Whether timers are late, as after a sleep. */
  isLate = false;

  /** What must hold between steps, unless timers are late. */
  judge(): void {
    const { it: { ws, clock }, page, wrong } = this;
    const isOver = ws.readyState >= 2;
    if ((isOver || this.isReleased) && page.listeners + this.timers() > 0) {
      wrong.push("a listener or timer is left");
    }
    if (isOver || this.isReleased || this.isLate) return;
    const nowMs = clock.now();
    const isDialing = ws.state === "connecting" || ws.state === "waiting";
    const hiddenMs = nowMs - (this.hiddenAtMs ?? Infinity);
    if (isDialing && (page.isCached || hiddenMs >= AFTER_MS)) wrong.push("dials while hidden");
    if (!page.isHidden && this.isPausedByHelper && nowMs - this.shownAtMs >= SPREAD_MS) {
      wrong.push("stays paused while shown");
    }
  }
}

/** The client as the helper sees it: each of its calls is judged. */
function judged(world: World, close: boolean): PausableClient {
  const { it: { ws, clock }, page, wrong } = world;
  return {
    get state(): string {
      return ws.state;
    },
    addEventListener: ws.addEventListener.bind(ws),
    removeEventListener: ws.removeEventListener.bind(ws),
    pause(): void {
      world.check("pause");
      const forMs = clock.now() - (world.hiddenAtMs ?? Infinity);
      if (!page.isHidden) wrong.push("paused while shown");
      if (!page.isCached && forMs < AFTER_MS) wrong.push(`paused after ${forMs} ms`);
      if (ws.state === "open" && !close && !page.isCached) wrong.push("paused while open");
      ws.pause();
      world.notePause();
    },
    resume(): void {
      world.check("resume");
      if (page.isHidden) wrong.push("resumed while hidden");
      if (!world.isPausedByHelper) wrong.push("resumed the pause of another");
      ws.resume();
    },
  };
}

async function play(
  setting: typeof SETTING extends fc.Arbitrary<infer T> ? T : never,
  steps: readonly Step[],
): Promise<World> {
  const world = new World(setting);
  for (const step of steps) {
    world.perform(step);
    await turn();
    // The end of the task, where all events of the calls were dispatched.
    if (typeof step === "object" && "calls" in step) world.it.clock.tick(0);
    await turn();
    world.look();
    if (typeof step === "object") world.isLate = "sleep" in step;
    world.judge();
    assertEquals(world.wrong, [], `after ${JSON.stringify(step)}`);
  }
  world.it.ws.close();
  await turn();
  world.it.clock.tick(60_000);
  assertEquals([world.page.listeners, world.timers()], [0, 0], "at the end");
  return world;
}

const schedule = fc.array(STEP, { maxLength: 40, size: "max" });

Deno.test("pauseWhileHidden() never dials hidden, nor resumes what it did not pause, nor leaves anything", async () => {
  await fc.assert(
    fc.asyncProperty(SETTING, schedule, async (setting, steps) => {
      const { it } = await play(setting, steps);
      assertEquals({ ...leftovers(it), bufferedAmount: 0 }, NOTHING_LEFT);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("the schedules of the property make the helper pause and resume", async () => {
  let [pauses, resumes] = [0, 0];
  for (
    const [setting, steps] of fc.sample(fc.tuple(SETTING, schedule), { numRuns: 500, seed: 1 })
  ) {
    const { made } = await play(setting, steps);
    if (made.has("pause")) pauses++;
    if (made.has("resume")) resumes++;
  }
  assert(pauses > 100 && resumes > 30, `${pauses} pauses, ${resumes} resumes`);
});
