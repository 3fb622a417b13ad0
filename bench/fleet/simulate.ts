/**
 * A fleet of clients that lose their server together, in virtual time.
 *
 * The server accepts so many connections in each tenth of a second, chosen at random among those
 * who try in it, and refuses the rest; an attempt itself takes no time. While the server is down no
 * client can hinder another, so each is followed on its own up to the recovery; from then on time
 * advances slice by slice. A slice's clients hang in a linked list through one typed array, so a
 * million clients need some 40 MB and a step neither allocates nor searches.
 */

import type { BackoffContext } from "../../lib/backoff.ts";
import { seededRandom } from "../../lib/testing/seeded_random.ts";
import { HINT_JITTER_MS } from "../../lib/machine/hint_cells.ts";

/** A shipped policy, or a peer's: some peers draw a constant once for each process. */
export type FleetPolicy = (context: BackoffContext & { readonly client: number }) => number;

/** What happens to the fleet. Times are in milliseconds of virtual time. */
export interface Scenario {
  readonly clients: number;
  /** Connections that the server accepts a second. */
  readonly capacity: number;
  /** Every attempt fails before. */
  readonly upAtMs: number;
  /** When a client loses its connection. */
  readonly lostAtMs: (client: number) => number;
  /** Until `upAtMs` attempts do not fail at once but are accepted, and dropped after so long. */
  readonly heldMs: number;
  /** The delay that the first loss brings about, where it is not the policy's. */
  readonly firstDelay?: (random: number) => number;
  /** The delay that every later failure brings about, where it is not the policy's. */
  readonly nextDelay?: (random: number) => number;
  /** Hints that the network or the page is back. They end no wait that is not the policy's. */
  readonly hints?: Hints;
  /** Counts waits that were not the policy's as if they were: what the client does not do, and why. */
  readonly seriesGoesOn: boolean;
  /** Whether clients forget their attempts whenever one is accepted, though it be dropped. */
  readonly resetsAtOpen: boolean;
  /** How finely the server counts, 100 ms if not given; a small fleet needs coarser slices. */
  readonly sliceMs?: number;
}

/** Hints, and what a client that waits makes of them. */
export interface Hints {
  /** When the next one comes, at `fromMs` or later; Infinity if none does. */
  readonly nextMs: (client: number, fromMs: number) => number;
  /** The least time between an early attempt and the one before it, by how many there were. */
  readonly gapMs: (earlyAttempts: number) => number;
  /**
   * What follows an early attempt that failed: the policy starts over, goes on as if it had waited,
   * or there is the attempt that was planned.
   */
  readonly then: "new series" | "goes on" | "as planned";
}

/** What became of the fleet. Shares are parts of the fleet, times are in seconds. */
export interface Outcome {
  readonly attemptsPerClient: number;
  /** Of these, the ones before the recovery. */
  readonly attemptsWhileDown: number;
  /** The attempts of the client that made the most. */
  readonly mostAttempts: number;
  readonly peakWhileDown: number;
  readonly peakAfterRecovery: number;
  /** From the recovery (or the client's own loss, if later) to its accepted connection. */
  readonly meanS: number;
  readonly p50S: number;
  readonly p99S: number;
  readonly maxS: number;
  /** `p99S` in units of clients / capacity, the least time in which anybody could serve them all. */
  readonly p99ToBound: number;
  /** Attempts in each second. */
  readonly perSecond: readonly number[];
}

const SLICE_MS = 100;
/** Slices ahead of now that can be told apart: 27 minutes, above any delay and any later loss. */
const RING = 16_384;
const NONE = -1;

/** Runs the whole fleet until the last client has a connection. The same seed, the same outcome. */
export function simulate(scenario: Scenario, policy: FleetPolicy, seed: number): Outcome {
  const fleet = new Fleet(scenario, policy, seed);
  for (let client = 0; client < scenario.clients; client++) fleet.followWhileDown(client);
  return fleet.outcome(fleet.serveAll());
}

class Fleet {
  readonly #scenario: Scenario;
  readonly #sliceMs: number;
  readonly #policy: FleetPolicy;
  readonly #random: () => number;
  /** Of each client: its next attempt, and what its policy knows. */
  readonly #atMs: Float64Array;
  readonly #waitedMs: Float64Array;
  readonly #previousDelayMs: Float64Array;
  readonly #attempts: Int32Array;
  /** Of each client: all its attempts, and those that a hint brought forward. */
  readonly #dials: Int32Array;
  readonly #earlyDials: Int32Array;
  readonly #earlyMs: Float64Array;
  /** Of each client: the attempt that an early one came before. */
  readonly #plannedMs: Float64Array;
  readonly #context = { client: 0, attempt: 0, waitedMs: 0, previousDelayMs: 0, random: 0 };
  /** The clients of each slice: the first, and of each client the next. */
  readonly #firstOf = new Int32Array(RING).fill(NONE);
  readonly #nextOf: Int32Array;
  readonly #perSecond: number[] = [];

  constructor(scenario: Scenario, policy: FleetPolicy, seed: number) {
    const { clients } = scenario;
    this.#scenario = scenario;
    this.#sliceMs = scenario.sliceMs ?? SLICE_MS;
    this.#policy = policy;
    this.#random = seededRandom(seed);
    this.#atMs = new Float64Array(clients);
    this.#waitedMs = new Float64Array(clients);
    this.#previousDelayMs = new Float64Array(clients);
    this.#attempts = new Int32Array(clients);
    this.#dials = new Int32Array(clients);
    this.#earlyDials = new Int32Array(clients);
    this.#earlyMs = new Float64Array(clients);
    this.#plannedMs = new Float64Array(clients);
    this.#nextOf = new Int32Array(clients);
  }

  /** Lets one client fail up to the recovery, and puts it where its first attempt after it falls. */
  followWhileDown(client: number): void {
    const { upAtMs, heldMs, resetsAtOpen, lostAtMs } = this.#scenario;
    let whenMs = this.#fail(client, lostAtMs(client));
    while (whenMs < upAtMs) {
      this.#count(whenMs, 1);
      if (resetsAtOpen) {
        this.#attempts[client] = 0;
        this.#startSeries(client);
      }
      whenMs = this.#fail(client, whenMs + heldMs);
    }
    this.#await(client, whenMs);
  }

  /** Advances slice by slice until everybody has a connection; returns how long each had to wait. */
  serveAll(): Float32Array {
    const { clients, capacity, upAtMs, lostAtMs } = this.#scenario;
    const sliceMs = this.#sliceMs;
    const perSlice = capacity * sliceMs / 1_000;
    const waitS = new Float32Array(clients);
    const due = new Int32Array(clients);
    let served = 0;
    for (let slice = Math.floor(upAtMs / sliceMs); served < clients; slice++) {
      // Whole connections only; what is left of one counts for the next slice.
      let free = Math.floor((slice + 1) * perSlice) - Math.floor(slice * perSlice);
      // A delay may be shorter than the slice, so that it fills again.
      for (let n = this.#take(slice, due); n > 0; n = this.#take(slice, due)) {
        const accepted = Math.min(free, n);
        this.#count(slice * sliceMs, n);
        for (let i = 0; i < n; i++) {
          if (i < accepted && accepted < n) swap(due, i, i + Math.floor(this.#random() * (n - i)));
          const client = due[i] ?? NONE;
          const atMs = this.#atMs[client] ?? NaN;
          if (i < accepted) waitS[served++] = (atMs - Math.max(upAtMs, lostAtMs(client))) / 1_000;
          else this.#await(client, this.#fail(client, atMs));
        }
        free -= accepted;
      }
    }
    return waitS;
  }

  outcome(waitS: Float32Array): Outcome {
    const { clients, capacity, upAtMs } = this.#scenario;
    const perSecond = this.#perSecond;
    const up = Math.floor(upAtMs / 1_000);
    const sum = (of: readonly number[]): number => of.reduce((a, b) => a + b, 0);
    const peak = (of: readonly number[] | Int32Array): number => {
      let most = 0;
      for (const n of of) most = Math.max(most, n);
      return most;
    };
    waitS.sort();
    const quantile = (q: number): number => waitS[Math.ceil(q * clients) - 1] ?? NaN;
    return {
      attemptsPerClient: sum(perSecond) / clients,
      attemptsWhileDown: sum(perSecond.slice(0, up)) / clients,
      mostAttempts: peak(this.#dials),
      peakWhileDown: peak(perSecond.slice(0, up)) / clients,
      peakAfterRecovery: peak(perSecond.slice(up)) / clients,
      meanS: waitS.reduce((a, b) => a + b, 0) / clients,
      p50S: quantile(0.5),
      p99S: quantile(0.99),
      maxS: quantile(1),
      p99ToBound: quantile(0.99) * capacity / clients,
      perSecond,
    };
  }

  /** One more failure of this client; returns when it tries again. */
  #fail(client: number, nowMs: number): number {
    const { firstDelay, nextDelay } = this.#scenario;
    this.#dials[client] = (this.#dials[client] ?? 0) + 1;
    const plannedMs = this.#plannedMs[client] ?? 0;
    if (plannedMs > nowMs) return this.#hurry(client, nowMs, plannedMs);
    const context = this.#context;
    context.client = client;
    context.attempt = (this.#attempts[client] ?? 0) + 1;
    context.waitedMs = this.#waitedMs[client] ?? 0;
    context.previousDelayMs = this.#previousDelayMs[client] ?? 0;
    context.random = this.#random();
    const paced = context.attempt === 1 ? firstDelay : nextDelay;
    // No less than a millisecond: that much the client sees to.
    const delayMs = Math.max(1, paced ? paced(context.random) : this.#policy(context));
    this.#attempts[client] = context.attempt;
    this.#waitedMs[client] = context.waitedMs + delayMs;
    this.#previousDelayMs[client] = delayMs;
    if (!paced) return this.#hurry(client, nowMs, nowMs + delayMs);
    this.#startSeriesAfterPacing(client);
    return nowMs + delayMs;
  }

  /** The first hint within a wait may end it early; returns when this client tries again. */
  #hurry(client: number, nowMs: number, plannedMs: number): number {
    const { hints } = this.#scenario;
    const hintMs = hints?.nextMs(client, nowMs) ?? Infinity;
    if (!hints || hintMs >= plannedMs) return plannedMs;
    const before = this.#earlyDials[client] ?? 0;
    const firstMs = before === 0 ? hintMs : (this.#earlyMs[client] ?? 0) + hints.gapMs(before);
    const earlyMs = Math.max(hintMs, firstMs) + HINT_JITTER_MS * this.#random();
    if (earlyMs >= plannedMs) return plannedMs;
    this.#earlyMs[client] = earlyMs;
    this.#earlyDials[client] = before + 1;
    if (hints.then === "new series") this.#startSeriesAfterPacing(client);
    if (hints.then === "as planned") this.#plannedMs[client] = plannedMs;
    return earlyMs;
  }

  /** Something else than the policy decides when this client dials: see BackoffContext. */
  #startSeriesAfterPacing(client: number): void {
    if (!this.#scenario.seriesGoesOn) this.#startSeries(client);
  }

  #startSeries(client: number): void {
    this.#waitedMs[client] = 0;
    this.#previousDelayMs[client] = 0;
  }

  #count(nowMs: number, attempts: number): void {
    const second = Math.floor(nowMs / 1_000);
    while (this.#perSecond.length <= second) this.#perSecond.push(0);
    this.#perSecond[second] = (this.#perSecond[second] ?? 0) + attempts;
  }

  #await(client: number, whenMs: number): void {
    const place = Math.floor(whenMs / this.#sliceMs) % RING;
    this.#atMs[client] = whenMs;
    this.#nextOf[client] = this.#firstOf[place] ?? NONE;
    this.#firstOf[place] = client;
  }

  /** Empties a slice into `due`; returns how many there were. */
  #take(slice: number, due: Int32Array): number {
    const place = slice % RING;
    let n = 0;
    let client = this.#firstOf[place] ?? NONE;
    this.#firstOf[place] = NONE;
    for (; client !== NONE; client = this.#nextOf[client] ?? NONE) due[n++] = client;
    return n;
  }
}

function swap(array: Int32Array, i: number, j: number): void {
  const kept = array[i] ?? NONE;
  array[i] = array[j] ?? NONE;
  array[j] = kept;
}
