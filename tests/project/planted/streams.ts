/**
 * Planted bugs of `./streams` and `./preflight`.
 *
 * @module
 */

import { type Bug, bug, foundBy } from "./bug.ts";

/** Found by the property of `messages()`, or by its tests where that is said. */
export const ITERATORS: readonly Bug[] = [
  bug(
    "what comes while no reader waits is lost",
    "if (kept.add(data, bytes)) serve();",
    "if (readers.size && kept.add(data, bytes)) serve();",
  ),
  bug(
    "a reader is not woken",
    "kept.add(data, bytes)) serve()",
    "kept.add(data, bytes)) void 0",
  ),
  bug("a reader waits beside what is kept", "else serve();\n      }),", "}),"),
  bug("what waits for a reader is bounded", "readers.size > 0 && !isServing ? 0 : ", ""),
  bug("any overflow ends the iteration", 'overflow !== "drop-oldest" && overflow', "overflow"),
  bug(
    "an overflow is not noticed",
    'overflow !== "drop-oldest" && overflow !== "drop-newest"',
    "overflow",
  ),
  bug("the end overtakes what is kept", "if (isNow) kept.drain()", "kept.drain()"),
  bug("return() keeps what was not read", "if (isNow) kept.drain();", ""),
  bug("a reader outlives return()", "end(conclude, true);", "ending = conclude;"),
  bug("return() leaves a listener", 'ws.removeEventListener("message", collect);', ""),
  bug("return() leaves a listener for the end", 'ws.removeEventListener("close", check);', ""),
  bug("a client that is over is not noticed", 'ws.addEventListener("close", check);', ""),
  bug("a client that was over before is waited for", "  check();\n", ""),
  bug("the error of a client is lost", "error ? fail(error) : finish", "finish"),
  bug("an error is thrown to every reader", "ending = conclude;\n      }", "}"),
  bug(
    "an abort is not noticed",
    "if (!ending || isNow && ending !== conclude)",
    "if (!ending)",
  ),
  bug("an abort is thrown after the end", "isNow && ending !== conclude", "isNow"),
  bug(
    "an error of decode is thrown twice",
    "end(fail(error), true);\n      }\n    }",
    "end(fail(error));\n      }\n    }",
  ),
  bug(
    "the newest reader is served first",
    "readers.take()?.resolve({ value, done: false })",
    "readers.drain().pop()?.resolve({ value, done: false })",
  ),
  bug(
    "an error that is skipped ends the iteration",
    "if (!onError) throw error;",
    "throw error;",
  ),
].map((bug) => ({ ...bug, test: "tests/client/streams_property_test.ts" }));

export const STREAMS: readonly Bug[] = [
  foundBy(
    "tests/client/streams_test.ts",
    "what decode reads is served inside it",
    "if (isServing) return;",
    "",
  ),
  foundBy(
    "tests/client/streams_test.ts",
    "what decode brings has no bound",
    "readers.size > 0 && !isServing",
    "readers.size > 0",
  ),
  foundBy(
    "tests/client/streams_test.ts",
    "a signal keeps a listener",
    'signal?.removeEventListener("abort", abort);\n    ws',
    "ws",
  ),
  foundBy(
    "tests/client/streams_test.ts",
    "an abort after the end of the client is not noticed",
    "if (signal?.aborted) abort();\n        else serve();",
    "serve();",
  ),
  foundBy(
    "tests/client/streams_test.ts",
    "a schema that answers later is believed",
    'if ("value" in result && !result.issues) return result.value;',
    "return (result as { value: T }).value;",
  ),
  foundBy(
    "tests/client/streams_test.ts",
    "what a schema rejects later is not handled",
    "Promise.resolve(result).catch(() => {});",
    "",
  ),
  foundBy(
    "tests/client/streams_test.ts",
    "each iteration leaves a wait behind",
    'if (ws.state !== "closed") return;\n    ws',
    "ws",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "a write fills the queue of the client",
    'ws.state === "open" && ws',
    "ws",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "a write does not wait for the network",
    " && ws.bufferedAmount <= maxBytes",
    "",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "a write that was refused once is lost",
    "if (ws.send(data)) return;",
    "ws.send(data); return;",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "an abort waits for the network",
    "if (signal?.aborted) throw signal.reason;",
    "",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "an abort during the close waits for the network",
    "close: () => room(0),",
    "close() {\n      signal = undefined;\n      return room(0);\n    },",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "what is written after the end waits for ever",
    "if (/^clos/.test(ws.state)) {",
    "if (ws.state === null) {",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "the end of a writable does not wait",
    "close: () => room(0),",
    "",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "a readable reads ahead",
    "{ highWaterMark: 0 }",
    "{ highWaterMark: 1 }",
  ),
  foundBy(
    "tests/client/streams_web_test.ts",
    "the looks become no rarer",
    "Math.min(2 * lookMs, 100)",
    "lookMs",
  ),
];

export const PREFLIGHT: readonly Bug[] = [
  bug("a request is made before every attempt", " && !wasMade", ""),
  bug("a request is made after each loss", "isDue = !wasOpen && ", "isDue = "),
  bug("a request is made in a restart", "code === 1012 || code === 1013", "code === 1012"),
  bug(
    "a restart is forgotten at the next refusal",
    "if (wasOpen || isRestart) isRestarting",
    "isRestarting",
  ),
  bug(
    "a restart is forgotten at a close in the handshake",
    "if (wasOpen || isRestart) isRestarting",
    "if (wasOpen || code !== 1006) isRestarting",
  ),
  bug(
    "a restart is never over",
    "if (wasOpen || isRestart) isRestarting = ",
    "isRestarting ||= ",
  ),
  bug(
    "any status waits as Retry-After says",
    "status === 429 || status === 503 ? delayOf(answer) : 0",
    "delayOf(answer)",
  ),
  bug(
    "a refusal by HTTP ends the client",
    "retry: { delayMs },\n      });",
    "retry: false,\n      });",
  ),
  bug("a request is made for nobody", "!isDue || context.signal.aborted", "!isDue"),
  bug("a status outlives its attempt", "status = null;\n      const target", "const target", {
    from: "status = null;\n      return options",
    to: "return options",
  }),
  bug("an answer is waited for without end", "timer = setTimeout(giveUp, timeoutMs);", ""),
  bug("a request outlives the client", 'signal.addEventListener("abort", giveUp);', ""),
  bug(
    "a request that fails costs an attempt",
    "// Forbidden, refused",
    "throw 5; // Forbidden, refused",
  ),
  bug("the body is read to its end", "controller?.abort();", ""),
  bug("cookies go along", 'credentials = "omit"', 'credentials = "include"'),
  bug(
    "a redirect is followed",
    'redirect: "manual",\n      signal',
    'redirect: "follow" as "manual",\n      signal',
  ),
  bug("garbage in Retry-After is a date", "/GMT$/.test(text)", "text"),
  bug("a far Retry-After decides nothing", "Math.min(delayMs, MAX_DELAY_MS)", "delayMs"),
].map((bug) => ({ ...bug, test: "tests/client/preflight_test.ts" }));
