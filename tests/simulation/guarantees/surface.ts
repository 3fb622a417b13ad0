/**
 * Guarantees 25 to 29: listeners, misuse, resources and the trace.
 *
 * @module
 */

import { replay } from "@holdfast/websocket/testing";
import { formatTrace, type TraceRecord } from "@holdfast/websocket/trace";
import type { Entry } from "../listeners.ts";
import type { Run } from "../run.ts";
import type { Check } from "./books.ts";

/** Listeners are called as in the DOM, and what the user set once holds for every socket. */
export function guarantee25(run: Run): Check {
  let type = "";
  let expected: Entry[] = [];
  const finish = (): void => {
    const missed = expected.find(({ isRemoved }) => !isRemoved);
    if (missed) run.fail(25, `listener ${missed.id} of ${type} was not called`);
    expected = [];
  };
  return (seen) => {
    if (seen.kind === "told") {
      finish();
      type = seen.type;
      expected = [...run.user.listeners.of(type)];
      const { target, currentTarget } = seen.event;
      if (target !== run.client) run.fail(25, "the target is not the client");
      if (currentTarget !== run.client) run.fail(25, "currentTarget is not the client");
    } else if (seen.kind === "listener") {
      let entry = expected.shift();
      while (entry?.isRemoved) entry = expected.shift();
      if (seen.type !== type || entry?.id !== seen.id) {
        run.fail(25, `listener ${seen.id} of ${seen.type}, not ${entry?.id} of ${type}`);
      }
      if (entry?.isOnce) run.user.listeners.spend(type, entry);
    } else if (seen.kind === "line") {
      finish();
      const { binaryType } = run.user;
      if (binaryType && run.client.binaryType !== binaryType) run.fail(25, "binaryType is lost");
    } else if (seen.kind === "inner" && seen.type === "open" && !seen.socket.isDead) {
      const { binaryType } = run.user;
      const inner = (seen.event.target as WebSocket).binaryType;
      if (binaryType && inner !== binaryType) run.fail(25, `binaryType ${inner} of a new socket`);
    }
  };
}

/** A refused call changes nothing, and the user's own events do not drive the machine. */
export function guarantee26(run: Run): Check {
  let records = 0;
  let recordsBefore = 0;
  return (seen) => {
    if (seen.kind === "record") {
      records++;
      if (run.user.isDispatching) run.fail(26, "an event of the user's drives the machine");
    }
    if (seen.kind === "call" && seen.key === "invalid") recordsBefore = records;
    if (seen.kind !== "return") return;
    const { call: { name, key }, error } = seen;
    const thrown = (error as { name?: string } | undefined)?.name;
    if (key === "invalid") {
      if (records !== recordsBefore) run.fail(26, `a refused ${name} changed something`);
      if (thrown === undefined) run.fail(26, `${name} takes what it must refuse`);
      return;
    }
    if (name === "close" && thrown) run.fail(26, `close throws ${thrown}`);
    if (name === "reconnect" && (thrown !== undefined) !== seen.call.wasOver) {
      run.fail(26, `reconnect ${thrown ? `throws ${thrown}` : "revives a client that is over"}`);
    }
  };
}

/** Timers and inner listeners are few at any time. */
export function guarantee27(run: Run): Check {
  const most: Readonly<Record<string, number>> = {
    connecting: 4, // the deadline; two providers that may be given up, or an error and a refusal
    open: 5, // stability, heartbeat, an error, a hint of the last second, a full socket
    waiting: 4, // the wait, a hint, two providers
    closing: 2, // the deadline, an error
    paused: 0,
    closed: 0,
  };
  return (seen) => {
    if (seen.kind !== "line") return;
    const { state } = run.client;
    const { size } = run.timers;
    if (size > (most[state] ?? 0)) run.fail(27, `${size} timers while ${state}`);
    if (size === 0 && (state === "connecting" || state === "waiting" || state === "closing")) {
      run.fail(27, `no timer while ${state}: nothing would ever happen`);
    }
    if (state === "open" && size > 1) checkIdle(run);
    const listeners = run.socket?.listeners ?? 0;
    if (listeners > (run.setting.queue?.maxBufferedBytes === undefined ? 4 : 5)) {
      run.fail(27, `${listeners} listeners on a socket`);
    }
  };
}

/** A stable connection without heartbeat needs no timer. */
function checkIdle(run: Run): void {
  const { books, nowMs, setting, isOverdue } = run;
  const openForMs = nowMs - (books.openedAtMs ?? nowMs);
  // A hook that blocks inside a hint lets its timer begin later.
  const hintedAtMs = Math.max(books.hintedAtMs ?? -Infinity, run.disturbedAtMs);
  const isHinted = books.hintedAtMs !== null && nowMs - hintedAtMs <= 1_000;
  if (books.isHeldUp || nowMs - books.fullAtMs <= 100) return;
  if (openForMs > setting.stableAfterMs && !setting.heartbeat && !isOverdue && !isHinted) {
    run.fail(27, `${run.timers.size} timers while stable`);
  }
}

/** The trace tells everything once, in order, and no secret; it replays (a share of the runs). */
export function guarantee29(run: Run): Check {
  let last: TraceRecord | null = null;
  const isSampled = run.setting.seed % 8 === 0;
  const records: TraceRecord[] = [];
  return (seen) => {
    if (seen.kind === "record") {
      const { record } = seen;
      if (last && record.before !== last.after) run.fail(29, "a record does not follow the last");
      last = record;
      if (isSampled) records.push(record);
    }
    if (seen.kind !== "end" || !isSampled) return;
    const text = JSON.stringify(records);
    if (text.includes("s3cret")) run.fail(29, "a secret of the URL is in the trace");
    try {
      replay(JSON.parse(text));
    } catch (error) {
      run.fail(28, (error as Error).message);
    }
    for (const record of records) {
      // deno-lint-ignore no-control-regex -- exactly those must not appear
      if (/[\u0000-\u001f\u007f-\u009f]/.test(formatTrace(record) ?? "")) {
        run.fail(29, "a control character in a readable line");
      }
    }
  };
}
