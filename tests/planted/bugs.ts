/**
 * Wrong versions of the client, each a small replacement in its source. A harness that does not
 * notice one of them has a hole.
 *
 * @module
 */

/** A replacement; `from` occurs exactly once in the file. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A planted bug. */
export interface Bug extends Edit {
  readonly name: string;
  /** Another place that the bug needs. */
  readonly also?: Edit;
  /** The unit test that must see it, where no schedule of one client can. */
  readonly test?: string;
}

const edit = (file: string) => (name: string, from: string, to: string, also?: Edit): Bug => ({
  name,
  file: `lib/${file}`,
  from,
  to,
  ...(also && { also }),
});

const transition = edit("transition.ts");
const runner = edit("runner.ts");
const shell = edit("shell.ts");
const link = edit("link.ts");
const verdict = edit("verdict.ts");
const codes = edit("close_codes.ts");
const queue = edit("send_queue.ts");
const target = edit("client_event_target.ts");
const backoff = edit("backoff.ts");

const CORE: readonly Bug[] = [
  transition(
    "the counters are reset at open",
    'phase: "open", opened: true',
    'phase: "open", series: FRESH, opened: true',
  ),
  transition(
    "the counters are never reset",
    'input.timer === "stable") return stay({ ...state, series: FRESH })',
    'input.timer === "stable") return stay(state)',
  ),
  transition(
    "only the attempts are reset, not the waited time",
    "return stay({ ...state, series: FRESH })",
    "return stay({ ...state, series: { ...state.series, attempt: 0 } })",
  ),
  transition(
    "one attempt too many",
    "attempt >= config.maxAttempts",
    "attempt > config.maxAttempts",
  ),
  transition(
    "one attempt too few",
    "attempt >= config.maxAttempts",
    "attempt + 1 >= config.maxAttempts",
  ),
  transition(
    "a socket that was given up is not closed",
    '[DISARM, abandon(), arm("retry", delayMs)]',
    '[DISARM, arm("retry", delayMs)]',
  ),
  transition(
    "the timers of a wait outlive it",
    '[DISARM, ...acts, arm("connect", config.connectTimeoutMs)]',
    '[...acts, arm("connect", config.connectTimeoutMs)]',
  ),
  transition(
    "timers outlive the end",
    "[DISARM, abandon()],\n    isOver(state)",
    "[abandon()],\n    isOver(state)",
  ),
  transition("every hint dials at once", "series.hinted ? config.initialDelayMs : 0", "0"),
  transition("a hint is followed too late", "HINT_JITTER_MS = 500", "HINT_JITTER_MS = 9_000"),
  transition(
    "offline brings the attempt forward",
    'input.hint === "offline" || state.hurried',
    "state.hurried",
  ),
  transition("grace without end", 'slept && pulse === "probed"', "slept"),
  transition(
    "the first silence is a loss",
    'silentMs !== null || pulse === "beating") return probe',
    "silentMs !== null) return probe",
  ),
  transition(
    "close is told twice",
    '{ type: "error", error }, close] : [close]',
    '{ type: "error", error }, close] : [close, close]',
  ),
  transition(
    "error is told after close",
    '[{ type: "error", error }, close]',
    '[close, { type: "error", error }]',
  ),
  transition(
    "statechange comes after the event that it explains",
    '[...acts, { type: "statechange", state, previous }, ...tells]',
    '[...acts, ...tells, { type: "statechange", state, previous }]',
  ),
  transition(
    "an abort is told as an error, too",
    "isOver(state) ? tells.slice(-1) : tells",
    "tells",
  ),
  transition(
    "close() ends with the peer's failure",
    "return end(state, input, state.error)",
    "return end(state, input, input.error)",
  ),
  transition("close() waits for ever", 'arm("close", config.closeTimeoutMs), ', ""),
  transition(
    "each part of an attempt has a deadline of its own",
    '[{ type: "handshake" }]',
    '[arm("connect", config.connectTimeoutMs), { type: "handshake" }]',
  ),
  transition(
    "reconnect() keeps the counters",
    "begin(state, FRESH, config",
    "begin(state, state.series, config",
  ),
  transition("reconnect() does not tell the close", "...report(ABNORMAL, true, null),\n", ""),
  transition(
    "the queue leaves before the listeners of open run",
    '{ type: "open", reconnected: state.opened, attempt: series.attempt },\n      { type: "flush" }',
    '{ type: "flush" },\n      { type: "open", reconnected: state.opened, attempt: series.attempt }',
  ),
  transition("the queue does not leave at open", '{ type: "flush" },', ""),
  transition(
    "an error during the handshake is forgotten",
    '{ type: "disarm", timer: "connect" }',
    "DISARM",
  ),
  transition(
    "an error without a close is ignored",
    'return stay(state, arm("error", 0))',
    "return stay(state)",
  ),
  runner(
    "effects of a phase that has passed still act",
    "return state.epoch === asked.epoch && state.phase === asked.phase",
    "return true",
  ),
  runner(
    "error and close are told after close()",
    "return isOver(asked) || !isOver(state)",
    "return true",
  ),
  runner(
    "effects nest",
    "this.leave(wasBusy);\n  }\n\n  /** Performs a task",
    "this.leave(false);\n  }\n\n  /** Performs a task",
  ),
  runner("effects run last in, first out", "this.#tasks.shift()", "this.#tasks.pop()"),
  runner("a timer leaks", "this.#clock.clearTimeout(armed.handle);", ""),
  runner(
    "a trace sink can break the client",
    "} catch {\n",
    "} catch (error) {\n      throw error;\n",
  ),
  runner("messages are no sign of life", "this.#heardAtMs = this.#clock.now();", ""),
];

const SHELL: readonly Bug[] = [
  link(
    "a stale socket is heard",
    "if (!this.#client.holds(this)) return;",
    "",
    {
      file: "lib/shell.ts",
      from: "if (epoch !== state.epoch || phase",
      to: "epoch = state.epoch;\n    if (phase",
    },
  ),
  shell(
    "messages of a dead socket are told",
    "if (!this.#carries(link)) return;\n    const { data",
    "const { data",
  ),
  shell(
    "the provider's answer to an old attempt is used",
    "if (!this.holds(link)) return;\n    this.#url",
    "this.#url",
    {
      file: "lib/shell.ts",
      from: "epoch: link.epoch, url",
      to: "epoch: this.state.epoch, url",
    },
  ),
  shell("bytes are not copied", "const kept = snapshot(message);", "const kept = message;"),
  shell(
    "drop tells the caller's buffer",
    "this.#drop([snapshot(message)], ",
    "this.#drop([message], ",
  ),
  shell(
    "a re-entrant send overtakes the queue",
    "(!this.#queue.size || this.#isGreeting)",
    "true",
  ),
  shell("what open listeners send waits", "this.#isGreeting = true;", ""),
  shell(
    "a message is sent twice",
    "socket.send(message);\n      return true;",
    "socket.send(message);\n      socket.send(message);\n      return true;",
  ),
  shell("drops are not told", "evicted ?? [kept]", "evicted ?? []"),
  shell(
    "what was not sent is not given back",
    "this.announcer.end(effect, this.#queue.drain());",
    "this.#queue.drain();\n    this.announcer.end(effect, []);",
  ),
  shell("send() keeps messages after the end", "if (isOver(state)) return false;", ""),
  link("Deno's code 0 is passed on", "code: code || 1006", "code"),
  link(
    "an abnormal end is called clean",
    "code: code || 1006, reason, wasClean }",
    "code: code || 1006, reason, wasClean: true }",
  ),
  shell(
    "binaryType is lost with the socket",
    "if (link?.socket && this.#binaryType) link.socket.binaryType = this.#binaryType;",
    "",
  ),
  shell(
    "the client stays subscribed after the end",
    'for (const release of this.#releases) this.#attempt("release", release);',
    "",
  ),
  link(
    "an old handshake can send",
    'client.state.epoch !== epoch || client.state.phase !== "handshaking"',
    "false",
  ),
  link("receive() stays pending", "this.inbox?.close(gone);", ""),
  link("the signal of an attempt is not aborted", "this.#controller.abort(gone);", ""),
  {
    ...shell(
      "isReply can break the client",
      'this.#attempt("isReply", () => this.#settings.isReply?.(data))',
      "this.#settings.isReply?.(data)",
    ),
    // A fake's dispatch swallows the throw, as a platform's does; the message that it costs is seen.
    test: "tests/client/heartbeat_test.ts",
  },
  shell("what comes during the handshake is lost", "if (!arrival) break;", "break;"),
  shell("a probe goes out after close()", "if (this.state === state) this.socket", "this.socket"),
  shell("the buffer of the socket is not counted", "+ (this.socket?.bufferedAmount ?? 0)", ""),
];

const PARTS: readonly Bug[] = [
  verdict(
    "the cap is exceeded",
    "delayMs <= maxDelayMs ? Math.max(1, delayMs) : maxDelayMs",
    "Math.max(1, delayMs)",
  ),
  verdict("a policy may answer 0", "Math.max(1, delayMs)", "delayMs"),
  verdict("a judge can break the client", "} catch {\n", "} catch (error) {\n    throw error;\n"),
  verdict(
    "the policy is asked for the attempt before",
    "attempt: attempt + 1, waitedMs",
    "attempt, waitedMs",
  ),
  verdict("paced restarts pace every retry", "attempt === 0 ? pacing", "attempt >= 0 ? pacing"),
  codes("a fatal code is retried", "1002, 1008, 1010", "1002, 1010"),
  codes("1012 is not paced", "if (code === 1012)", "if (code === 1112)"),
  codes("a reserved code is accepted", "checked >= 3000", "checked >= 2999"),
  codes("a reason may be too long", "byteLength(text) > 123", "byteLength(text) > 124"),
  queue("characters are counted instead of bytes", "bytes += unit < 0x800 ? 1 : 2;", ""),
  queue("one message too many is kept", "this.#size >= maxMessages", "this.#size > maxMessages"),
  queue(
    "what follows the last message is lost",
    "if (!entry.next) this.#newest = undefined;",
    "",
  ),
  target(
    "listeners are called last first",
    "this.#listeners.concat(listener)",
    "[listener, ...this.#listeners]",
  ),
  target("a removed listener is called", "listener.removed = true;", ""),
  target("only the event that was listened to last is told", "this.#types.concat(type)", "[type]"),
  target(
    "a listener that throws stops the others",
    "report(error);\n      }",
    "report(error);\n        return;\n      }",
  ),
  {
    ...target(
      "messages are heard in the zone where they arrive",
      'if ("Zone" in globalThis) this.#passes = 0;',
      "",
    ),
    test: "tests/zone_test.ts",
  },
  {
    ...edit("message_event.ts")(
      "the platform cannot assign the data of its events",
      "override set data(_: unknown) {}",
      "",
    ),
    test: "tests/client_event_target_test.ts",
  },
  {
    ...edit("link.ts")(
      "a stray subprotocol is taken where none was asked for",
      "offered.length || this.#settings.sources.WebSocket === globalThis.WebSocket",
      "offered.length",
    ),
    test: "tests/client/subprotocol_test.ts",
  },
  {
    ...edit("sources.ts")(
      "a client carries itself",
      " && !(WebSocket.prototype instanceof ClientEventTarget)",
      "",
    ),
    test: "tests/sources_test.ts",
  },
  {
    ...edit("reconnecting_websocket.ts")(
      "the constants can be deleted",
      "configurable: false",
      "configurable: true",
    ),
    test: "tests/client/surface_test.ts",
  },
  {
    ...edit("platform.ts")(
      "a DOMException is needed",
      'typeof DOMException === "function"',
      "true",
    ),
    test: "tests/bare_platform_test.ts",
  },
  {
    ...edit("target.ts")(
      "the platform's URL changes what is dialled",
      "if (href === `${given}/` && /\\/.*\\/.*\\//.test(given)) href = given;",
      "",
    ),
    test: "tests/target_test.ts",
  },
  edit("target.ts")(
    "a provider may lead from wss to ws",
    'previous.startsWith("wss:") && href.startsWith("ws:")',
    "false",
  ),
  edit("target.ts")(
    "credentials are traced",
    'href.replace(/^(wss?:\\/\\/)[^/?#]*@|[?#][^]*/g, "$1")',
    "href",
  ),
  edit("trace.ts")(
    "a server writes control characters",
    "JSON.stringify(text.slice(0, MAX_REASON_LENGTH))",
    "text.slice(0, MAX_REASON_LENGTH)",
  ),
  {
    ...backoff(
      "jitter is lost at the cap",
      "const longest = cap / (1 + STEP);",
      "const longest = cap;",
    ),
    test: "tests/backoff_test.ts",
  },
  {
    ...backoff(
      "phases gather at the ends of a window",
      "1 - Math.abs(1 - Math.abs(phase))",
      "Math.min(1, Math.max(0, phase))",
    ),
    test: "tests/backoff_test.ts",
  },
  {
    ...shell(
      "a hint while shouldRetry is asked ends the client",
      "() => this.state.epoch === epoch && !isOver(this.state)",
      "() => this.state === state",
    ),
    test: "tests/client/retry_test.ts",
  },
  {
    ...verdict("the policy is asked after the end", "!retry || !isAwaited()", "!retry"),
    test: "tests/verdict_test.ts",
  },
  {
    ...codes("equal hints make a herd", "hintMs, 1.5 * hintMs", "hintMs, hintMs"),
    test: "tests/close_codes_test.ts",
  },
];

/** All of them. */
export const BUGS: readonly Bug[] = [...CORE, ...SHELL, ...PARTS];
