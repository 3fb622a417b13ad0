/**
 * The `with` lines of a schedule: which client, in which world. The numbers are kept beside the
 * options, as the checks judge the client by what it was asked and not by what it says.
 *
 * @module
 */

import {
  additiveJitter,
  type Backoff,
  type BackoffContext,
  constantBackoff,
  decorrelatedJitter,
  equalJitter,
  fullJitter,
  windowedBackoff,
} from "@holdfast/websocket/backoff";
import type { RuntimeProfile } from "@holdfast/websocket/testing";

/** A delay policy and the bounds that its documentation gives. */
export interface Policy {
  readonly backoff: Backoff | { initialDelayMs?: number; multiplier?: number };
  readonly initialDelayMs: number;
  /** What is documented about a delay, before the client's own bounds. */
  bounds(context: Omit<BackoffContext, "random">): readonly [minMs: number, maxMs: number];
}

/** Everything that the `with` lines say, with the documented defaults for what they leave out. */
export interface Setting {
  readonly given: ReadonlySet<string>;
  /** The full class, or the client of parts with the features that the other lines need. */
  readonly client: "full" | "core";
  readonly runtime: RuntimeProfile;
  readonly seed: number;
  readonly random: "seeded" | "low" | "high";
  readonly url: string;
  readonly protocols: string;
  readonly handshake: string;
  readonly shouldRetry: readonly string[];
  readonly policy: Policy | null;
  readonly maxDelayMs: number;
  readonly maxAttempts: number;
  readonly connectTimeoutMs: number;
  readonly stableAfterMs: number;
  readonly closeTimeoutMs: number;
  readonly heartbeat: Heartbeat | null;
  readonly queue: Queue | null;
  readonly signal: "none" | "live" | "aborted";
  readonly connectivity: boolean;
  /** Whether the client of parts can be paused; the full class always can. */
  readonly canPause: boolean;
  readonly startPaused: boolean;
  readonly giveUp: "close" | "pause";
  /** How many timers may fire in one line: more are a storm that the setting asked for. */
  readonly patience: number;
  /** The core without a queue: what is sent reaches the socket as it is, and its throw the user. */
  readonly isBare: boolean;
  /** Whether the policy fails, which only `retry()` survives: the core trusts it. */
  readonly isUntrusted: boolean;
  /** Whether the run ends with a healthy server that the client must find. */
  readonly recovers: boolean;
}

/** The heartbeat option. */
export interface Heartbeat {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly probe: "none" | "text" | "function";
  readonly isReply: boolean;
  readonly always: boolean;
}

/** The queue option. */
export interface Queue {
  readonly maxMessages: number;
  readonly maxBytes: number;
  readonly overflow: "drop-newest" | "drop-oldest" | "throw";
  readonly maxBufferedBytes?: number;
}

/** Reads the `with` lines. Of two lines about the same thing the last one holds. */
export function readSetting(lines: readonly string[]): Setting {
  const said = new Map<string, readonly string[]>();
  for (const line of lines) {
    const [first, name, ...values] = line.split(" ");
    if (first === "with" && name !== undefined) said.set(name, values);
  }
  const word = <T extends string>(name: string, fallback: T): T =>
    (said.get(name)?.[0] ?? fallback) as T;
  const number = (name: string, fallback: number): number =>
    Number(said.get(name)?.[0] ?? fallback);
  const maxDelayMs = number("maxDelayMs", 60_000);
  return {
    given: new Set(said.keys()),
    client: word<Setting["client"]>("client", "full"),
    runtime: word<RuntimeProfile>("runtime", "browser"),
    seed: number("seed", 1),
    random: word<Setting["random"]>("random", "seeded"),
    url: word("url", "static"),
    protocols: word("protocols", "none"),
    handshake: word("handshake", "none"),
    shouldRetry: said.get("shouldRetry") ?? [],
    policy: readPolicy(said.get("backoff"), maxDelayMs),
    maxDelayMs,
    maxAttempts: number("maxAttempts", Infinity),
    connectTimeoutMs: number("connectTimeoutMs", 10_000),
    stableAfterMs: number("stableAfterMs", 5_000),
    closeTimeoutMs: number("closeTimeoutMs", 3_000),
    heartbeat: readHeartbeat(said.get("heartbeat")),
    queue: readQueue(said.get("queue")),
    signal: word<Setting["signal"]>("signal", "none"),
    connectivity: word("connectivity", "fake") === "fake",
    canPause: ["pausing", "startPaused", "giveUp"].some((name) => said.has(name)),
    startPaused: said.has("startPaused"),
    giveUp: word<Setting["giveUp"]>("giveUp", "close"),
    patience: number("patience", 1_000),
    isBare: word<string>("client", "full") === "core" && !readQueue(said.get("queue")),
    isUntrusted: ["throws", "answers"].includes(said.get("backoff")?.[0] ?? ""),
    recovers: said.has("recovery"),
  };
}

function readHeartbeat(words: readonly string[] | undefined): Heartbeat | null {
  if (!words) return null;
  const [interval = "25000", timeout = "10000", probe = "none", ...others] = words;
  return {
    intervalMs: Number(interval),
    timeoutMs: Number(timeout),
    probe: probe as Heartbeat["probe"],
    isReply: others.includes("replies"),
    always: others.includes("always") && probe !== "none",
  };
}

function readQueue(words: readonly string[] | undefined): Queue | null {
  const [messages = "1024", bytes = "1048576", overflow = "drop-newest", most] = words ?? [];
  if (messages === "off") return null;
  return {
    maxMessages: Number(messages),
    maxBytes: Number(bytes),
    overflow: overflow as Queue["overflow"],
    ...(most !== undefined && { maxBufferedBytes: Number(most) }),
  };
}

/** The formulas are those of the design, written anew: not those of the code. */
function readPolicy(words: readonly string[] | undefined, cap: number): Policy | null {
  const [name = "default", first, second] = words ?? [];
  const isWindowed = name === "default" || name === "windowed";
  const base = first === undefined ? Math.min(1_000, cap / (isWindowed ? 2 : 1)) : Number(first);
  const factor = second === undefined ? 2 : Number(second);
  const options = { initialDelayMs: base, multiplier: factor, maxDelayMs: cap };
  // What the client takes as its initial delay, for 1013 and hints, when the policy is a function.
  const initialDelayMs = Math.min(1_000, cap / 2);
  const step = (attempt: number): number => Math.min(base * factor ** (attempt - 1), cap);
  const policy = (backoff: Backoff, bounds: Policy["bounds"]): Policy => ({
    backoff,
    initialDelayMs,
    bounds,
  });
  switch (name) {
    case "default": {
      const given = {
        ...(first !== undefined && { initialDelayMs: base }),
        ...(second !== undefined && { multiplier: factor }),
      };
      return { backoff: given, initialDelayMs: base, bounds: windows(base, factor, cap) };
    }
    case "windowed":
      return policy(windowedBackoff(options), windows(base, factor, cap));
    case "additive":
      return policy(
        additiveJitter(options),
        ({ attempt }) => [step(attempt), Math.min(step(attempt) + 1_000, cap)],
      );
    case "full":
      return policy(fullJitter(options), ({ attempt }) => [0, step(attempt)]);
    case "equal":
      return policy(equalJitter(options), ({ attempt }) => [step(attempt) / 2, step(attempt)]);
    case "decorrelated":
      return policy(
        decorrelatedJitter({ initialDelayMs: base, maxDelayMs: cap }),
        ({ previousDelayMs }) => [base, Math.min(3 * Math.max(previousDelayMs, base), cap)],
      );
    case "constant":
      return policy(constantBackoff(base), () => [base, base]);
    case "answers":
      return policy(() => Number(first), () => {
        const answer = Number(first);
        return Number.isNaN(answer) ? [cap, cap] : [answer, answer];
      });
    case "counts":
      return policy(({ attempt }) => attempt * base, ({ attempt }) => [
        attempt * base,
        attempt * base,
      ]);
    case "throws":
      return policy(() => {
        throw new Error("planned policy");
      }, () => [cap, cap]);
  }
  return null;
}

/** The windowed policy: one attempt in each window, at a phase that moves by a tenth at most. */
function windows(base: number, factor: number, cap: number): Policy["bounds"] {
  const longest = cap / 1.1;
  const after = (waitedMs: number): readonly [minMs: number, maxMs: number] => {
    if (waitedMs < base) return [base, 2 * base];
    let startMs = base;
    let widthMs = base;
    while (waitedMs >= startMs + widthMs) {
      startMs += widthMs;
      widthMs = Math.min(longest, widthMs * factor);
      if (widthMs < longest) continue;
      startMs += Math.floor((waitedMs - startMs) / widthMs) * widthMs;
      break;
    }
    const nextMs = Math.min(longest, widthMs * factor);
    return [
      Math.max(base, 0.9 * widthMs) - 1e-3,
      Math.min(cap, nextMs + 0.1 * widthMs) + 1e-3,
    ];
  };
  return ({ waitedMs }) => {
    // With a draw next to 1 a wait ends where a window does: rounding decides in which of the two.
    const [before, beyond] = [after(waitedMs * (1 - 1e-9)), after(waitedMs * (1 + 1e-9))];
    return [Math.min(before[0], beyond[0]), Math.max(before[1], beyond[1])];
  };
}
