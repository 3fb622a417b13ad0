/** A thousand clients that lose the same server, under one delay policy. */
import type { Backoff } from "@holdfast/websocket/backoff";
import { seededRandom } from "@holdfast/websocket/testing";
import type { Mode } from "./world.ts";

/** How long a server that hangs keeps an attempt waiting, as `connectTimeoutMs` has it. */
const CONNECT_TIMEOUT_MS = 10_000;
/** How long the chart looks back. */
export const WINDOW_S = 90;

interface Member {
  attempt: number;
  waitedMs: number;
  previousDelayMs: number;
  /** When it dials next; Infinity while it is connected. */
  dueAtMs: number;
  /** When its dial gives up on a server that hangs; Infinity while it waits. */
  timeoutAtMs: number;
}

/** A fleet. Time is that of the page, and only moves by `advance`. */
export class Fleet {
  readonly #policy: Backoff;
  readonly #random: () => number;
  readonly #members: Member[];
  /** Attempts in each second, by the second. */
  readonly #attempts = new Map<number, number>();
  #nowMs = 0;

  constructor(policy: Backoff, size: number, seed: number) {
    this.#policy = policy;
    this.#random = seededRandom(seed);
    this.#members = Array.from({ length: size }, connected);
  }

  get size(): number {
    return this.#members.length;
  }

  /** How many are connected. */
  get open(): number {
    return this.#members.filter((it) => it.dueAtMs === Infinity && it.timeoutAtMs === Infinity)
      .length;
  }

  /** Attempts in each of the last seconds, the current one last. */
  get rates(): readonly number[] {
    const second = Math.floor(this.#nowMs / 1_000);
    return Array.from(
      { length: WINDOW_S },
      (_, index) => this.#attempts.get(second - WINDOW_S + 1 + index) ?? 0,
    );
  }

  /** Every client that is connected loses its connection now. */
  lose(): void {
    for (const member of this.#members) {
      if (member.dueAtMs === Infinity && member.timeoutAtMs === Infinity) {
        this.#wait(member, this.#nowMs);
      }
    }
  }

  /** Lets time pass, in which the server does one thing. */
  advance(toMs: number, mode: Mode): void {
    for (const member of this.#members) {
      for (;;) {
        const nextMs = Math.min(member.dueAtMs, member.timeoutAtMs);
        if (nextMs > toMs) break;
        if (nextMs === member.timeoutAtMs) this.#wait(member, nextMs);
        else this.#dial(member, mode);
      }
    }
    this.#nowMs = toMs;
    const oldest = Math.floor(toMs / 1_000) - WINDOW_S;
    for (const second of this.#attempts.keys()) {
      if (second < oldest) this.#attempts.delete(second);
    }
  }

  #dial(member: Member, mode: Mode): void {
    const second = Math.floor(member.dueAtMs / 1_000);
    this.#attempts.set(second, (this.#attempts.get(second) ?? 0) + 1);
    const atMs = member.dueAtMs;
    if (mode === "up") Object.assign(member, connected());
    else if (mode === "refuses") this.#wait(member, atMs);
    else Object.assign(member, { dueAtMs: Infinity, timeoutAtMs: atMs + CONNECT_TIMEOUT_MS });
  }

  #wait(member: Member, atMs: number): void {
    const { attempt, previousDelayMs, waitedMs } = member;
    const random = this.#random();
    const delayMs = this.#policy({ attempt: attempt + 1, waitedMs, previousDelayMs, random });
    Object.assign(member, {
      attempt: attempt + 1,
      waitedMs: waitedMs + delayMs,
      previousDelayMs: delayMs,
      // A policy may answer 0, and a clock moves on all the same.
      dueAtMs: atMs + Math.max(1, delayMs),
      timeoutAtMs: Infinity,
    });
  }
}

function connected(): Member {
  return { attempt: 0, waitedMs: 0, previousDelayMs: 0, dueAtMs: Infinity, timeoutAtMs: Infinity };
}
