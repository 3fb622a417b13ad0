/**
 * Guarantees 3, 4 and 12 to 15: when things happen.
 *
 * @module
 */

import type { Run } from "../run.ts";
import type { Seen } from "../seen.ts";
import type { Check } from "./books.ts";

/** How long a deadline waits at most for what came while the loop was blocked. */
const LAST_TURN_MS = 150;

type Range = readonly [minMs: number, maxMs: number];

/** Whether all timers that are due have fired. */
function isCurrent(run: Run, seen: Seen): boolean {
  return seen.kind === "line" && seen.line.startsWith("time") && !run.isOverdue;
}

/** Whether an attempt begins, as far as can be seen: where an answer is outstanding nothing is called. */
function isStart(seen: Seen): boolean {
  if (seen.kind === "hook") return ["url", "protocols", "dial"].includes(seen.name);
  return seen.kind === "told" && seen.type === "statechange" &&
    (seen.event as Event & { state: string }).state === "connecting";
}

/** A wait is within the documented bounds of what determined it, and is kept to. */
export function guarantee3(run: Run): Check {
  const { books } = run;
  return (seen) => {
    if (seen.kind === "told" && seen.type === "retry") {
      const { attempt, delayMs } = seen.event as Event & { attempt: number; delayMs: number };
      const [minMs, maxMs] = attempt === 0 ? [0, 0] : bounds(run, attempt);
      // A billionth for rounding: two thirds of the cap are computed in two ways.
      if (!(delayMs >= minMs * (1 - 1e-9) && delayMs <= maxMs * (1 + 1e-9))) {
        run.fail(3, `attempt ${attempt} in ${delayMs} ms, not in [${minMs}, ${maxMs}]`);
      }
    }
    if (!isStart(seen) || books.attemptStartMs !== null || !books.retry || books.isHastened) return;
    const { atMs, delayMs } = books.retry;
    const dueAtMs = atMs + Math.trunc(delayMs);
    const isDisturbed = run.disturbedAtMs >= atMs;
    if (run.nowMs > dueAtMs && !isDisturbed) run.fail(3, `began ${run.nowMs - dueAtMs} ms late`);
    // A blocking listener delays what is told, not the timer.
    if (run.nowMs >= dueAtMs || isDisturbed) return;
    if (books.retry.isPaced) {
      run.fail(3, `began ${dueAtMs - run.nowMs} ms before the server's time`);
    }
    if (books.hintedAtMs === null || books.hintedAtMs < books.retry.hintsFromMs) {
      run.fail(3, `began ${dueAtMs - run.nowMs} ms early`);
    }
  };
}

function bounds(run: Run, attempt: number): Range {
  const { setting: { policy, maxDelayMs, shouldRetry }, books, user } = run;
  if (!policy) return [0, Infinity];
  const { initialDelayMs } = policy;
  const decision = shouldRetry.length > 0 ? user.decision : undefined;
  const within = ([minMs, maxMs]: Range): Range => [
    Math.max(1, Math.min(minMs, maxDelayMs)),
    Math.max(1, Math.min(maxMs, maxDelayMs)),
  ];
  if (typeof decision === "object" && !Number.isNaN(decision.delayMs)) {
    const { delayMs } = decision;
    return within([Math.min(delayMs, maxDelayMs / 1.5), 1.5 * delayMs]);
  }
  const paced: Readonly<Record<number, Range>> = {
    1012: [Math.min(5_000, maxDelayMs / 2), 30_000],
    1008: [Math.min(2 * initialDelayMs, maxDelayMs / 2), 4 * initialDelayMs],
    1013: [Math.min(2 * initialDelayMs, maxDelayMs / 2), 4 * initialDelayMs],
  };
  const pace = attempt === 1 ? paced[books.lastClose?.code ?? 0] : undefined;
  if (pace) return within(pace);
  if (user.policyThrew) return [maxDelayMs, maxDelayMs];
  const fresh = policy.bounds({ attempt, waitedMs: 0, previousDelayMs: 0 });
  if (attempt === 1) return within(fresh);
  const { waitedMs, previousDelayMs, mayStartOver } = books;
  const [minMs, maxMs] = policy.bounds({ attempt, waitedMs, previousDelayMs });
  if (!mayStartOver) return within([minMs, maxMs]);
  return within([Math.min(minMs, fresh[0]), Math.max(maxMs, fresh[1])]);
}

/** The attempt counter returns to 0 only after a connection stayed open for `stableAfterMs`. */
export function guarantee4(run: Run): Check {
  const { books, setting: { stableAfterMs } } = run;
  let lifeMs: number | null = null;
  let isSure = true;
  let isOlder = false;
  return (seen) => {
    if (seen.kind !== "told") return;
    if (seen.type === "close") {
      lifeMs = books.openedAtMs === null ? null : run.nowMs - books.openedAtMs;
      isSure = run.disturbedAtMs < (books.openedAtMs ?? 0);
      // A listener that blocked before `open` was told: the connection is older than it seems.
      isOlder = run.disturbedAtMs === books.openedAtMs;
    }
    if (seen.type !== "retry") return;
    const { attempt } = seen.event as Event & { attempt: number };
    if (attempt === 0) {
      if (!books.isHastened) run.fail(4, "attempt 0 without reconnect()");
      return;
    }
    const wasStable = lifeMs !== null && lifeMs >= stableAfterMs;
    const isEither = wasStable && (!isSure || lifeMs === stableAfterMs);
    const expected = wasStable ? 1 : books.attempt + 1;
    const isMissed = isEither && attempt === books.attempt + 1;
    if (attempt !== expected && !isMissed && !(isOlder && attempt === 1)) {
      run.fail(4, `attempt ${attempt}, not ${expected}, after ${lifeMs ?? "no"} ms of life`);
    }
  };
}

/** An attempt that is not open after `connectTimeoutMs` is given up then. */
export function guarantee12(run: Run): Check {
  const { books, setting: { connectTimeoutMs } } = run;
  return (seen) => {
    if (
      !isCurrent(run, seen) || books.attemptStartMs === null || run.client.state !== "connecting"
    ) {
      return;
    }
    const isDisturbed = run.disturbedAtMs >= books.attemptStartMs;
    const dueAtMs = Math.max(books.attemptStartMs, run.disturbedAtMs) + connectTimeoutMs +
      (isDisturbed ? LAST_TURN_MS : 0);
    if (run.nowMs >= dueAtMs) run.fail(12, `connecting since ${books.attemptStartMs} ms`);
  };
}

/** Silence is noticed in time, and not before. */
export function guarantee13(run: Run): Check {
  const { books, setting: { heartbeat } } = run;
  if (!heartbeat) {
    return (seen) => {
      if (seen.kind !== "told" || seen.type !== "error") return;
      const { error } = seen.event as Event & { error: { code: string } };
      if (error.code === "heartbeat-timeout") run.fail(13, "a heartbeat that nobody asked for");
    };
  }
  const { intervalMs } = heartbeat;
  let heardAtMs = 0;
  let probes = 0;
  let hints = 0;
  /** Heartbeat losses in a row without a message: the timeout grows with them. */
  let silences = 0;
  const timeoutMs = (): number =>
    heartbeat.timeoutMs * (silences > 1 ? Math.min(8, 2 ** (silences - 1)) : 1);
  const hear = (): void => {
    heardAtMs = run.nowMs;
    probes = 0;
    hints = books.hints;
  };
  let timeoutAtLossMs = heartbeat.timeoutMs;
  return (seen) => {
    // The event may come after a `reconnect()`, which forgets them.
    const isLoss = seen.kind === "record" && seen.record.effects.length > 0 &&
      seen.record.input["error"] === "heartbeat-timeout";
    if (isLoss) {
      timeoutAtLossMs = timeoutMs();
      silences++;
    }
    if (seen.kind === "told" && seen.type === "open") hear();
    if (seen.kind === "inner" && seen.type === "message" && !seen.socket.isDead) {
      hear();
      silences = 0;
    }
    if (
      seen.kind === "call" && !seen.wasOver && seen.key !== "invalid" &&
      (seen.name === "reconnect" || seen.name === "resume" && run.client.state === "paused")
    ) {
      silences = 0;
    }
    if (seen.kind === "hands" && seen.key === "probe" && ++probes > 2 && !heartbeat.always) {
      run.fail(13, `${probes} probes in one silence`);
    }
    if (seen.kind === "told" && seen.type === "error") {
      const { error } = seen.event as Event & { error: { code: string } };
      if (error.code !== "heartbeat-timeout") return;
      const silentMs = run.nowMs - heardAtMs;
      const isEarly = heartbeat.always || books.hints !== hints;
      const leastMs = timeoutAtLossMs + (isEarly ? 0 : intervalMs);
      if (run.disturbedAtMs >= heardAtMs) return;
      if (silentMs < leastMs) run.fail(13, `given up after ${silentMs} ms of silence`);
    }
    if (!isCurrent(run, seen) || books.openedAtMs === null || books.isLeaving) return;
    const isDisturbed = run.disturbedAtMs >= heardAtMs;
    // A jump can hide one sign of life, and lateness earns one more probe.
    const mostMs = (isDisturbed ? 2 : 1) * (intervalMs + timeoutMs()) +
      (isDisturbed ? LAST_TURN_MS : 0);
    const silentMs = run.nowMs - Math.max(heardAtMs, run.disturbedAtMs);
    if (silentMs >= mostMs) run.fail(13, `open after ${silentMs} ms of silence`);
  };
}

/**
 * Guarantees 14 and 32: a hint brings one attempt forward, within its time, and early attempts are ever
 * farther apart.
 */
export function guarantee14(run: Run): Check {
  const { books, setting: { policy } } = run;
  const initialDelayMs = policy?.initialDelayMs ?? 0;
  let earlyAtMs = -Infinity;
  let early = 0;
  /** Whether each early attempt of the series was seen to be one. */
  let isSure = true;
  let retry = books.retry;
  const apartMs = (): number => early === 0 ? 0 : initialDelayMs * 2 ** (early - 1);
  return (seen) => {
    const isFresh = seen.kind === "told" && seen.type === "retry" && books.attempt <= 1;
    if (isFresh || books.attempt === 0) [early, isSure] = [0, true];
    if (isStart(seen) && books.retry !== retry && books.retry && !books.isHastened) {
      retry = books.retry;
      const { atMs, delayMs } = retry;
      // A clock that was set meanwhile makes the last early attempt seem older, or younger.
      if (run.disturbedAtMs >= atMs || (early > 0 && run.disturbedAtMs >= earlyAtMs)) {
        isSure = false;
      }
      if (run.nowMs >= atMs + Math.trunc(delayMs) || !isSure) return;
      const sinceMs = run.nowMs - earlyAtMs;
      // Timers cut fractions off.
      if (sinceMs < Math.trunc(apartMs()) - 1) {
        run.fail(14, `${sinceMs} ms between two early attempts`);
      }
      earlyAtMs = run.nowMs;
      early++;
    }
    if (!isCurrent(run, seen) || run.client.state !== "waiting" || !books.retry) return;
    const { hintedAtMs, retry: { atMs, hintsFromMs, isPaced } } = books;
    if (hintedAtMs === null || isPaced || !isSure || !run.setting.connectivity) return;
    if (early > 0 && run.disturbedAtMs >= earlyAtMs) return;
    if (hintedAtMs <= hintsFromMs || run.disturbedAtMs >= hintsFromMs) return;
    const dueAtMs = Math.max(hintedAtMs, atMs, earlyAtMs + apartMs()) + 500;
    if (run.nowMs > dueAtMs) run.fail(32, "a hint was not followed");
  };
}

/** An error event ends the attempt, whether a close event follows or not. */
export function guarantee15(run: Run): Check {
  let failed: Extract<Seen, { kind: "inner" }> | null = null;
  return (seen) => {
    if (seen.kind === "inner" && !seen.socket.isDead) {
      // A socket that opens after all has not failed.
      if (seen.type === "error") failed = seen;
      else if (seen.type === "open") failed = null;
    }
    if (!failed || !isCurrent(run, seen)) return;
    if (!failed.socket.isDead && !run.books.isLeaving) {
      run.fail(15, `socket ${failed.socket.index} is used after its error`);
    }
    failed = null;
  };
}
