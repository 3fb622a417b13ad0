/**
 * Planted bugs of `./wait`.
 *
 * @module
 */

import { type Bug, bug } from "./bug.ts";

/** Found by the properties of both functions, or by a test of one where that is said. */
export const WAITS: readonly Bug[] = [
  bug(
    "a client that opens is not noticed",
    'if (ws.state === "open") settle.resolve();\n    else ',
    "",
  ),
  bug(
    "a client that gives up into a pause is not noticed",
    "TYPES, (settle, event)",
    '["statechange"], (settle, event)',
  ),
  bug("a pause of the user ends the wait", "!willRetry && error) settle", "true) settle"),
  bug(
    "a failed attempt ends the wait",
    "else if (isAwake && !willRetry && error)",
    "else if (error)",
    { from: 'else if (ws.state !== "paused") isAwake = true;', to: "" },
  ),
  bug("a client that is over is waited for", "else if (isOver(ws)) settle.end();", ""),
  bug("the error of the end is lost", "reject(error ?? plain)", "reject(plain)"),
  bug(
    "the end is waited for while the client is closing",
    'if (ws.state === "closing") reject(plain);\n        else ws',
    "ws",
  ),
  bug("a signal ends nothing", 'signal?.addEventListener("abort", abort);\n    for', "for"),
  bug(
    "a listener stays behind",
    "for (const type of types) ws.removeEventListener(type, listener);",
    "",
  ),
  bug(
    "bytes that a connection left unsent count as sent",
    "isEnded && isHolding(current?.socket)",
    "false",
  ),
  bug("each loss rejects", "isEnded && isHolding(current?.socket)", "isEnded"),
  bug("the queue is not waited for", "!size && !isFull", "!isFull"),
  bug(
    "the socket is not waited for",
    "!size && !isFull",
    "!size",
  ),
  bug(
    "empty messages are not waited for",
    "client.outbox?.size ?? 0",
    "client.outbox?.bytes ?? 0",
  ),
  bug("a client that was over before has sent all", "(wasOver || size)", "size"),
  bug(
    "a look is the last one",
    "timer = clock.setTimeout(() => look(settle), delayMs);",
    "",
  ),
  bug(
    "a timer stays behind",
    "if (timer !== undefined) clock.clearTimeout(timer);\n  }\n\n  function look",
    "}\n\n  function look",
  ),
  bug("a timer runs in a pause", 'if (ws.state !== "open") return;\n    held', "held"),
  bug(
    "a socket without a figure is never empty",
    "!!socket && socket.bufferedAmount > 0",
    "!!socket && socket.bufferedAmount !== 0",
  ),
].map((bug) => ({ ...bug, test: "tests/client/wait_property_test.ts" }));

/** Found by a test of one behaviour. */
export const LOOKS: readonly Bug[] = [
  bug("what is queued has left at the end", "(wasOver || size)", "wasOver"),
  bug(
    "a signal that was aborted before is not noticed",
    "if (signal?.aborted) abort();\n    else",
    "",
  ),
  bug(
    "a signal keeps a listener",
    'signal?.removeEventListener("abort", abort);\n      for',
    "for",
  ),
  bug("the looks become no rarer", "delayMs = Math.min(2 * delayMs, MAX_LOOK_MS);", ""),
  bug(
    "a session is flushed when it is sent",
    "if (confirmed) {\n    return wait",
    "if (false) {\n    return wait",
  ),
  bug("a socket that forgets what it holds is believed", "isDoubted = size < held;", ""),
  bug(
    "a socket that closes has sent what it does not show",
    "if (size < held && !isFull && socket?.readyState !== 1) return;",
    "",
  ),
  bug(
    "what was handed over after a look is believed",
    "isFull ? Infinity : size",
    "isFull ? 1 : 0",
  ),
  bug(
    "a client that gave up before gives up again",
    'isAwake = ws.state !== "paused"',
    "isAwake = true",
  ),
  bug("a clean close is doubted", "isLost ||= !event.wasClean", "isLost = true"),
  bug(
    "the attempt of an error is the next one",
    '"connection-lost", attempt)',
    '"connection-lost", ws.attempt)',
  ),
].map((bug) => ({ ...bug, test: "tests/client/wait_test.ts" }));
