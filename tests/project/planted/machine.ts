/**
 * Planted bugs of the machine and its driver.
 *
 * @module
 */

import { type Bug, bug, foundBy } from "./bug.ts";

export const CORE: readonly Bug[] = [
  bug(
    "the counters are reset at open",
    'opened: true,\n    pulse: "beating"',
    'opened: true,\n    series: FRESH,\n    pulse: "beating"',
  ),
  bug(
    "the counters are never reset",
    "stay({ ...state, series: FRESH })",
    "stay(state)",
  ),
  bug(
    "only the attempts are reset, not the waited time",
    "stay({ ...state, series: FRESH })",
    "stay({ ...state, series: { ...state.series, attempt: 0 } })",
  ),
  bug(
    "one attempt too many",
    "attempt >= config.maxAttempts",
    "attempt > config.maxAttempts",
  ),
  bug(
    "one attempt too few",
    "attempt >= config.maxAttempts",
    "attempt + 1 >= config.maxAttempts",
  ),
  bug(
    "a socket that was given up is not closed",
    '[DISARM, abandon(isSilent), arm("retry", delayMs)]',
    '[DISARM, arm("retry", delayMs)]',
  ),
  bug(
    "the timers of a wait outlive it",
    '[DISARM, ...acts, arm("connect", config.connectTimeoutMs)]',
    '[...acts, arm("connect", config.connectTimeoutMs)]',
  ),
  bug(
    "timers outlive the end",
    "[DISARM, abandon(isSilent)],\n    isOver(state)",
    "[abandon(isSilent)],\n    isOver(state)",
  ),
  bug(
    "every hint dials at once",
    "series.early ? Math.max(0, apartMs - Number(earlyMs)) : 0",
    "0",
  ),
  bug("early attempts come at one pace", "2 ** (series.early - 1)", "1"),
  bug(
    "early attempts of another series hold a hint back",
    "const restMs = series.early ?",
    "const restMs = earlyMs !== null ?",
  ),
  bug(
    "a hint during an attempt is lost",
    '...(hint ? [{ type: "hint", hint } as const] : []),',
    "",
  ),
  bug("a hint shortens a server's wait", "state.paced ||", ""),
  bug(
    "wake has the policy start over",
    'state.hint === "online" ? UNWAITED : {}',
    "UNWAITED",
  ),
  foundBy(
    "tests/client/connectivity_test.ts",
    "online cuts every dial short",
    "&& !series.cut &&",
    "&&",
  ),
  foundBy(
    "tests/client/connectivity_test.ts",
    "online cuts the last attempt short",
    " &&\n    series.attempt < maxAttempts;",
    ";",
  ),
  foundBy(
    "tests/machine/transition_test.ts",
    "a young dial is cut short",
    "YOUNG_DIAL_MS = 1_000",
    "YOUNG_DIAL_MS = 0",
  ),
  foundBy(
    "tests/client/connectivity_test.ts",
    "a young dial hangs on after a hint",
    'stay(after, arm("hint", youngMs))',
    "stay(after)",
  ),
  foundBy(
    "tests/client/connectivity_test.ts",
    "a hint of a dial cuts its handshake short",
    'case "connecting":\n      return cut(state);',
    'case "connecting":\n    case "handshaking":\n      return cut(state);',
  ),
  foundBy(
    "tests/client/connectivity_test.ts",
    "a stale hint is followed",
    "FRESH_HINT_MS = 1_000",
    "FRESH_HINT_MS = 9_000",
  ),
  bug("a hint is followed too late", "HINT_JITTER_MS = 500", "HINT_JITTER_MS = 9_000"),
  bug(
    "offline brings the attempt forward",
    'input.type !== "hint" || input.hint === "offline"',
    'input.type !== "hint"',
  ),
  bug("grace without end", 'slept && pulse === "probed"', "slept"),
  foundBy(
    "tests/machine/heartbeat_cells_test.ts",
    "turns of the loop without end",
    "before === LATE_TURNS",
    "false",
  ),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "a late answer to a probe is not read",
    'overdue(state, input, "heartbeat-timeout")',
    'lose(state, "heartbeat-timeout")',
  ),
  foundBy(
    "tests/client/lifecycle_test.ts",
    "a late answer to a dial is not read",
    'overdue(state, input, "refused" in state ? undefined : "connect-timeout")',
    'lose(state, "refused" in state ? undefined : "connect-timeout")',
  ),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "a loop that was blocked until the deadline reads no answer",
    "before === LATE_TURNS",
    "before === (lateMs || before ? LATE_TURNS : 0)",
  ),
  foundBy(
    "tests/machine/transition_test.ts",
    "each turn of a timer that is held back takes a minute",
    "before && lateMs > HELD_BACK_MS",
    "false",
  ),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "one turn of the loop is enough",
    "LATE_TURNS = 5",
    "LATE_TURNS = 1",
  ),
  foundBy(
    "tests/machine/heartbeat_cells_test.ts",
    "a timeout that had grown delays the next probe",
    "Math.max(silentMs, Math.min(timeoutMs, intervalMs))",
    "Math.min(timeoutMs, intervalMs)",
  ),
  foundBy(
    "tests/machine/transition_test.ts",
    "another thread has no time to inflate a message",
    "late === LATE_TURNS && lateMs ?",
    "late < 0 ?",
  ),
  bug("no timeout ever grows", "silences > 1 ?", "silences > 1e9 ?"),
  foundBy(
    "tests/machine/heartbeat_cells_test.ts",
    "a timeout grows for ever",
    "MAX_PATIENCE = 8",
    "MAX_PATIENCE = 80",
  ),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "always probes only in silence",
    "if (!always) return listen",
    "return listen",
  ),
  bug(
    "the first silence is a loss",
    'silentMs !== null || pulse === "beating") return probe',
    "silentMs !== null) return probe",
  ),
  bug(
    "close is told twice",
    '{ type: "error", error }, close] : [close]',
    '{ type: "error", error }, close] : [close, close]',
  ),
  bug("a clean close fires an error", "error && !wasClean ?", "error ?"),
  bug(
    "error is told after close",
    '[{ type: "error", error }, close]',
    '[close, { type: "error", error }]',
  ),
  bug(
    "statechange comes after the event that it explains",
    '[...acts, { type: "statechange", state, previous }, ...events]',
    '[...acts, ...events, { type: "statechange", state, previous }]',
  ),
  bug(
    "an abort is told as an error, too",
    "isOver(state) ? events.slice(-1) : events",
    "events",
  ),
  bug(
    "close() ends with the peer's failure",
    "return end(state, input, state.error)",
    'return end(state, input, "connection-lost")',
  ),
  bug("close() waits for ever", 'arm("close", config.closeTimeoutMs), ', ""),
  bug(
    "each part of an attempt has a deadline of its own",
    'phase: "handshaking" }, { type: "handshake" })',
    'phase: "handshaking" }, arm("connect", config.connectTimeoutMs), { type: "handshake" })',
  ),
  bug(
    "reconnect() keeps the counters",
    "silences: 0 }, FRESH, config, [",
    "silences: 0 }, state.series, config, [",
  ),
  bug(
    "reconnect() does not report the close",
    "...report({ code, reason, wasClean: false }, true, null),\n",
    "",
  ),
  bug(
    "reconnect() reports another code than it was given",
    "report({ code, reason, wasClean: false }, true",
    "report(ABNORMAL, true",
  ),
  bug(
    "reconnect() keeps the heartbeat's patience",
    "{ ...state, silences: 0 }, FRESH, config, [",
    "state, FRESH, config, [",
  ),
  foundBy(
    "tests/client/resources_test.ts",
    "reconnect() terminates",
    "[abandon(false, call)], events",
    "[abandon(true, call)], events",
  ),
  foundBy(
    "tests/client/resources_test.ts",
    "a silent socket is not terminated",
    'arm("retry", delayMs)],',
    'arm("retry", delayMs)].map((it) => it.type === "abandon" ? abandon(false) : it),',
  ),
  foundBy(
    "tests/client/handshake_test.ts",
    "a refused handshake is judged at once",
    "REFUSAL_MS = 1_000",
    "REFUSAL_MS = 0",
  ),
  bug(
    "the limit is told where none was allowed",
    'config.maxAttempts && "retry-limit"',
    '"retry-limit"',
  ),
  bug(
    "the queue leaves before the listeners of open run",
    '{ type: "open", reconnected: state.opened, attempt: series.attempt },\n      { type: "flush" }',
    '{ type: "flush" },\n      { type: "open", reconnected: state.opened, attempt: series.attempt }',
  ),
  bug("the queue does not leave at open", '{ type: "flush" },', ""),
  bug(
    "an error during the handshake is forgotten",
    '{ type: "disarm", timer: "connect" }',
    "DISARM",
  ),
  bug(
    "an error without a close is ignored",
    'return stay(state, arm("error", 0))',
    "return stay(state)",
  ),
  bug(
    "effects of a phase that has passed still act",
    "if (state.epoch !== wanted.epoch || state.phase !== wanted.phase) return;",
    "",
  ),
  bug(
    "error and close are told after close()",
    "if (isOver && !CLOSING.includes(wanted.phase)) return;",
    "",
  ),
  bug(
    "effects nest",
    "this.leave(wasBusy);\n  }\n\n  /** Performs a task",
    "this.leave(false);\n  }\n\n  /** Performs a task",
  ),
  bug("effects run last in, first out", "this.#tasks.shift()", "this.#tasks.pop()"),
  bug("a timer leaks", "this.parts.clock.clearTimeout(armed.handle);", ""),
  bug(
    "a trace sink can break the client",
    'client.report("trace", error);',
    "throw error;",
  ),
  foundBy(
    "tests/client/driver_test.ts",
    "an effect that throws stops the others",
    "this.failed(act, error);",
    "throw error;",
  ),
  foundBy(
    "tests/client/reconnect_test.ts",
    "reconnect() dispatches during the call",
    "if (isCall && EVENTS.includes(act.type)) this.#wait(perform);\n      else this",
    "this",
  ),
  foundBy(
    "tests/client/reconnect_test.ts",
    "events of reconnect() come after later ones",
    "if (!isCall && this.#later && effects.some(({ type }) => EVENTS.includes(type))) this.#letOut();",
    "",
  ),
  bug("messages are no sign of life", "pulse.aliveAtMs = parts.clock.now();", ""),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "what came before a probe is its answer",
    "if (pulse) pulse.aliveAtMs = null;",
    "",
  ),
];
