/**
 * Structured logging: one plain-data record for each decision, and readable lines made of them.
 *
 * @example Watching a client on the console
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { consoleTrace } from "@holdfast/websocket/trace";
 *
 * const ws = new ReconnectingWebSocket("ws://localhost:8080/feed", {
 *   trace: consoleTrace({ prefix: "feed" }),
 * });
 * ws.close();
 * ```
 *
 * @module
 */

import type { Effect, Input, SessionNote, State } from "./machine/state.ts";

/**
 * One decision of the core: state before, input (draws and verdicts included), state after, effects.
 * Plain data; the input of the first record carries the config, so a whole trace replays. The shape
 * of `before`, `input`, `after` and `effects` may change between minor versions.
 */
export interface TraceRecord {
  /** Wall time in milliseconds. */
  readonly atMs: number;
  /** The state before. */
  readonly before: Readonly<Record<string, unknown>>;
  /** What happened. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The state after. */
  readonly after: Readonly<Record<string, unknown>>;
  /** What was done about it, in order. */
  readonly effects: readonly Readonly<Record<string, unknown>>[];
}

/** Longer reasons are cut: a log line is not the place for a server's essay. */
const MAX_REASON_LENGTH = 123;

/**
 * One readable line for a record that tells something a person wants to know, null for the others.
 *
 * @example
 * ```ts
 * import { formatTrace, type TraceRecord } from "@holdfast/websocket/trace";
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { clock, network, sources } = fakeWorld({ seed: 1 });
 * const lines: (string | null)[] = [];
 * const trace = (record: TraceRecord) => lines.push(formatTrace(record));
 * using ws = new ReconnectingWebSocket("wss://example.com", { sources, trace });
 * network.connections[0]?.refuse();
 * assertEquals(lines.filter(Boolean), [
 *   "#0 connecting to wss://example.com/",
 *   "#1 waiting 1.5 s after connect-failed (1006)",
 * ]);
 * ```
 */
export function formatTrace(record: TraceRecord): string | null {
  const [before, input, after] = [record.before, record.input, record.after] as unknown as [
    State,
    Input,
    State,
  ];
  const number = `#${after.series.attempt}`;
  switch (input.type) {
    case "resolved":
      return `${number} connecting to ${input.url}`;
    case "opened":
    case "ready":
      return before.phase === after.phase ? null : `${number} ${after.phase}`;
    case "lost":
      return formatLoss(record, input);
    case "timer":
      if (after.phase === "closed") return formatLoss(record, null);
      if (input.timer === "stable") return `${number} stable: counters reset`;
      if (input.timer === "hint") return `${number} dialling early after a hint`;
      return after.phase === "open" && "pulse" in before && before.pulse !== after.pulse
        ? `${number} heartbeat: ${after.pulse}`
        : null;
    case "hint":
      return `${number} hint: ${input.hint}`;
    case "close":
      return before.phase === after.phase ? null : `${number} closing${closedBy(input)}`;
    case "reconnect":
      return `${number} reconnecting at once`;
    case "pause":
      return before.phase === after.phase ? null : `${number} paused`;
    case "resume":
      return before.phase === after.phase ? null : `${number} resuming at once`;
    case "fault":
      return `${number} ignored a fault in ${input.fault}`;
    case "session":
      return `${number} session: ${formatSession(input)}`;
    case "refused":
      return `${number} refused by the handshake: waiting for the server's reason`;
    case "start":
    case "alive":
    case "error":
      return null;
  }
}

function formatSession(note: SessionNote): string {
  switch (note.event) {
    case "hello":
      return `hello ${note.n}, ${note.rx} handled, ${note.ack} of ${note.tx} confirmed`;
    case "begun":
    case "resumed":
      return `${note.event}, ${note.rx} handled by the server`;
    case "lost": {
      const doubt = note.isExact || note.unacked === 0 ? "" : ", in doubt";
      return `lost (${note.why}), ${note.unacked} given back${doubt}`;
    }
    case "broken":
      return `cannot go on as ${note.reason}`;
    case "bye":
      return `ended, ${note.unacked} not confirmed`;
  }
}

/** @param loss Null where nobody judged: the peer did not answer `close()` in time. */
function formatLoss(
  { after, effects }: TraceRecord,
  loss: Input & { readonly type: "lost" } | null,
): string | null {
  const { series: { attempt } } = after as unknown as State;
  const end = (effects as unknown as readonly Effect[]).find(({ type }) => type === "close");
  if (end?.type !== "close") return null;
  const said = end.reason ? `${end.code} ${quote(end.reason)}` : `${end.code}`;
  const { error, verdict } = loss ?? {};
  const flaws = verdict?.flaws.length ? ` [${verdict.flaws.join("; ")}]` : "";
  if (!verdict || !end.willRetry) {
    const { phase } = after as unknown as State;
    return `#${attempt} ${phase}: ${end.error ?? "done"} (${said})${flaws}`;
  }
  const by = verdict.by === "policy" ? "" : ` by ${verdict.by}`;
  const wait = `waiting ${(verdict.delayMs / 1000).toFixed(1)} s${by}`;
  return `#${attempt} ${wait} after ${error ?? "a clean close"} (${said})${flaws}`;
}

function closedBy({ error, code }: Input & { readonly type: "close" }): string {
  return error ? ` (${error})` : code === undefined ? "" : ` (${code})`;
}

/**
 * A server's words, with what could forge lines, drive a terminal or turn the direction of the text
 * escaped.
 */
function quote(text: string): string {
  const escaped = JSON.stringify(text.slice(0, MAX_REASON_LENGTH)).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return text.length > MAX_REASON_LENGTH ? `${escaped}...` : escaped;
}

/** What to write before each line. */
export interface ConsoleTraceOptions {
  /**
   * Written before each line, to tell clients apart.
   *
   * @default {"websocket"}
   */
  prefix?: string;
}

/** A `trace` sink that writes readable lines with `console.debug`. */
export function consoleTrace(options: ConsoleTraceOptions = {}): (record: TraceRecord) => void {
  const { prefix = "websocket" } = options;
  return (record) => {
    const line = formatTrace(record);
    // deno-lint-ignore no-console -- writing to the console is what this is for
    if (line !== null) console.debug(`${prefix} ${line}`);
  };
}
