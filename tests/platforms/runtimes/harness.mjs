// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * What a case of the suite works with: clients whose every event is recorded and checked, the
 * server's own account of what happened, and a few assertions.
 *
 * @module
 */

/** Small delays, so that hundreds of attempts fit into seconds. */
const FAST = {
  backoff: { initialDelayMs: 20 },
  maxDelayMs: 200,
  connectTimeoutMs: 8_000,
  closeTimeoutMs: 8_000,
};
const POLL_MS = 5;
/** For what takes a moment: a machine that is busy with other things may take twenty times as long. */
const LIMIT_MS = 60_000;
/** How long a client that is over is watched for events that must not come. */
const QUIET_MS = 60;

/** The message of errors that a case throws in listeners on purpose. */
export const LISTENER_BUG = "a bug in a listener";

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Work of some milliseconds at most. */
const WORK_STEPS = 1_000_000;
/** More work than fits into a step of any clock that runs. */
const STILL_CLOCK_WORKS = 500;

/** Blocks the event loop. */
export function block(ms) {
  const endMs = Date.now() + ms;
  let [lastMs, works] = [0, 0];
  for (let nowMs; (nowMs = Date.now()) < endMs; works++) {
    if (nowMs !== lastMs) [lastMs, works] = [nowMs, 0];
    if (works > STILL_CLOCK_WORKS) {
      throw new Error("the clock stands still while the loop is blocked");
    }
    for (let n = 0; n < WORK_STEPS; n++) Math.imul(n, n);
  }
}

export function ok(value, what) {
  if (!value) throw new Error(`expected: ${what}`);
}

export function equal(actual, expected, what = "value") {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== e) throw new Error(`${what}: expected ${e}, got ${a}`);
}

/** Calls `action` and returns what it throws. */
export function thrown(action) {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error("expected an exception");
}

export async function rejected(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
}

/** A client under observation. `log` holds one line for each event but `statechange`. */
export class Observed {
  log = [];
  states = [];
  delays = [];
  messages = [];
  errors = [];
  violations = [];
  ending = null;
  /** What a session could not get confirmed by the end. */
  keptBytes = 0;
  #connected = false;
  #over = false;
  #state;

  constructor(ws) {
    this.ws = ws;
    this.#state = ws.state;
    this.#on("open", (event) => {
      this.#expect(!this.#connected, "a close between two opens");
      this.#connected = true;
      this.#expect(ws.readyState === 1, `readyState 1 in open, not ${ws.readyState}`);
      return `open ${event.attempt}${event.reconnected ? " again" : ""}`;
    });
    this.#on("message", ({ data }) => {
      this.#expect(this.#connected, "message only while connected");
      this.#expect(ws.readyState === 1, `readyState 1 in message, not ${ws.readyState}`);
      this.messages.push(data);
      return typeof data === "string" && data.length < 100 ? `message ${data}` : "message";
    });
    this.#on("error", ({ error }) => {
      this.errors.push(error);
      return `error ${error.code}`;
    });
    this.#on("close", (event) => {
      this.#connected = false;
      this.#over = !event.willRetry;
      const expected = event.willRetry ? 0 : 3;
      this.#expect(
        ws.readyState === expected,
        `readyState ${expected} in close, not ${ws.readyState}`,
      );
      this.lastClose = event;
      const { code, reason, wasClean, willRetry, error } = event;
      return [
        "close",
        code,
        // For 1006 there is no reason of the peer's: workerd fills in its own words.
        ...(reason && code !== 1006 ? [`"${reason}"`] : []),
        wasClean ? "clean" : "unclean",
        willRetry ? "retry" : "final",
        ...(error ? [error.code] : []),
      ].join(" ");
    });
    this.#on("retry", ({ attempt, delayMs }) => {
      this.delays.push(delayMs);
      return `retry ${attempt}`;
    });
    this.#on("drop", ({ data, error }) => `drop ${data} ${error.code}`);
    ws.addEventListener("statechange", ({ state, previous }) => {
      this.#expect(!this.#over, "no statechange after the final close");
      this.#expect(previous === this.#state, `a change from ${this.#state}, not ${previous}`);
      this.#state = state;
      this.states.push(state);
    });
    ws.closed.then((ending) => this.ending = ending);
  }

  #on(type, describe) {
    this.ws.addEventListener(type, (event) => {
      this.#expect(!this.#over, `no ${type} after the final close`);
      this.#expect(event.target === this.ws, `the client as target of ${type}`);
      this.log.push(describe(event));
    });
  }

  #expect(condition, what) {
    if (!condition) this.violations.push(what);
  }

  /** Waits for a line of the log, or for the `count`th such line. */
  until(line, count = 1) {
    const seen = () => this.log.filter((entry) => entry === line).length >= count;
    return until(seen, () => `"${line}" in ${JSON.stringify(this.log)}`);
  }

  /** Waits for the final close. */
  async over() {
    await until(() => this.ending, () => `the end, log is ${JSON.stringify(this.log)}`);
    return this.ending;
  }

  /** Closes the client if need be, and checks what must hold at the end of every client's life. */
  async finish() {
    this.ws.close();
    const ending = await this.over();
    await sleep(QUIET_MS);
    const finals = this.log.filter((line) => /^close .* final/.test(line));
    equal(finals.length, 1, "number of final close events");
    equal(this.log.at(-1), finals[0], "the last event");
    equal(this.ws.readyState, 3, "readyState at the end");
    equal(this.ws.state, "closed", "state at the end");
    equal(this.ws.bufferedAmount, this.keptBytes, "bufferedAmount at the end");
    equal(this.ws.send("too late"), false, "send() at the end");
    const { code, reason, wasClean, error } = this.lastClose;
    equal([ending.code, ending.reason, ending.wasClean], [code, reason, wasClean], "the ending");
    ok(ending.error === error, "the same error in `closed` and in the final close");
    equal(this.violations, [], "broken guarantees");
  }
}

export async function until(predicate, what) {
  const startMs = Date.now();
  while (!(await predicate())) {
    if (Date.now() - startMs > LIMIT_MS) throw new Error(`waited in vain for ${what()}`);
    await sleep(POLL_MS);
  }
}

/** One case's own corner of the fault server. */
export class Lab {
  #clients = [];
  #options;
  #argumentsOf;

  constructor({ client, composition, base, controlUrl, WebSocket, info, runId, index }) {
    this.client = composition.clientOf(client);
    this.#argumentsOf = (url, options) => composition.argumentsOf(client, url, options);
    this.info = info;
    this.id = `${runId}-${index}`;
    this.host = `127.0.0.${(index % info.addresses) + 1}`;
    this.controlUrl = controlUrl.replace("127.0.0.1", this.host);
    this.base = base.replace("127.0.0.1", this.host);
    this.#options = WebSocket ? { ...FAST, sources: { WebSocket } } : FAST;
  }

  /** The URL of a fault for this case. */
  url(path, query = {}) {
    return `${this.base}${path}?${new URLSearchParams({ id: this.id, ...query })}`;
  }

  /** A port that nobody listens on. */
  get refusedUrl() {
    return `ws://${this.host}:${this.info.refusedPort}/`;
  }

  /** Fast defaults, with what the runtime needs. */
  options(options = {}) {
    return { ...this.#options, ...options };
  }

  /** A client under observation. `target` is a fault's path, a URL or a provider. */
  connect(target, options, query, Client = this.client.ReconnectingWebSocket) {
    const url = typeof target === "string" && target.startsWith("/")
      ? this.url(target, query)
      : target;
    const ws = new Client(...this.#argumentsOf(url, this.options(options)));
    const observed = new Observed(ws);
    this.#clients.push(observed);
    return observed;
  }

  /** As `connect`, and makes the server do what the path says as soon as a connection is open. */
  provoke(path, options, query) {
    const observed = this.connect(path, options, query);
    const [, times = Infinity] = /^\/first\/(\d+)/.exec(path) ?? [];
    let opens = 0;
    observed.ws.addEventListener("open", () => opens++ < times && observed.ws.send("go"));
    return observed;
  }

  /** Resolves when a client is open: that of parts has `opened` only with `status()`. */
  opened(ws) {
    return ws.opened ?? this.client.whenOpen(ws);
  }

  /** The status of a client, full or with `status()`. */
  statusOf(ws) {
    return ws.status ?? this.client.statusOf(ws);
  }

  /** What the server saw. */
  async record() {
    return await this.#control(`record?id=${this.id}`);
  }

  /** Waits until the server's record satisfies the predicate. */
  async recorded(predicate) {
    let record;
    await until(
      async () => predicate(record = await this.record()),
      () => `the server's record, which is ${JSON.stringify(record).slice(0, 500)}`,
    );
    return record;
  }

  /** `start`, `kill`, `freeze` or `thaw` a server process of this case's own; returns its URL. */
  async child(action) {
    const { port } = await this.#control(`child?id=${this.id}&do=${action}`, { method: "POST" });
    return `ws://${this.host}:${port}/`;
  }

  /** Cuts the connections of this case. */
  async cut() {
    await this.#control(`cut?id=${this.id}`, { method: "POST" });
  }

  async #control(request, init) {
    const response = await fetch(`${this.controlUrl}/${request}`, init);
    if (!response.ok) throw new Error(`control ${request}: ${await response.text()}`);
    return await response.json();
  }

  /** Ends all clients; every one is checked. */
  async finish() {
    await Promise.all(this.#clients.map((observed) => observed.finish()));
  }

  /** Ends all clients after a failure, checking nothing. */
  abandon() {
    for (const { ws } of this.#clients) {
      try {
        ws.close();
      } catch {
        // The case has failed already; what is wrong with it is told there.
      }
    }
  }
}
