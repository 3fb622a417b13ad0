/** Decisions as lines for people, each with its reason. */
import { formatTrace, type TraceRecord } from "@holdfast/websocket/trace";
import { replay } from "@holdfast/websocket/testing";

/** One line of the timeline. */
export interface Entry {
  readonly atMs: number;
  readonly attempt: string;
  readonly text: string;
  /** Why the client did so. */
  readonly reason: string;
  readonly tone: "good" | "bad" | "wait" | "plain";
}

/** What the beginning of a line means; the first that fits. */
const REASONS: readonly (readonly [line: RegExp, reason: string])[] = [
  [/^connecting to/, "No connection is there, and no wait is left: dial, with a deadline of 10 s."],
  [/^waiting .* by hint/, "The host says that the network is back, so the wait ends early."],
  [
    /^waiting .*\(1012/,
    "1012 announces a restart, and its registration wants clients spread over 5 to 30 s.",
  ],
  [/^waiting .*\(1013/, "1013 says try again later: the first wait is longer."],
  [
    /^waiting .*connect-failed/,
    "Refused. The windows double, so that the load on a dead server falls with its outage.",
  ],
  [/^waiting .*connect-timeout/, "No answer within 10 s counts as a failed attempt."],
  [
    /^waiting .*heartbeat-timeout/,
    "Silence after a probe: the connection is dead, whatever TCP says.",
  ],
  [
    /^waiting/,
    "The first wait is 1 to 2 s, at a random moment, so that a fleet does not come back at once.",
  ],
  [/^open/, "The queue leaves now. The counters stay until the connection has lasted 5 s."],
  [/^stable/, "Open for 5 s: the next loss starts again with the shortest wait."],
  [/^heartbeat: probed/, "10 s without a message: a probe is sent, and anything is an answer."],
  [/^heartbeat: beating/, "A message came, so the connection is alive."],
  [/^heartbeat: late/, "The probe has no answer: a last moment, as the host may have been asleep."],
  [
    /^heartbeat: reprieved/,
    "The timer came late, so the host was asleep: the connection gets one more chance.",
  ],
  [/^heartbeat/, "What the heartbeat makes of the silence so far."],
  [
    /^hint: offline/,
    "The host says that the network is gone. It may be wrong, so nothing changes.",
  ],
  [/^hint/, "A hint: a wait ends early, an open connection is probed; nothing is believed."],
  [/^dialling early/, "A hint came, and enough time has passed since the last early attempt."],
  [/^reconnecting/, "Retry now was pressed: no wait, and the counters start anew."],
  [/^closed: fatal-close/, "This code says that no retry can help, so there is none."],
  [/^clos/, "The client was closed, and comes back no more."],
];

/** A line for a record that says something, null for the others. */
export function toEntry(record: TraceRecord, startMs: number): Entry | null {
  const line = formatTrace(record);
  if (line === null) return null;
  const [, attempt = "", text = line] = /^#(\d+) ([^]*)$/.exec(line) ?? [];
  const reason = REASONS.find(([start]) => start.test(text))?.[1] ?? "";
  const tone = /^open/.test(text)
    ? "good"
    : /^closed/.test(text)
    ? "bad"
    : /^waiting/.test(text)
    ? "wait"
    : "plain";
  return { atMs: record.atMs - startMs, attempt, text, reason, tone };
}

/** A recorded trace, replayed. */
export interface Replayed {
  readonly entries: readonly Entry[];
  /** What differs today, null if nothing does. */
  readonly difference: string | null;
}

/**
 * Reads and replays a file: JSON lines, or one array.
 *
 * @throws {Error} It is no trace.
 */
export function replayFile(text: string): Replayed {
  const lines = text.trim().split("\n");
  const records: readonly TraceRecord[] = text.trimStart().startsWith("[")
    ? JSON.parse(text)
    : lines.map((line) => JSON.parse(line));
  const startMs = records[0]?.atMs ?? 0;
  const entries = records.map((record) => toEntry(record, startMs)).filter((it) => it !== null);
  try {
    replay(records);
    return { entries, difference: null };
  } catch (error) {
    return { entries, difference: error instanceof Error ? error.message : String(error) };
  }
}
