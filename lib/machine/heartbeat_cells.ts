/**
 * The heartbeat's part of the table: what its timer, or a hint, leads to in an open connection.
 *
 * @module
 */

import type { Config, HeartbeatConfig, Input, Pulse, State, Step } from "./state.ts";
import { arm, type Of, overdue, stay } from "./step.ts";

/** A heartbeat's timeout doubles up to so many times, and no dead link waits longer. */
const MAX_PATIENCE = 8;

/** What its timer, a hint, or a message after silence leads to. */
export function heartbeatCells(state: State, input: Input, config: Config): Step {
  const { phase } = state;
  if (input.type === "alive" && (phase === "open" || phase === "handshaking")) {
    return stay({ ...state, silences: 0 });
  }
  if (!config.heartbeat || phase !== "open") return stay(state);
  const heartbeat = { ...config.heartbeat, ...state.pace };
  if (input.type === "timer" && input.timer === "heartbeat") return beat(state, input, heartbeat);
  const isProbed = input.type === "hint" && input.hint !== "offline" && heartbeat.probes &&
    state.pulse === "beating";
  return isProbed ? probe(state, "probed", heartbeat) : stay(state);
}

/**
 * Silence is counted from the last sign of life, and a connection is only given up after an unanswered
 * probe. With `always` a probe leaves each interval.
 */
function beat(
  state: Of<"open">,
  input: Input & { readonly type: "timer" },
  heartbeat: HeartbeatConfig,
): Step {
  const { intervalMs, always } = heartbeat;
  const timeoutMs = patience(state, heartbeat);
  const { pulse, leftMs } = state;
  const { lateMs, silentMs } = input;
  if (silentMs !== null && silentMs < intervalMs) {
    // A timeout shorter than the interval has used up a part of it; one that had grown, what has passed since.
    const usedMs = Math.max(silentMs, Math.min(timeoutMs, intervalMs));
    const restMs = pulse === "beating" ? 0 : intervalMs - usedMs;
    if (!always) return listen(state, "beating", intervalMs - silentMs, heartbeat);
    if (restMs) return listen(state, "beating", restMs, heartbeat);
    return probe(state, "probed", heartbeat);
  }
  if (silentMs !== null || pulse === "beating") return probe(state, "probed", heartbeat);
  if (leftMs) return listen(state, pulse, leftMs, heartbeat, always);
  // A host that slept, or throttles its timers, could not receive the answer to the first probe.
  const slept = lateMs > Math.max(1_000, timeoutMs / 2);
  if (slept && pulse === "probed") return probe(state, "reprieved", heartbeat);
  return overdue(state, input, "heartbeat-timeout");
}

/** The time to answer: a long message must not be cut off for ever, so it grows with losses in a row. */
function patience({ silences }: State, { timeoutMs }: HeartbeatConfig): number {
  return silences > 1 ? timeoutMs * Math.min(2 ** (silences - 1), MAX_PATIENCE) : timeoutMs;
}

function probe(state: Of<"open">, pulse: Pulse, heartbeat: HeartbeatConfig): Step {
  return listen(state, pulse, patience(state, heartbeat), heartbeat, heartbeat.probes);
}

/** Waits for a sign of life, an interval at a time: what comes meanwhile starts a new silence. */
function listen(
  state: Of<"open">,
  pulse: Pulse,
  waitMs: number,
  { intervalMs }: HeartbeatConfig,
  probes = false,
): Step {
  const stepMs = Math.min(waitMs, intervalMs);
  return stay(
    { ...state, pulse, leftMs: waitMs - stepMs, late: 0 },
    arm("heartbeat", stepMs),
    ...(probes ? [{ type: "probe" } as const] : []),
  );
}
