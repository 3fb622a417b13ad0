/** Random fault schedules on fakes: what happened, as plain data for the properties to judge. */

import fc from "fast-check";
import { type FakeConnection, type FakeWorld, fakeWorld } from "../../lib/testing/mod.ts";
import {
  type Overflow,
  ReconnectingWebSocket,
  type ReconnectingWebSocketEventMap,
  type ReconnectingWebSocketOptions,
  type Sources,
  type TraceRecord,
} from "../../mod.ts";
import { alive, URL_OF_TESTS } from "./rig.ts";

const EVENTS = ["statechange", "open", "message", "error", "close", "retry", "drop"] as const;
const CODES = [1000, 1001, 1005, 1006, 1009, 1011, 4_000, 4_403];
const RUNTIMES = ["browser", "deno", "bun", "node22", "node24", "workerd"] as const;

/** What the server, the network or the user does. */
type Step =
  | { readonly do: "accept" | "refuse" | "drop" | "stall" | "error" | "message" }
  | { readonly do: "online" | "wake" | "offline" }
  | { readonly do: "send" | "reconnect" | "close" }
  | { readonly do: "server close"; readonly code: number }
  | { readonly do: "tick" | "sleep"; readonly ms: number }
  /** Does it inside the next event of that type. */
  | { readonly do: "inside"; readonly type: typeof EVENTS[number]; readonly act: Act };
type Act = "send" | "reconnect" | "close";

export interface Schedule {
  readonly seed: number;
  readonly runtime: typeof RUNTIMES[number];
  readonly maxAttempts: number;
  readonly overflow: Overflow;
  readonly asks: boolean;
  readonly greets: boolean;
  readonly steps: readonly Step[];
}

const act = fc.constantFrom<Act>("send", "send", "reconnect", "close");
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("accept" as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom("refuse", "drop", "error", "message", "stall") }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("online", "wake", "offline") }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("send" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("reconnect", "close") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("server close" as const),
      code: fc.constantFrom(...CODES),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("tick" as const),
      ms: fc.constantFrom(0, 100, 1_000, 2_000, 6_000, 20_000, 60_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("sleep" as const), ms: fc.constant(40_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("inside" as const),
      type: fc.constantFrom(...EVENTS),
      act,
    }),
  },
);

export const schedule: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.nat(),
  runtime: fc.constantFrom(...RUNTIMES),
  maxAttempts: fc.constantFrom(0, 1, 3, Infinity),
  overflow: fc.constantFrom<Overflow>("drop-newest", "drop-oldest", "throw"),
  asks: fc.boolean(),
  greets: fc.boolean(),
  steps: fc.array(step, { maxLength: 40 }),
});

export interface Seen {
  readonly type: typeof EVENTS[number];
  readonly atMs: number;
  readonly readyState: number;
  readonly event: ReconnectingWebSocketEventMap[typeof EVENTS[number]];
}

/** All that can be observed of one run. */
export interface Run {
  readonly events: Seen[];
  readonly connections: readonly FakeConnection[];
  /** How many other sockets lived at each dial. */
  readonly othersAtDial: number[];
  /** When `reconnect()` was called, or a hint given: a dial need not wait then. */
  readonly hurriedAtMs: number[];
  readonly accepted: string[];
  readonly refused: string[];
  /** Of the accepted ones, those sent inside an open listener. */
  readonly greetings: string[];
  readonly undelivered: string[];
  readonly trace: TraceRecord[];
  mostBuffered: number;
  longestConnectMs: number;
  eventsAfterEnd: number;
  dialsAfterEnd: number;
  timersAfterEnd: number;
  aliveAfterEnd: number;
  /** From `close()` to the end. */
  closingMs: number;
}

/** A bug to plant: what the client is made of, changed. */
export interface Plant {
  readonly Client?: typeof ReconnectingWebSocket;
  readonly options?: (options: ReconnectingWebSocketOptions) => ReconnectingWebSocketOptions;
  readonly sources?: (sources: Sources) => Sources;
}

/** The bounds of the queue in every run. */
export const LIMITS = { maxMessages: 3, maxBytes: 5 };

/** Plays a schedule, closes the client, and waits long for anything that should not come. */
export async function play(planned: Schedule, plant: Plant = {}): Promise<Run> {
  const { Client = ReconnectingWebSocket } = plant;
  const world = fakeWorld({ seed: planned.seed, runtime: planned.runtime });
  const run: Run = {
    events: [],
    connections: world.network.connections,
    othersAtDial: [],
    hurriedAtMs: [],
    accepted: [],
    refused: [],
    greetings: [],
    undelivered: [],
    trace: [],
    mostBuffered: 0,
    longestConnectMs: 0,
    eventsAfterEnd: 0,
    dialsAfterEnd: 0,
    timersAfterEnd: 0,
    aliveAfterEnd: 0,
    closingMs: 0,
  };
  world.network.onDial(() => run.othersAtDial.push(alive(world.network).length));
  const options: ReconnectingWebSocketOptions = {
    maxAttempts: planned.maxAttempts,
    queue: { ...LIMITS, overflow: planned.overflow },
    trace: (record) => run.trace.push(record),
    sources: plant.sources?.(world.sources) ?? world.sources,
    ...(planned.greets && { handshake: ({ send }) => send("hi") }),
  };
  const url = planned.asks ? () => URL_OF_TESTS : URL_OF_TESTS;
  const ws = new Client(url, plant.options?.(options) ?? options);
  await new Player(world, ws, run).play(planned.steps);
  return run;
}

class Player {
  readonly #world: FakeWorld;
  readonly #ws: ReconnectingWebSocket;
  readonly #run: Run;
  readonly #inside = new Map<string, Act[]>();
  #messages = 0;
  #isGreeting = false;

  constructor(world: FakeWorld, ws: ReconnectingWebSocket, run: Run) {
    this.#world = world;
    this.#ws = ws;
    this.#run = run;
    for (const type of EVENTS) ws.addEventListener(type, (event) => this.#see(type, event));
  }

  async play(steps: readonly Step[]): Promise<void> {
    const { clock, network } = this.#world;
    await clock.tickAsync(0);
    for (const step of steps) {
      this.#do(step);
      await clock.tickAsync(step.do === "tick" ? step.ms : 0);
      this.#measure();
    }
    const closedAtMs = clock.elapsedMs;
    this.#ws.close();
    await clock.runUntil(() => this.#ws.readyState === 3);
    this.#run.closingMs = clock.elapsedMs - closedAtMs;
    this.#run.undelivered.push(...(await this.#ws.closed).undelivered as string[]);
    const { length } = this.#run.events;
    const dials = network.connections.length;
    this.#run.timersAfterEnd = clock.pending.length;
    await clock.tickAsync(600_000);
    network.online();
    await clock.tickAsync(600_000);
    this.#run.eventsAfterEnd = this.#run.events.length - length;
    this.#run.dialsAfterEnd = network.connections.length - dials;
    this.#run.aliveAfterEnd = alive(network).length;
  }

  #see(type: typeof EVENTS[number], event: Event): void {
    const { clock } = this.#world;
    const seen = { type, atMs: clock.elapsedMs, readyState: this.#ws.readyState, event };
    this.#run.events.push(seen as Seen);
    this.#isGreeting = type === "open";
    for (const act of this.#inside.get(type)?.splice(0) ?? []) this.#act(act);
    this.#isGreeting = false;
    this.#measure();
  }

  #measure(): void {
    const { clock, network } = this.#world;
    const run = this.#run;
    run.mostBuffered = Math.max(run.mostBuffered, this.#ws.bufferedAmount);
    for (const { readyState, clientClose, dialedAtMs } of network.connections) {
      if (readyState > 0 || clientClose) continue;
      run.longestConnectMs = Math.max(run.longestConnectMs, clock.elapsedMs - dialedAtMs);
    }
  }

  #do(step: Step): void {
    const { clock, network } = this.#world;
    const server = network.connections.at(-1);
    const isOpen = server?.readyState === 1 && !server.clientClose;
    const isConnecting = server?.readyState === 0 && !server.clientClose;
    switch (step.do) {
      case "accept":
      case "refuse":
        return isConnecting ? server[step.do]() : undefined;
      case "drop":
      case "stall":
        return server?.[step.do]();
      case "error":
        return server?.dispatch("error");
      case "message":
        return isOpen ? server.send("hello") : undefined;
      case "server close":
        return isOpen ? server.close(step.code) : undefined;
      case "online":
      case "wake":
      case "offline":
        this.#run.hurriedAtMs.push(clock.elapsedMs);
        return network[step.do]();
      case "sleep":
        return clock.sleep(step.ms);
      case "inside":
        this.#inside.set(step.type, [...this.#inside.get(step.type) ?? [], step.act]);
        return;
      case "send":
      case "reconnect":
      case "close":
        return this.#act(step.do);
    }
  }

  #act(act: Act): void {
    const ws = this.#ws;
    if (act === "close") return ws.close();
    if (act === "reconnect") {
      this.#run.hurriedAtMs.push(this.#world.clock.elapsedMs);
      return ws.readyState < 2 ? ws.reconnect() : undefined;
    }
    const message = `m${this.#messages++}`;
    try {
      const isAccepted = ws.send(message);
      (isAccepted ? this.#run.accepted : this.#run.refused).push(message);
      if (isAccepted && this.#isGreeting) this.#run.greetings.push(message);
    } catch {
      this.#run.refused.push(message);
    }
  }
}
