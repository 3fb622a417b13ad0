// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: platforms run it as it is
/**
 * One life of a client, the same on every platform: a message, a connection killed by the server and
 * replaced, a message, an event that the user dispatches, and `close()`.
 *
 * @module
 */

/** @returns What its listeners saw, and which of the platform's classes the events belong to. */
export async function live(ReconnectingWebSocket, url, options = {}) {
  const seen = [];
  const classes = {};
  const ws = new ReconnectingWebSocket(url, {
    backoff: { initialDelayMs: 50 },
    connectTimeoutMs: 3_000,
    maxAttempts: 3,
    ...options,
  });
  const note = (event, text) => {
    seen.push(event.target === ws ? text : `${text} with another target`);
    classes[event.type] = classOf(event);
  };
  ws.addEventListener("open", (event) => {
    note(event, `open ${event.attempt}`);
    ws.send(event.reconnected ? "second" : "first");
  });
  ws.onmessage = (event) => {
    note(event, `message ${event.data}`);
    if (event.data === "first") return ws.send("kill");
    ws.dispatchEvent(new Event("custom"));
    ws.close(1000, "done");
  };
  ws.addEventListener("custom", { handleEvent: (event) => note(event, "custom") });
  ws.addEventListener("error", (event) => note(event, `error ${event.error.code}`));
  ws.addEventListener("retry", (event) => note(event, `retry ${event.attempt}`), { once: true });
  ws.addEventListener("close", (event) => {
    const { code, reason, wasClean, willRetry } = event;
    note(event, ["close", code, reason, wasClean, willRetry].join(" "));
  });
  const { code, reason, wasClean, error } = await ws.closed;
  return { seen, classes, ending: { code, reason, wasClean, error: error?.code ?? null } };
}

/** The most special class of an event that the platform names. */
function classOf(event) {
  const names = ["MessageEvent", "CloseEvent", "Event"];
  return names.find((name) =>
    typeof globalThis[name] === "function" && event instanceof globalThis[name]
  );
}

/** What a life is, wherever the platform has the three classes. */
export const LIFE = {
  seen: [
    "open 0",
    "message first",
    "error connection-lost",
    "close 1006  false true",
    "retry 1",
    "open 1",
    "message second",
    "custom",
    "close 1000 done true false",
  ],
  classes: {
    open: "Event",
    message: "MessageEvent",
    error: "Event",
    close: "CloseEvent",
    retry: "Event",
    custom: "Event",
  },
  ending: { code: 1000, reason: "done", wasClean: true, error: null },
};
