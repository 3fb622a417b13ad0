/**
 * Wrong versions of the client, each a small replacement in its source. A harness that does not
 * notice one of them has a hole.
 *
 * @module
 */

/** A replacement; `from` occurs exactly once in all of `lib/`, wherever that is. */
export interface Edit {
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

function bug(name: string, from: string, to: string, also?: Edit): Bug {
  return { name, from, to, ...(also && { also }) };
}

const CORE: readonly Bug[] = [
  bug(
    "the counters are reset at open",
    'opened: true,\n    pulse: "beating"',
    'opened: true,\n    series: FRESH,\n    pulse: "beating"',
  ),
  bug(
    "the counters are never reset",
    'input.timer === "stable") return stay({ ...state, series: FRESH })',
    'input.timer === "stable") return stay(state)',
  ),
  bug(
    "only the attempts are reset, not the waited time",
    "return stay({ ...state, series: FRESH })",
    "return stay({ ...state, series: { ...state.series, attempt: 0 } })",
  ),
  bug(
    "one attempt too many",
    "attempt >= config.maxAttempts",
    "attempt > config.maxAttempts",
  ),
  bug(
    "one attempt too few",
    "attempt >= config.maxAttempts",
    "attempt + 1 >= config.maxAttempts",
  ),
  bug(
    "a socket that was given up is not closed",
    '[DISARM, abandon(isSilent), arm("retry", delayMs)]',
    '[DISARM, arm("retry", delayMs)]',
  ),
  bug(
    "the timers of a wait outlive it",
    '[DISARM, ...acts, arm("connect", config.connectTimeoutMs)]',
    '[...acts, arm("connect", config.connectTimeoutMs)]',
  ),
  bug(
    "timers outlive the end",
    "[DISARM, abandon(isSilent)],\n    isOver(state)",
    "[abandon(isSilent)],\n    isOver(state)",
  ),
  bug(
    "every hint dials at once",
    "series.early ? Math.max(0, apartMs - Number(earlyMs)) : 0",
    "0",
  ),
  bug("early attempts come at one pace", "2 ** (series.early - 1)", "1"),
  bug(
    "early attempts of another series hold a hint back",
    "const restMs = series.early ?",
    "const restMs = earlyMs !== null ?",
  ),
  bug(
    "a hint during an attempt is lost",
    '...(hint ? [{ type: "hint", hint } as const] : []),',
    "",
  ),
  bug("a hint shortens a server's wait", "state.paced ||", ""),
  bug(
    "wake has the policy start over",
    'state.hint === "online" ? UNWAITED : {}',
    "UNWAITED",
  ),
  {
    ...bug("online cuts every dial short", "&& !series.cut &&", "&&"),
    test: "tests/client/connectivity_test.ts",
  },
  {
    ...bug(
      "online cuts the last attempt short",
      " &&\n    series.attempt < maxAttempts;",
      ";",
    ),
    test: "tests/client/connectivity_test.ts",
  },
  {
    ...bug("a young dial is cut short", "YOUNG_DIAL_MS = 1_000", "YOUNG_DIAL_MS = 0"),
    test: "tests/machine/transition_test.ts",
  },
  {
    ...bug(
      "a young dial hangs on after a hint",
      'stay(after, arm("hint", youngMs))',
      "stay(after)",
    ),
    test: "tests/client/connectivity_test.ts",
  },
  {
    ...bug(
      "a hint of a dial cuts its handshake short",
      'case "connecting":\n      return cut(state);',
      'case "connecting":\n    case "handshaking":\n      return cut(state);',
    ),
    test: "tests/client/connectivity_test.ts",
  },
  {
    ...bug("a stale hint is followed", "FRESH_HINT_MS = 1_000", "FRESH_HINT_MS = 9_000"),
    test: "tests/client/connectivity_test.ts",
  },
  bug("a hint is followed too late", "HINT_JITTER_MS = 500", "HINT_JITTER_MS = 9_000"),
  bug(
    "offline brings the attempt forward",
    'hint === "offline" || state.paced',
    "state.paced",
  ),
  bug("grace without end", 'slept && pulse === "probed"', "slept"),
  {
    ...bug("turns of the loop without end", 'lateMs && pulse !== "late"', "lateMs"),
    test: "tests/machine/heartbeat_cells_test.ts",
  },
  {
    ...bug("a late answer to a probe is not read", 'lateMs && pulse !== "late"', "false"),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...bug(
      "a late answer to a dial is not read",
      "late ? late < LATE_TURNS : input.lateMs",
      "false",
    ),
    test: "tests/client/lifecycle_test.ts",
  },
  bug("no timeout ever grows", "silences > 1 ?", "silences > 1e9 ?"),
  {
    ...bug("a timeout grows for ever", "MAX_PATIENCE = 8", "MAX_PATIENCE = 80"),
    test: "tests/machine/heartbeat_cells_test.ts",
  },
  {
    ...bug("always probes only in silence", "if (!always) return listen", "return listen"),
    test: "tests/client/heartbeat_test.ts",
  },
  bug(
    "the first silence is a loss",
    'silentMs !== null || pulse === "beating") return probe',
    "silentMs !== null) return probe",
  ),
  bug(
    "close is told twice",
    '{ type: "error", error }, close] : [close]',
    '{ type: "error", error }, close] : [close, close]',
  ),
  bug("a clean close fires an error", "error && !wasClean ?", "error ?"),
  bug(
    "error is told after close",
    '[{ type: "error", error }, close]',
    '[close, { type: "error", error }]',
  ),
  bug(
    "statechange comes after the event that it explains",
    '[...acts, { type: "statechange", state, previous }, ...events]',
    '[...acts, ...events, { type: "statechange", state, previous }]',
  ),
  bug(
    "an abort is told as an error, too",
    "isOver(state) ? events.slice(-1) : events",
    "events",
  ),
  bug(
    "close() ends with the peer's failure",
    "return end(state, input, state.error)",
    'return end(state, input, "connection-lost")',
  ),
  bug("close() waits for ever", 'arm("close", config.closeTimeoutMs), ', ""),
  bug(
    "each part of an attempt has a deadline of its own",
    'phase: "handshaking" }, { type: "handshake" })',
    'phase: "handshaking" }, arm("connect", config.connectTimeoutMs), { type: "handshake" })',
  ),
  bug(
    "reconnect() keeps the counters",
    "silences: 0 }, FRESH, config",
    "silences: 0 }, state.series, config",
  ),
  bug(
    "reconnect() does not report the close",
    "...report({ code, reason, wasClean: false }, true, null),\n",
    "",
  ),
  bug(
    "reconnect() reports another code than it was given",
    "report({ code, reason, wasClean: false }, true",
    "report(ABNORMAL, true",
  ),
  bug(
    "reconnect() keeps the heartbeat's patience",
    "{ ...state, silences: 0 }, F",
    "state, F",
  ),
  {
    ...bug("reconnect() terminates", "abandon(false, call)", "abandon(true, call)"),
    test: "tests/client/resources_test.ts",
  },
  {
    ...bug(
      "a silent socket is not terminated",
      'arm("retry", delayMs)],',
      'arm("retry", delayMs)].map((it) => it.type === "abandon" ? abandon(false) : it),',
    ),
    test: "tests/client/resources_test.ts",
  },
  {
    ...bug("a refused handshake is judged at once", "REFUSAL_MS = 1_000", "REFUSAL_MS = 0"),
    test: "tests/client/handshake_test.ts",
  },
  bug(
    "the limit is told where none was allowed",
    'config.maxAttempts ? "retry-limit" : error',
    '"retry-limit"',
  ),
  bug(
    "the queue leaves before the listeners of open run",
    '{ type: "open", reconnected: state.opened, attempt: series.attempt },\n      { type: "flush" }',
    '{ type: "flush" },\n      { type: "open", reconnected: state.opened, attempt: series.attempt }',
  ),
  bug("the queue does not leave at open", '{ type: "flush" },', ""),
  bug(
    "an error during the handshake is forgotten",
    '{ type: "disarm", timer: "connect" }',
    "DISARM",
  ),
  bug(
    "an error without a close is ignored",
    'return stay(state, arm("error", 0))',
    "return stay(state)",
  ),
  bug(
    "effects of a phase that has passed still act",
    "if (state.epoch !== wanted.epoch || state.phase !== wanted.phase) return;",
    "",
  ),
  bug(
    "error and close are told after close()",
    "if (isOver && !CLOSING.includes(wanted.phase)) return;",
    "",
  ),
  bug(
    "effects nest",
    "this.leave(wasBusy);\n  }\n\n  /** Performs a task",
    "this.leave(false);\n  }\n\n  /** Performs a task",
  ),
  bug("effects run last in, first out", "this.#tasks.shift()", "this.#tasks.pop()"),
  bug("a timer leaks", "this.#parts.clock.clearTimeout(armed.handle);", ""),
  bug(
    "a trace sink can break the client",
    'this.#performer.report("trace", error);',
    "throw error;",
  ),
  {
    ...bug(
      "an effect that throws stops the others",
      "this.#performer.failed(pending && pending.effect, error);",
      "throw error;",
    ),
    test: "tests/client/driver_test.ts",
  },
  {
    ...bug("reconnect() dispatches during the call", "isCall && isEvent(effect);", "false;"),
    test: "tests/client/reconnect_test.ts",
  },
  {
    ...bug(
      "events of reconnect() come after later ones",
      "if (!isCall && this.#later.length > 0 && effects.some(isEvent)) this.#letOut();",
      "",
    ),
    test: "tests/client/reconnect_test.ts",
  },
  bug("messages are no sign of life", "this.#aliveAtMs = this.#parts.clock.now();", ""),
];

const SHELL: readonly Bug[] = [
  bug(
    "a stale socket is heard",
    "if (owner.current !== this) {",
    "if (this.epoch < 0) {",
    {
      from: "if (epoch !== state.epoch || phase",
      to: "epoch = state.epoch;\n    if (phase",
    },
  ),
  {
    ...bug(
      "what opens after it was abandoned lives on",
      'if (event.type === "open") this.hangUp({});',
      "",
    ),
    test: "tests/client/deaf_socket_test.ts",
  },
  bug(
    "messages of a dead socket are told",
    "if (!this.carries(attempt)) return;\n    const { data",
    "const { data",
  ),
  {
    ...bug(
      "the provider's answer to an old attempt is used",
      "if (this.current !== attempt) return;\n    this.url",
      "this.url",
      {
        from: "epoch: attempt.epoch, url",
        to: "epoch: this.state.epoch, url",
      },
    ),
    test: "tests/client/providers_test.ts",
  },
  bug("bytes are not copied", "const kept = snapshot(data);", "const kept = data;"),
  bug(
    "drop tells the caller's buffer",
    "this.#drop([[snapshot(message), ",
    "this.#drop([[message, ",
  ),
  bug(
    "a re-entrant send overtakes the queue",
    "(!(isFull || this.#queue?.size) || client.isOpening)",
    "!isFull",
  ),
  bug("what open listeners send waits", "this.isOpening = true;", ""),
  bug(
    "a message is sent twice",
    "socket.send(message);\n      return true;",
    "socket.send(message);\n      socket.send(message);\n      return true;",
  ),
  ...[
    bug("what is expired leaves all the same", "if (untilMs <= nowMs) {", "if (untilMs < 0) {"),
    bug(
      "age begins with the clock",
      "clock.now() + ttlMs : ttlMs",
      "clock.now() * 0 + ttlMs : ttlMs",
    ),
    bug(
      "room is not made by what is expired",
      "queue.fits(bytes, queue.find(key)) ? [] : this.#expired(queue)",
      "[]",
    ),
    bug("what is expired at the end comes back", "this.#report(this.#expired(this.#queue));", ";"),
    bug("a replaced message stays", "if (old) this.remove(old);", ""),
    bug("a replaced message is not reported", 'lost.push([old.message, "replaced"])', ""),
    bug("a key outlives its message", "this.#keyed?.delete(label.key as string)", ""),
    bug("queue: false is queued", "queue !== false && this", "this"),
  ].map((planted) => ({ ...planted, test: "tests/client/send_options_test.ts" })),
  ...[
    bug("the flush fills the socket", "if (this.#isFull(socket)) return this.#holdUp();", ""),
    bug(
      "a full socket is never looked at again",
      "if (this.#timer || !current) return;",
      "return;",
    ),
    bug("drain comes before there is room", "this.#queue?.size || this.#isFull(ready)", "false"),
    bug("drain never comes", 'client.dispatch({ type: "drain" }, null);', ""),
    bug(
      "the timer of a full socket outlives it",
      "this.#watched = undefined;\n      this.#stop();",
      "",
    ),
  ].map((planted) => ({ ...planted, test: "tests/client/drain_test.ts" })),
  bug("drops are not told", "(throws ? [] : [kept])", "[]"),
  bug(
    "what was not sent is not given back",
    "this.outbox?.drain() ?? []",
    "[]",
  ),
  bug("send() keeps messages after the end", "if (isOver(state)) return false;", ""),
  bug("Deno's code 0 is passed on", "code: code || 1006", "code"),
  bug(
    "an abnormal end is called clean",
    "reason, wasClean: wasClean && wasOpen }",
    "reason, wasClean: true }",
  ),
  {
    ...bug("no close of React Native is clean", "wasClean = code > 0 && code !== 1006;", ""),
    test: "tests/platforms/react_native_test.ts",
  },
  {
    ...bug("the end of a stream on iOS is clean", 'reason === "Stream end encountered"', "false"),
    test: "tests/platforms/react_native_test.ts",
  },
  {
    ...bug(
      "a listener's bug ends an app of React Native",
      "else if (isReactNative())",
      "else if (false)",
    ),
    test: "tests/platforms/react_native_test.ts",
  },
  {
    ...bug(
      "a message that is stopped goes on in React Native",
      "this.cancelBubble = true;",
      "",
    ),
    test: "tests/platforms/react_native_test.ts",
  },
  {
    ...bug("a failure of React Native is clean", "this.#isDoubted = true;", ""),
    test: "tests/platforms/react_native_test.ts",
  },
  bug(
    "binaryType is lost with the socket",
    "if (this.#binaryType) socket.binaryType = this.#binaryType;",
    "",
  ),
  bug(
    "the client stays subscribed after the end",
    'for (const release of this.#releases) guard(this, "release", release);',
    "",
  ),
  bug(
    "an old handshake can send",
    'client.state.epoch !== epoch || client.state.phase !== "handshaking"',
    "false",
  ),
  bug("receive() stays pending", "inbox.close(gone);", ""),
  bug("the signal of an attempt is not aborted", "controller.abort(gone);", ""),
  {
    ...bug(
      "isReply can break the client",
      'guard(client, "isReply", () => accepts?.(data))',
      "accepts?.(data)",
    ),
    // A fake's dispatch swallows the throw, as a platform's does; the message that it costs is seen.
    test: "tests/client/heartbeat_test.ts",
  },
  bug(
    "what comes during the handshake is lost",
    "(arrival = inbox?.take() ?? attempt.early?.shift())",
    "(arrival = attempt.early?.shift())",
  ),
  {
    ...bug("a probe goes out after close()", "if (client.state !== state) return;", ""),
    // A scenario shows it; not every twelve thousand seeds do.
    test: "tests/simulation/simulation_test.ts",
  },
  bug(
    "the buffer of the socket is not counted",
    "+ (this.socket?.bufferedAmount ?? this.#unsentBytes)",
    "",
  ),
  bug(
    "what was not sent is forgotten at the close",
    "this.socket?.bufferedAmount ?? this.#unsentBytes)",
    "this.socket?.bufferedAmount ?? 0)",
  ),
  bug(
    "hooks are reported again and again",
    "if (owner.reported.includes(hook)) return;",
    "",
  ),
  {
    ...bug("hooks are reported to a trace alone", "reportFault(owner, hook, error);", ""),
    test: "tests/client/errors_test.ts",
  },
  {
    ...bug(
      "an effect that throws leaves its state without a way out",
      'if (phase !== "waiting") return this.lose',
      'if (phase !== "waiting") return; this.lose',
    ),
    test: "tests/client/errors_test.ts",
  },
  bug(
    "messages do not end the heartbeat's patience",
    "if (silences) client.apply",
    "if (!silences) client.apply",
  ),
  bug(
    "providers are not stopped at the end",
    "if (isOver(this.state)) doors.giveUp?.(this);",
    "",
  ),
  bug(
    "a provider is called while its answer is outstanding",
    "this.#answer ??= ",
    "this.#answer = ",
  ),
  {
    ...bug("an answer is waited for without end", "}, limitMs);", "}, 2 ** 31 - 1);"),
    test: "tests/client/providers_test.ts",
  },
  {
    ...bug("a falling bufferedAmount is no sign of life", ">= MIN_DRAIN_BYTES", "> Infinity"),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...bug(
      "the hand-over of small messages is life",
      "MIN_DRAIN_BYTES = 1_024",
      "MIN_DRAIN_BYTES = 1",
    ),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...bug("protocol pings are no sign of life", '["ping", "pong"]', "[]"),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...bug("what arrives after a refusal is kept", "if (this.isRefused) return true;", ""),
    test: "tests/client/handshake_test.ts",
  },
  {
    ...bug(
      "a server may choose any pace",
      "MIN_PACE_MS = 1_000",
      "MIN_PACE_MS = 0",
    ),
    test: "tests/client/inbox_test.ts",
  },
];

const PARTS: readonly Bug[] = [
  bug(
    "the cap is exceeded",
    "delayMs <= maxDelayMs ? Math.max(1, delayMs) : maxDelayMs",
    "Math.max(1, delayMs)",
  ),
  bug("a policy may answer 0", "Math.max(1, delayMs)", "delayMs"),
  bug("a judge can break the client", "report(name, error);\n    }", "throw error;\n    }"),
  {
    ...bug(
      "an inherited property decides",
      'Object.getOwnPropertyDescriptor(Object(thrown), "retry")?.value',
      "(thrown as { retry?: unknown } | undefined)?.retry as never",
    ),
    test: "tests/machine/retry_decision_test.ts",
  },
  {
    ...bug(
      "a thrown value overrules shouldRetry",
      "answer ?? decision ??",
      "decision ?? answer ??",
    ),
    test: "tests/machine/retry_decision_test.ts",
  },
  bug(
    "the policy is asked for the attempt before",
    "attempt: attempt + 1, waitedMs",
    "attempt, waitedMs",
  ),
  bug("paced restarts pace every retry", "attempt ? null : pacing", "attempt < 0 ? null : pacing"),
  bug("a fatal code is retried", "1010, 3003, 4400, 4403, 4404", "1010, 3003, 4400, 4403"),
  bug("1008 is retried without a new token", "[1008, 3000, 4401]", "[3000, 4401]"),
  bug("1008 is not paced", "code === 1013 || code === 1008", "code === 1013"),
  bug("1012 is not paced", "if (code === 1012)", "if (code === 1112)"),
  bug("a reserved code is accepted", "checked >= 3000", "checked >= 2999"),
  bug("a reason may be too long", "byteLength(text) > 123", "byteLength(text) > 124"),
  bug("characters are counted instead of bytes", "bytes += unit < 0x800 ? 1 : 2;", ""),
  bug(
    "one message too many is kept",
    "(old ? 1 : 0) < maxMessages",
    "(old ? 1 : 0) <= maxMessages",
  ),
  bug(
    "what follows the last message is lost",
    "else this.#newest = previous;",
    "",
  ),
  bug(
    "listeners are called last first",
    "this.#listeners.concat(listener)",
    "[listener, ...this.#listeners]",
  ),
  bug("a removed listener is called", "listener.removed = true;", ""),
  bug("only the event that was listened to last is told", "this.#types.concat(name)", "[name]"),
  bug(
    "a listener that throws stops the others",
    "reportError(error);\n      }\n      if",
    "reportError(error);\n        return;\n      }\n      if",
  ),
  {
    ...bug(
      "the data of a message is a field over a getter",
      "    override get data(): unknown {\n      return this.#data;\n    }\n" +
        "    // QUIRK(Deno): the constructor of MessageEvent assigns them.\n" +
        "    override set data(_: unknown) {}\n",
      "    override readonly data: unknown;\n",
      { from: "this.#data = data;", to: "this.data = data;" },
    ),
    test: "tests/packaging/transforms_test.ts",
  },
  {
    ...bug(
      "a private method calls super",
      "if (!handler) return this.removeEventListener(type, slot);",
      "if (!handler) return super.removeEventListener(type, slot as never);",
    ),
    test: "tests/packaging/transforms_test.ts",
  },
  {
    ...bug(
      "messages are heard in the zone where they arrive",
      'if ("Zone" in globalThis) this.#passes = 0;',
      "",
    ),
    test: "tests/platforms/zone_test.ts",
  },
  {
    ...bug(
      "the platform cannot assign the data of its events",
      "override set data(_: unknown) {}",
      "",
    ),
    test: "tests/client/event_target_test.ts",
  },
  {
    ...bug(
      "a MessageEvent that throws is taken",
      "Base = class extends Event {",
      'Base = typeof MessageEvent === "function" ? MessageEvent : class extends Event {',
    ),
    test: "tests/client/event_target_test.ts",
  },
  {
    ...bug(
      "a field of the platform's hides what a message brought",
      "hasFields ? { data, origin } : undefined",
      "undefined",
    ),
    test: "tests/client/event_target_test.ts",
  },
  {
    ...bug(
      "events are of whatever class is global meanwhile",
      "OwnEvent ?? Event",
      "Event",
    ),
    test: "tests/client/event_classes_test.ts",
  },
  {
    ...bug(
      "a stray subprotocol is taken where none was asked for",
      "length || WebSocket === globalThis.WebSocket",
      "length",
    ),
    test: "tests/client/subprotocol_test.ts",
  },
  {
    ...bug(
      "a client carries itself",
      " && !(WebSocket.prototype instanceof ClientEventTarget)",
      "",
    ),
    test: "tests/client/sources_test.ts",
  },
  {
    ...bug(
      "the constants can be deleted",
      "configurable: false",
      "configurable: true",
    ),
    test: "tests/client/surface_test.ts",
  },
  {
    ...bug(
      "a DOMException is needed",
      'typeof DOMException === "function"',
      "true",
    ),
    test: "tests/platforms/bare_platform_test.ts",
  },
  {
    ...bug(
      "the platform's URL changes what is dialled",
      "if (href === `${given}/` && /\\/.*\\/.*\\//.test(given)) href = given;",
      "",
    ),
    test: "tests/client/url_test.ts",
  },
  bug(
    "a provider may lead from wss to ws",
    'previous.startsWith("wss:") && href.startsWith("ws:")',
    "false",
  ),
  bug(
    "credentials are traced",
    'href.replace(/^(wss?:\\/\\/)[^/?#]*@|[?#][^]*/g, "$1")',
    "href",
  ),
  bug(
    "a server writes control characters",
    "JSON.stringify(text.slice(0, MAX_REASON_LENGTH))",
    "text.slice(0, MAX_REASON_LENGTH)",
  ),
  {
    ...bug(
      "jitter is lost at the cap",
      "const longest = cap / (1 + STEP);",
      "const longest = cap;",
    ),
    test: "tests/machine/backoff_test.ts",
  },
  {
    ...bug(
      "phases gather at the ends of a window",
      "1 - Math.abs(1 - Math.abs(phase))",
      "Math.min(1, Math.max(0, phase))",
    ),
    test: "tests/machine/backoff_test.ts",
  },
  {
    ...bug(
      "a hint while shouldRetry is asked ends the client",
      "() => this.state.epoch === epoch && !isOver(this.state)",
      "() => this.state === state",
    ),
    test: "tests/client/retry_test.ts",
  },
  {
    ...bug(
      "a hint is read twice",
      'consult("shouldRetry", () => isWanted.delayMs, isNumber)',
      "isWanted.delayMs",
    ),
    test: "tests/client/retry_test.ts",
  },
  {
    ...bug(
      "an answer that never comes is waited for when the clock threw",
      "return this.#answer ??= this.#start(attempt);",
      "return this.#answer ??= new Promise((resolve) => resolve(this.#start(attempt)));",
    ),
    test: "tests/client/providers_test.ts",
  },
  {
    ...bug(
      "what is thrown and cannot be read hangs the attempt",
      "// A proxy or a getter: it decides nothing.\n    return undefined;",
      "throw thrown;",
    ),
    test: "tests/client/providers_test.ts",
  },
  {
    ...bug("the policy is asked after the end", "!isWanted || !isAwaited()", "!isWanted"),
    test: "tests/machine/retry_decision_test.ts",
  },
  {
    ...bug("equal hints make a herd", "hintMs, 1.5 * hintMs", "hintMs, hintMs"),
    test: "tests/machine/close_codes_test.ts",
  },
];

/** Found by the property of `messages()`, or by its tests where that is said. */
const ITERATORS: readonly Bug[] = [
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

const STREAMS: readonly Bug[] = [
  {
    ...bug("what decode reads is served inside it", "if (isServing) return;", ""),
    test: "tests/client/streams_test.ts",
  },
  {
    ...bug(
      "what decode brings has no bound",
      "readers.size > 0 && !isServing",
      "readers.size > 0",
    ),
    test: "tests/client/streams_test.ts",
  },
  {
    ...bug("a signal keeps a listener", 'signal?.removeEventListener("abort", abort);', ""),
    test: "tests/client/streams_test.ts",
  },
  {
    ...bug(
      "an abort after the end of the client is not noticed",
      "if (signal?.aborted) abort();\n        else serve();",
      "serve();",
    ),
    test: "tests/client/streams_test.ts",
  },
  {
    ...bug(
      "a schema that answers later is believed",
      'if ("value" in result && !result.issues) return result.value;',
      "return (result as { value: T }).value;",
    ),
    test: "tests/client/streams_test.ts",
  },
  {
    ...bug(
      "each iteration leaves a wait behind",
      'if (ws.state !== "closed") return;\n    ws',
      "ws",
    ),
    test: "tests/client/streams_test.ts",
  },
  {
    ...bug("a write fills the queue of the client", 'ws.state === "open" && ws', "ws"),
    test: "tests/client/streams_web_test.ts",
  },
  {
    ...bug("a write does not wait for the network", " && ws.bufferedAmount <= maxBytes", ""),
    test: "tests/client/streams_web_test.ts",
  },
  {
    ...bug(
      "a write that was refused once is lost",
      "if (ws.send(data)) return;",
      "ws.send(data); return;",
    ),
    test: "tests/client/streams_web_test.ts",
  },
  {
    ...bug("an abort waits for the network", "if (signal?.aborted) throw signal.reason;", ""),
    test: "tests/client/streams_web_test.ts",
  },
  {
    ...bug(
      "what is written after the end waits for ever",
      "/^clos/.test(ws.state)",
      "ws.state === null",
    ),
    test: "tests/client/streams_web_test.ts",
  },
  {
    ...bug("the end of a writable does not wait", "close: () => room(0),", ""),
    test: "tests/client/streams_web_test.ts",
  },
  {
    ...bug("a readable reads ahead", "{ highWaterMark: 0 }", "{ highWaterMark: 1 }"),
    test: "tests/client/streams_web_test.ts",
  },
  {
    ...bug("the looks become no rarer", "Math.min(2 * lookMs, 100)", "lookMs"),
    test: "tests/client/streams_web_test.ts",
  },
];

/** All of them. */
export const BUGS: readonly Bug[] = [...CORE, ...SHELL, ...PARTS, ...ITERATORS, ...STREAMS];
