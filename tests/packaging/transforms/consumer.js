/**
 * What a user does with the package, and what comes of it: a flat record, the same whatever the
 * package's code was transformed by.
 *
 * @module
 */

const LIMIT_MS = 30_000;

/** What `look` sees in the next events, while they are dispatched. */
function all(target, type, count, look) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no '${type}' event within ${LIMIT_MS} ms`)),
      LIMIT_MS,
    );
    const seen = [];
    target.addEventListener(type, function listener(event) {
      seen.push(look(event));
      if (seen.length < count) return;
      target.removeEventListener(type, listener);
      clearTimeout(timer);
      resolve(seen);
    });
  });
}

/** As `all`, for one. */
async function next(target, type, look) {
  const [seen] = await all(target, type, 1, look);
  return seen;
}

/** A message, a loss, a message that waited, bytes, and the end. */
async function converse({ ReconnectingWebSocket, ReconnectingWebSocketError }, backoff, url) {
  class Feed extends ReconnectingWebSocket {
    own = "field";
    get twice() {
      return this.readyState * 2;
    }
  }
  const ws = new Feed(url, { backoff });
  const handled = [];
  ws.onmessage = ({ data }) => handled.push(typeof data);
  const opened = await next(ws, "open", ({ target, reconnected }) => [target === ws, reconnected]);

  ws.send("hello");
  const message = await next(ws, "message", (event) => ({
    "message.data": event.data,
    // Deno's has a path.
    "message.origin": new URL(event.origin).host === new URL(url).host,
    "message.target": event.target === ws && event.currentTarget === ws && event.srcElement === ws,
    "message.class": typeof MessageEvent !== "function" || event instanceof MessageEvent,
    "message.type": event.type,
    "message.phase": event.eventPhase,
    "message.path": event.composedPath().length,
  }));

  ws.send("kill");
  const failed = next(ws, "error", ({ error }) => ({
    "error.name": error.name,
    "error.code": error.code,
    "error.message": error.message,
    "error.attempt": error.attempt,
    "error.class": error instanceof ReconnectingWebSocketError && error instanceof Error,
    "error.text": String(error),
  }));
  const retried = next(ws, "retry", ({ attempt, delayMs }) => [attempt, delayMs]);
  const lost = await next(ws, "close", ({ code, willRetry, error }) => {
    ws.send("queued");
    ws.send(new Uint8Array([1, 2, 255]));
    return [code, willRetry, error.code, ws.state, ws.readyState, ws.bufferedAmount];
  });
  ws.binaryType = "arraybuffer";
  const returned = next(ws, "open", ({ reconnected, attempt }) => [reconnected, attempt]);
  const queued = await all(
    ws,
    "message",
    2,
    ({ data }) => typeof data === "string" ? data : Array.from(new Uint8Array(data)),
  );

  ws.close(1000, "done");
  const closing = ws.state;
  const ended = await next(ws, "close", (event) => ({
    "close.code": event.code,
    "close.reason": event.reason,
    "close.wasClean": event.wasClean,
    "close.class": typeof CloseEvent !== "function" || event instanceof CloseEvent,
    "close.willRetry": event.willRetry,
    "close.error": event.error,
    "close.target": event.target === ws,
  }));
  const { code, reason, wasClean, error, undelivered } = await ws.closed;
  return {
    opened,
    ...message,
    ...await failed,
    retried: await retried,
    lost,
    returned: await returned,
    queued,
    handled,
    closing,
    ...ended,
    closed: [code, reason, wasClean, error, undelivered],
    subclass: [ws.own, ws.twice, ws instanceof ReconnectingWebSocket, ws instanceof EventTarget],
    url: ws.url === url,
  };
}

/** What errors and misuse look like. */
async function fail({ ReconnectingWebSocket }, backoff, url) {
  const refused = new ReconnectingWebSocket(`${url}refused`, { backoff, maxAttempts: 1 });
  const opened = refused.opened.then(() => "opened", ({ code }) => code);
  const first = await next(refused, "error", ({ error }) => [error.code, error.attempt]);
  const last = await next(refused, "error", ({ error }) => [error.code, error.cause.code]);
  const forbidden = new ReconnectingWebSocket(`${url}forbidden`);
  const { code, error } = await forbidden.closed;
  const thrown = (action) => {
    try {
      action();
    } catch ({ name }) {
      return name;
    }
  };
  return {
    refused: [first, last, await opened],
    forbidden: [code, error.code],
    misuse: [
      thrown(() => new ReconnectingWebSocket(url, { maxRetries: 1 })),
      thrown(() => new ReconnectingWebSocket(url, { maxAttempts: -1 })),
      thrown(() => refused.close(1)),
    ],
  };
}

/** The constants of the class and of an instance. */
function constantsOf(target) {
  const { CONNECTING, OPEN, CLOSING, CLOSED } = target;
  return [CONNECTING, OPEN, CLOSING, CLOSED];
}

/** The other entry points, on the fakes. */
async function pretend({ ReconnectingWebSocket }, backoff, { fakeWorld }, { formatTrace }) {
  const { clock, network, sources } = fakeWorld({ seed: 1 });
  const lines = [];
  const ws = new ReconnectingWebSocket("wss://example.com/", {
    backoff,
    sources,
    trace: (record) => lines.push(formatTrace(record)),
  });
  const constants = constantsOf(ws);
  network.connections[0].accept();
  const message = next(ws, "message", ({ data, origin }) => [data, origin]);
  network.connections[0].send("faked");
  network.connections[0].drop();
  clock.tick(1_000);
  network.connections[1].accept();
  const disposed = ws[Symbol.asyncDispose]();
  clock.tick(1);
  await disposed;
  return {
    constants: [constantsOf(ReconnectingWebSocket), constants],
    faked: [await message, network.connections.length, ws.state],
    traced: lines.some((line) => line?.includes("waiting 0.1 s after")),
  };
}

/** Does all of it. */
export async function consume({ client, backoff, testing, trace }, url) {
  const policy = backoff.constantBackoff(50);
  return {
    ...await converse(client, policy, url),
    ...await fail(client, policy, url),
    ...await pretend(client, policy, testing, trace),
  };
}
