/**
 * Guarantees 1 to 11: one socket, one story, one end.
 *
 * @module
 */

import type { Run } from "../run.ts";
import type { Closure, Socket, Told } from "../seen.ts";
import { type Check, isOfCall } from "./books.ts";

/** The error object of an event. */
function errorOf({ event }: Told): { readonly code: string } | null {
  return (event as unknown as { readonly error: { readonly code: string } | null }).error;
}

/** The closure of an event, as one text. */
function closing({ code, reason, wasClean }: Closure): string {
  return `${code} ${JSON.stringify(reason)} ${wasClean ? "clean" : "unclean"}`;
}

/** At most one inner socket is connecting or open and not abandoned. */
export function guarantee1(run: Run): Check {
  let live: Socket[] = [];
  const isLive = ({ connection }: Socket): boolean =>
    connection.readyState < 2 && connection.clientClose === null;
  return (seen) => {
    if (seen.kind === "dial") {
      live = live.filter(isLive);
      if (live.length > 0) run.fail(1, `a dial beside socket ${live[0]?.index}`);
      live.push(seen.socket);
    } else if (seen.kind === "line") {
      live = live.filter(isLive);
      const { state } = run.client;
      const allowed = ["waiting", "paused", "closed"].includes(state) ? 0 : 1;
      if (live.length > allowed) run.fail(1, `${live.length} sockets while ${state}`);
    }
  };
}

/** Nothing of an abandoned socket, and no promise of an old attempt, changes anything. */
export function guarantee2(run: Run): Check {
  let stray: Socket | null = null;
  let cause = 0;
  let isSecure = false;
  return (seen) => {
    switch (seen.kind) {
      case "inner":
        stray = seen.socket.isDead && !run.isHangingUp ? seen.socket : null;
        cause = run.causes;
        return;
      case "told":
        if (stray && cause === run.causes) {
          run.fail(2, `${seen.type} after an event of dead socket ${stray.index}`);
        }
        if (seen.type !== "message") return;
        return checkMessage(run, (seen.event as MessageEvent).data);
      case "record":
        if (stray && cause === run.causes && seen.record.effects.length > 0) {
          run.fail(2, `effects after an event of dead socket ${stray.index}`);
        }
        return;
      case "dial": {
        if (isSecure && seen.url.startsWith("ws:")) run.fail(2, "a downgrade from wss to ws");
        isSecure ||= seen.url.startsWith("wss:");
        const [, asked] = /\/p(\d+)/.exec(seen.url) ?? [];
        if (asked !== undefined && Number(asked) !== run.user.asked) {
          run.fail(2, `dialled with answer ${asked} of ${run.user.asked}`);
        }
        return;
      }
      case "end":
        for (const signal of run.user.pendingSignals) {
          if (!signal.aborted) run.fail(2, "a signal of what is over is not aborted");
        }
        if (run.user.receiving > 0) run.fail(2, "receive() is pending after the end");
        return;
    }
    stray = null;
  };
}

function checkMessage(run: Run, data: unknown): void {
  if (typeof data !== "string") return;
  const index = Number(data.split(":")[1]);
  if (index !== run.socket?.index || run.socket.isDead) run.fail(2, `message of socket ${index}`);
}

/** Attempts since the last reset are at most 1 + `maxAttempts`, and the limit is told when reached. */
export function guarantee5(run: Run): Check {
  const { maxAttempts } = run.setting;
  return (seen) => {
    if (seen.kind !== "told") return;
    const { attempt } = run.books;
    if (seen.type === "retry" && attempt > maxAttempts) run.fail(5, `attempt ${attempt}`);
    if (seen.type !== "close" || errorOf(seen)?.code !== "retry-limit") return;
    if (maxAttempts === 0) run.fail(5, "the limit is told where none were allowed");
    // A sleeping host may have missed that the connection was stable.
    if (attempt !== maxAttempts) run.fail(5, `the limit is told at attempt ${attempt}`);
  };
}

/** The final failure is told once, with the last `close`, and never after the user's own. */
export function guarantee6(run: Run): Check {
  let lastError: unknown = null;
  return (seen) => {
    if (seen.kind !== "told") return;
    const { isLeaving, isAborted } = run.books;
    if (seen.type === "error") {
      lastError = errorOf(seen);
      if (isLeaving) run.fail(6, `error ${errorOf(seen)?.code} after close()`);
    }
    if (seen.type !== "close") return;
    const error = errorOf(seen);
    if (isAborted || (run.setting.signal === "aborted" && error?.code === "aborted")) {
      if (error?.code !== "aborted") run.fail(6, `an abort ends with ${error?.code}`);
    } else if (isLeaving) {
      if (error) run.fail(6, `close() ends with ${error.code}`);
    } else if ((seen.event as CloseEvent).wasClean) {
      if (lastError) run.fail(6, "an error event though the connection was closed cleanly");
    } else if (error !== lastError) {
      run.fail(6, `close carries ${error?.code}, and error told something else`);
    }
    lastError = null;
  };
}

/** After the final `close` there is nothing. */
export function guarantee7(run: Run): Check {
  let isOver = false;
  return (seen) => {
    if (isOver) {
      if (seen.kind === "told") run.fail(7, `${seen.type} after the end`);
      if (seen.kind === "dial") run.fail(7, "a dial after the end");
      if (seen.kind === "hands") run.fail(7, "a message is handed over after the end");
      if (seen.kind === "hook") run.fail(7, `${seen.name} is asked after the end`);
      if (seen.kind === "record" && seen.record.effects.length > 0) run.fail(7, "effects");
      if (seen.kind === "line") {
        if (run.timers.size > 0) run.fail(7, `${run.timers.size} timers after the end`);
        if (run.network.hintListeners > 0) run.fail(7, "still subscribed after the end");
        if (run.client.readyState !== 3) run.fail(7, `readyState ${run.client.readyState}`);
      }
    }
    isOver = run.books.isOver;
  };
}

/** `close()` in any state reaches the end within `closeTimeoutMs`. */
export function guarantee8(run: Run): Check {
  const { books, setting: { closeTimeoutMs } } = run;
  return (seen) => {
    if (seen.kind === "end") {
      if (!books.isOver) run.fail(8, `${run.client.state} after close()`);
      if (!books.ending) run.fail(8, "'closed' is pending after the end");
      return;
    }
    if (seen.kind !== "line" || !books.isLeaving || books.isOver || run.isOverdue) return;
    if (!seen.line.startsWith("time")) return;
    const dueAtMs = Math.max(books.leftAtMs, run.disturbedAtMs) + closeTimeoutMs;
    if (run.nowMs >= dueAtMs) run.fail(8, `not over at ${run.nowMs} ms, due at ${dueAtMs} ms`);
  };
}

/** The grammar of events. */
export function guarantee9(run: Run): Check {
  const { books } = run;
  let isOpen = false;
  let hasFailed = false;
  let last = "";
  const told = (seen: Told): void => {
    switch (seen.type) {
      case "open":
        if (isOpen) run.fail(9, "open while open");
        isOpen = true;
        hasFailed = false;
        break;
      case "message":
        if (!isOpen || hasFailed) run.fail(9, "message while not open");
        return;
      case "error":
        if (hasFailed) run.fail(9, "a second error before close");
        hasFailed = true;
        break;
      case "close": {
        const error = errorOf(seen);
        const { wasClean } = seen.event as CloseEvent;
        const isFailure = error && error.code !== "aborted" && !wasClean;
        if (isFailure && !hasFailed) run.fail(9, "close without error");
        if (!error && hasFailed && !books.isLeaving) run.fail(9, "error without its close");
        isOpen = hasFailed = false;
        break;
      }
      case "retry":
        if (last !== "close") run.fail(9, `retry after ${last}`);
        break;
      default:
        return;
    }
    last = seen.type;
  };
  return (seen) => {
    if (seen.kind === "told") told(seen);
    // Every attempt is told to have ended before the next one begins.
    if (seen.kind === "dial" && run.sockets.length > 0 && last !== "retry" && !books.isHastened) {
      run.fail(9, `a dial after ${last}`);
    }
    if (seen.kind === "line" && last === "close" && !books.isOver && !books.isHastened) {
      run.fail(9, "close without retry");
    }
  };
}

/** `readyState` in a handler; the run's own listener is the first. */
export function guarantee10(run: Run): Check {
  return (seen) => {
    if (seen.kind !== "told") return;
    const { type, event, readyState } = seen;
    const expected = type === "open" || type === "message"
      ? 1
      : type === "close" && !isOfCall(run, event)
      ? run.client.state === "closed" ? 3 : 0
      : readyState;
    if (readyState !== expected) run.fail(10, `readyState ${readyState} in ${type}`);
  };
}

/** `close` tells what the connection said; any other end is 1006, unclean. */
export function guarantee11(run: Run): Check {
  /** A close event of the socket in use that the client has not answered yet. */
  let heard: Closure | null = null;
  /** What `close` must tell, in order. */
  let due: string[] = [];
  return (seen) => {
    if (seen.kind === "inner" && seen.type === "close") {
      const { socket, event } = seen;
      if (socket.isDead || socket.closure || run.books.isOver) return;
      const { code, reason, wasClean } = event as CloseEvent;
      heard = socket.closure = { code: code || 1006, reason, wasClean };
    } else if (seen.kind === "record") {
      const { input, effects } = seen.record;
      if (!effects.some(({ type }) => type === "close")) return;
      const abnormal = { code: 1006, reason: "", wasClean: false };
      const given = { code: input["code"] ?? 1006, reason: input["reason"] ?? "", wasClean: false };
      const isCall = input["type"] === "reconnect" || input["type"] === "pause";
      const told = isCall ? given as Closure : abnormal;
      // The user's reconnect() overtakes a close event that is being judged.
      due.push(closing(input["type"] === "lost" && heard ? heard : told));
      heard = null;
    } else if (seen.kind === "told" && seen.type === "close") {
      const told = closing(seen.event as CloseEvent);
      const index = due.indexOf(told);
      if (index < 0) run.fail(11, `told ${told}, and the socket ${due.join(", ")}`);
      due = due.slice(index + 1);
    } else if (seen.kind === "line" && heard && run.client.state !== "closed") {
      run.fail(11, `a close event was not heard: ${closing(heard)}`);
    }
  };
}

/** A hook that misbehaves is reported, but not each time: once until the client is open again. */
export function guarantee16c(run: Run): Check {
  let reported = new Set<string>();
  return (seen) => {
    if (seen.kind === "told" && seen.type === "open") reported = new Set();
    if (seen.kind !== "reported") return;
    if (reported.has(seen.what)) run.fail(16, `c: ${seen.what} is reported twice`);
    reported.add(seen.what);
  };
}

/** No provider is called while an answer of it is outstanding, for two deadlines at most. */
export function guarantee33(run: Run): Check {
  return (seen) => {
    if (seen.kind !== "hook" || (seen.name !== "url" && seen.name !== "protocols")) return;
    const { pending } = run.user;
    const last = pending.get(seen.name);
    if (last && !last.aborted) {
      run.fail(33, `${seen.name} is called while its answer is outstanding`);
    }
  };
}

/** What was planned before a re-entrant `close()` does not happen after it. */
export function guarantee16b(run: Run): Check {
  const hooks = ["url", "dial", "handshake", "probe"];
  return (seen) => {
    if (!run.books.isLeaving) return;
    if (seen.kind === "told" && !["statechange", "drop", "close"].includes(seen.type)) {
      run.fail(16, `b: ${seen.type} after close()`);
    }
    if (seen.kind === "hook" && hooks.includes(seen.name)) {
      run.fail(16, `b: ${seen.name} is asked after close()`);
    }
    if (seen.kind === "hands") run.fail(16, `b: ${seen.key} is handed over after close()`);
  };
}
