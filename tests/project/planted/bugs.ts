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

const transition = edit("machine/transition.ts");
const step = edit("machine/step.ts");
const heartbeat = edit("machine/heartbeat_cells.ts");
const providers = edit("features/providers.ts");
const runner = edit("client/driver.ts");
const shell = edit("client/client.ts");
const link = edit("connection/attempt.ts");
const verdict = edit("features/retry.ts");
const codes = edit("machine/close_codes.ts");
const queue = edit("bounded_queue.ts");
const target = edit("client/event_target.ts");
const backoff = edit("backoff.ts");
const cli = (
  file: string,
  test: string,
  ...bug: [name: string, from: string, to: string]
): Bug => ({
  ...edit(`cli/${file}.ts`)(...bug),
  test: `tests/client/cli/${test}_test.ts`,
});

const CORE: readonly Bug[] = [
  transition(
    "the counters are reset at open",
    'opened: true,\n    pulse: "beating"',
    'opened: true,\n    series: FRESH,\n    pulse: "beating"',
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
    '[DISARM, abandon(isSilent), arm("retry", delayMs)]',
    '[DISARM, arm("retry", delayMs)]',
  ),
  transition(
    "the timers of a wait outlive it",
    '[DISARM, ...acts, arm("connect", config.connectTimeoutMs)]',
    '[...acts, arm("connect", config.connectTimeoutMs)]',
  ),
  transition(
    "timers outlive the end",
    "[DISARM, abandon(isSilent)],\n    isOver(state)",
    "[abandon(isSilent)],\n    isOver(state)",
  ),
  transition(
    "every hint dials at once",
    "series.early ? Math.max(0, apartMs - Number(earlyMs)) : 0",
    "0",
  ),
  transition("early attempts come at one pace", "2 ** (series.early - 1)", "1"),
  transition(
    "early attempts of another series hold a hint back",
    "const restMs = series.early ?",
    "const restMs = earlyMs !== null ?",
  ),
  transition(
    "a hint during an attempt is lost",
    '...(hint ? [{ type: "hint", hint } as const] : []),',
    "",
  ),
  transition("a hint shortens a server's wait", "state.paced ||", ""),
  transition(
    "wake has the policy start over",
    'state.hint === "online" ? UNWAITED : {}',
    "UNWAITED",
  ),
  {
    ...transition("online cuts every dial short", "&& !series.cut &&", "&&"),
    test: "tests/client/connectivity_test.ts",
  },
  {
    ...transition(
      "online cuts the last attempt short",
      " &&\n    series.attempt < maxAttempts;",
      ";",
    ),
    test: "tests/client/connectivity_test.ts",
  },
  {
    ...transition("a young dial is cut short", "YOUNG_DIAL_MS = 1_000", "YOUNG_DIAL_MS = 0"),
    test: "tests/machine/transition_test.ts",
  },
  {
    ...transition(
      "a young dial hangs on after a hint",
      'stay(after, arm("hint", youngMs))',
      "stay(after)",
    ),
    test: "tests/client/connectivity_test.ts",
  },
  {
    ...transition(
      "a hint of a dial cuts its handshake short",
      'state.phase === "connecting" ? cut(state) : stay(state)',
      "cut(state)",
    ),
    test: "tests/client/connectivity_test.ts",
  },
  {
    ...transition("a stale hint is followed", "FRESH_HINT_MS = 1_000", "FRESH_HINT_MS = 9_000"),
    test: "tests/client/connectivity_test.ts",
  },
  transition("a hint is followed too late", "HINT_JITTER_MS = 500", "HINT_JITTER_MS = 9_000"),
  transition(
    "offline brings the attempt forward",
    'hint === "offline" || state.paced',
    "state.paced",
  ),
  heartbeat("grace without end", 'slept && pulse === "probed"', "slept"),
  {
    ...heartbeat("turns of the loop without end", 'lateMs && pulse !== "late"', "lateMs"),
    test: "tests/machine/heartbeat_cells_test.ts",
  },
  {
    ...heartbeat("a late answer to a probe is not read", 'lateMs && pulse !== "late"', "false"),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...transition(
      "a late answer to a dial is not read",
      "late ? late < LATE_TURNS : lateMs",
      "false",
    ),
    test: "tests/client/lifecycle_test.ts",
  },
  heartbeat("no timeout ever grows", "silences > 1 ?", "silences > 1e9 ?"),
  {
    ...heartbeat("a timeout grows for ever", "MAX_PATIENCE = 8", "MAX_PATIENCE = 80"),
    test: "tests/machine/heartbeat_cells_test.ts",
  },
  {
    ...heartbeat("always probes only in silence", "if (!always) return listen", "return listen"),
    test: "tests/client/heartbeat_test.ts",
  },
  heartbeat(
    "the first silence is a loss",
    'silentMs !== null || pulse === "beating") return probe',
    "silentMs !== null) return probe",
  ),
  step(
    "close is told twice",
    '{ type: "error", error }, close] : [close]',
    '{ type: "error", error }, close] : [close, close]',
  ),
  step("a clean close fires an error", "error && !wasClean ?", "error ?"),
  step(
    "error is told after close",
    '[{ type: "error", error }, close]',
    '[close, { type: "error", error }]',
  ),
  step(
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
    'return end(state, input, "connection-lost")',
  ),
  transition("close() waits for ever", 'arm("close", config.closeTimeoutMs), ', ""),
  transition(
    "each part of an attempt has a deadline of its own",
    'phase: "handshaking" }, { type: "handshake" })',
    'phase: "handshaking" }, arm("connect", config.connectTimeoutMs), { type: "handshake" })',
  ),
  transition(
    "reconnect() keeps the counters",
    "silences: 0 }, FRESH, config",
    "silences: 0 }, state.series, config",
  ),
  transition(
    "reconnect() does not report the close",
    "...report({ code, reason, wasClean: false }, true, null),\n",
    "",
  ),
  transition(
    "reconnect() reports another code than it was given",
    "report({ code, reason, wasClean: false }, true",
    "report(ABNORMAL, true",
  ),
  transition(
    "reconnect() keeps the heartbeat's patience",
    "{ ...state, silences: 0 }, F",
    "state, F",
  ),
  {
    ...transition("reconnect() terminates", "abandon(false, farewell)", "abandon(true, farewell)"),
    test: "tests/client/resources_test.ts",
  },
  {
    ...transition(
      "a silent socket is not terminated",
      'arm("retry", delayMs)],',
      'arm("retry", delayMs)].map((it) => it.type === "abandon" ? abandon(false) : it),',
    ),
    test: "tests/client/resources_test.ts",
  },
  {
    ...transition("a refused handshake is judged at once", "REFUSAL_MS = 1_000", "REFUSAL_MS = 0"),
    test: "tests/client/handshake_test.ts",
  },
  transition(
    "the limit is told where none was allowed",
    'config.maxAttempts ? "retry-limit" : error',
    '"retry-limit"',
  ),
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
  step(
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
    'this.#performer.report("trace", error);',
    "throw error;",
  ),
  {
    ...runner(
      "an effect that throws stops the others",
      "this.#performer.failed(effect, error);",
      "throw error;",
    ),
    test: "tests/client/driver_test.ts",
  },
  {
    ...runner("reconnect() dispatches during the call", "isCall && isEvent(effect);", "false;"),
    test: "tests/client/reconnect_test.ts",
  },
  {
    ...runner(
      "events of reconnect() come after later ones",
      "if (!isCall && this.#later.length > 0 && effects.some(isEvent)) this.#letOut();",
      "",
    ),
    test: "tests/client/reconnect_test.ts",
  },
  runner("messages are no sign of life", "this.#aliveAtMs = this.#clock.now();", ""),
];

const SHELL: readonly Bug[] = [
  link(
    "a stale socket is heard",
    "if (!this.#client.holds(this)) {",
    "if (this.epoch < 0) {",
    {
      file: "lib/client/client.ts",
      from: "if (epoch !== state.epoch || phase",
      to: "epoch = state.epoch;\n    if (phase",
    },
  ),
  {
    ...link(
      "what opens after it was abandoned lives on",
      'if (event.type === "open") this.hangUp({});',
      "",
    ),
    test: "tests/client/deaf_socket_test.ts",
  },
  shell(
    "messages of a dead socket are told",
    "if (!this.#carries(link)) return;\n    const { data",
    "const { data",
  ),
  {
    ...shell(
      "the provider's answer to an old attempt is used",
      "if (!this.holds(link)) return;\n    this.#url",
      "this.#url",
      {
        file: "lib/client/client.ts",
        from: "epoch: link.epoch, url",
        to: "epoch: this.state.epoch, url",
      },
    ),
    test: "tests/client/providers_test.ts",
  },
  shell("bytes are not copied", "const kept = snapshot(message);", "const kept = message;"),
  shell(
    "drop tells the caller's buffer",
    "this.#drop([snapshot(message)], ",
    "this.#drop([message], ",
  ),
  shell(
    "a re-entrant send overtakes the queue",
    "(!this.#queue.size || this.#isOpening)",
    "true",
  ),
  shell("what open listeners send waits", "this.#isOpening = true;", ""),
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
    "reason, wasClean: wasClean && wasOpen }",
    "reason, wasClean: true }",
  ),
  {
    ...link("no close of React Native is clean", "wasClean = code > 0 && code !== 1006;", ""),
    test: "tests/platforms/react_native_test.ts",
  },
  {
    ...link("the end of a stream on iOS is clean", 'reason === "Stream end encountered"', "false"),
    test: "tests/platforms/react_native_test.ts",
  },
  {
    ...target("a listener's bug ends an app of React Native", "isReactNative()", "false"),
    test: "tests/platforms/react_native_test.ts",
  },
  {
    ...edit("client/message_event.ts")(
      "a message that is stopped goes on in React Native",
      "this.cancelBubble = true;",
      "",
    ),
    test: "tests/platforms/react_native_test.ts",
  },
  {
    ...link("a failure of React Native is clean", "this.#isDoubted = true;", ""),
    test: "tests/platforms/react_native_test.ts",
  },
  shell(
    "binaryType is lost with the socket",
    "if (link?.socket && this.#binaryType) link.socket.binaryType = this.#binaryType;",
    "",
  ),
  shell(
    "the client stays subscribed after the end",
    'for (const release of this.#releases) this.#faults.attempt("release", release);',
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
      'this.#faults.attempt("isReply", () => this.#settings.isReply?.(data))',
      "this.#settings.isReply?.(data)",
    ),
    // A fake's dispatch swallows the throw, as a platform's does; the message that it costs is seen.
    test: "tests/client/heartbeat_test.ts",
  },
  shell("what comes during the handshake is lost", "if (!arrival) break;", "break;"),
  {
    ...shell("a probe goes out after close()", "if (this.state !== state) return;", ""),
    // A scenario shows it; not every twelve thousand seeds do.
    test: "tests/simulation/simulation_test.ts",
  },
  shell(
    "the buffer of the socket is not counted",
    "+ (this.socket?.bufferedAmount ?? this.#unsentBytes)",
    "",
  ),
  shell(
    "what was not sent is forgotten at the close",
    "this.socket?.bufferedAmount ?? this.#unsentBytes)",
    "this.socket?.bufferedAmount ?? 0)",
  ),
  edit("features/faults.ts")(
    "hooks are reported again and again",
    "if (this.#reported.includes(hook)) return;",
    "",
  ),
  {
    ...edit("features/faults.ts")("hooks are reported to a trace alone", "reportFault(error);", ""),
    test: "tests/client/errors_test.ts",
  },
  {
    ...shell(
      "an effect that throws leaves its state without a way out",
      'if (phase !== "waiting") return this.lose',
      'if (phase !== "waiting") return; this.lose',
    ),
    test: "tests/client/errors_test.ts",
  },
  shell(
    "messages do not end the heartbeat's patience",
    "if (silences) this.apply",
    "if (!silences) this.apply",
  ),
  shell(
    "providers are not stopped at the end",
    "if (isOver(this.state)) this.#cancelProviders();",
    "",
  ),
  providers(
    "a provider is called while its answer is outstanding",
    "this.#answer ??= ",
    "this.#answer = ",
  ),
  {
    ...providers("an answer is waited for without end", "}, limitMs);", "}, 2 ** 31 - 1);"),
    test: "tests/client/providers_test.ts",
  },
  {
    ...link("a falling bufferedAmount is no sign of life", ">= MIN_DRAIN_BYTES", "> Infinity"),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...link(
      "the hand-over of small messages is life",
      "MIN_DRAIN_BYTES = 1_024",
      "MIN_DRAIN_BYTES = 1",
    ),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...link("protocol pings are no sign of life", '["ping", "pong"]', "[]"),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...link("what arrives after a refusal is kept", "if (this.#isRefused) return true;", ""),
    test: "tests/client/handshake_test.ts",
  },
  {
    ...edit("features/handshake.ts")(
      "a server may choose any pace",
      "MIN_PACE_MS = 1_000",
      "MIN_PACE_MS = 0",
    ),
    test: "tests/client/inbox_test.ts",
  },
];

const PARTS: readonly Bug[] = [
  verdict(
    "the cap is exceeded",
    "delayMs <= maxDelayMs ? Math.max(1, delayMs) : maxDelayMs",
    "Math.max(1, delayMs)",
  ),
  verdict("a policy may answer 0", "Math.max(1, delayMs)", "delayMs"),
  verdict("a judge can break the client", "report(name, error);\n    }", "throw error;\n    }"),
  {
    ...verdict(
      "an inherited property decides",
      'Object.getOwnPropertyDescriptor(Object(thrown), "retry")?.value',
      "(thrown as { retry?: unknown } | undefined)?.retry as never",
    ),
    test: "tests/machine/retry_decision_test.ts",
  },
  {
    ...verdict(
      "a thrown value overrules shouldRetry",
      "answer ?? decision ??",
      "decision ?? answer ??",
    ),
    test: "tests/machine/retry_decision_test.ts",
  },
  verdict(
    "the policy is asked for the attempt before",
    "attempt: attempt + 1, waitedMs",
    "attempt, waitedMs",
  ),
  verdict("paced restarts pace every retry", "attempt === 0 ? pacing", "attempt >= 0 ? pacing"),
  codes("a fatal code is retried", "1010, 3003, 4400, 4403, 4404", "1010, 3003, 4400, 4403"),
  codes("1008 is retried without a new token", "[1008, 3000, 4401]", "[3000, 4401]"),
  codes("1008 is not paced", "code === 1013 || code === 1008", "code === 1013"),
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
    ...edit("client/message_event.ts")(
      "the data of a message is a field over a getter",
      "    override get data(): unknown {\n      return this.#data;\n    }\n" +
        "    // QUIRK(Deno): the constructor of MessageEvent assigns them.\n" +
        "    override set data(_: unknown) {}\n",
      "    override readonly data: unknown;\n",
      { file: "lib/client/message_event.ts", from: "this.#data = data;", to: "this.data = data;" },
    ),
    test: "tests/packaging/transforms_test.ts",
  },
  {
    ...target(
      "a private method calls super",
      "  #note(type: string): void {\n",
      "  #note(type: string): void {\n    super.removeEventListener(type, null);\n",
    ),
    test: "tests/packaging/transforms_test.ts",
  },
  {
    ...target(
      "messages are heard in the zone where they arrive",
      'if ("Zone" in globalThis) this.#passes = 0;',
      "",
    ),
    test: "tests/platforms/zone_test.ts",
  },
  {
    ...edit("client/message_event.ts")(
      "the platform cannot assign the data of its events",
      "override set data(_: unknown) {}",
      "",
    ),
    test: "tests/client/event_target_test.ts",
  },
  {
    ...edit("client/message_event.ts")(
      "a MessageEvent that throws is taken",
      "Base = class extends Event {",
      'Base = typeof MessageEvent === "function" ? MessageEvent : class extends Event {',
    ),
    test: "tests/client/event_target_test.ts",
  },
  {
    ...edit("client/message_event.ts")(
      "a field of the platform's hides what a message brought",
      "hasFields ? { data, origin } : undefined",
      "undefined",
    ),
    test: "tests/client/event_target_test.ts",
  },
  {
    ...edit("client/events.ts")(
      "events are of whatever class is global meanwhile",
      "OwnEvent ?? Event",
      "Event",
    ),
    test: "tests/client/event_classes_test.ts",
  },
  {
    ...edit("connection/attempt.ts")(
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
    test: "tests/client/sources_test.ts",
  },
  {
    ...edit("client/reconnecting_websocket.ts")(
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
    test: "tests/platforms/bare_platform_test.ts",
  },
  {
    ...edit("connection/url.ts")(
      "the platform's URL changes what is dialled",
      "if (href === `${given}/` && /\\/.*\\/.*\\//.test(given)) href = given;",
      "",
    ),
    test: "tests/client/url_test.ts",
  },
  edit("connection/url.ts")(
    "a provider may lead from wss to ws",
    'previous.startsWith("wss:") && href.startsWith("ws:")',
    "false",
  ),
  edit("connection/url.ts")(
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
    test: "tests/machine/backoff_test.ts",
  },
  {
    ...backoff(
      "phases gather at the ends of a window",
      "1 - Math.abs(1 - Math.abs(phase))",
      "Math.min(1, Math.max(0, phase))",
    ),
    test: "tests/machine/backoff_test.ts",
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
    ...verdict(
      "a hint is read twice",
      'consult("shouldRetry", () => retry.delayMs, isNumber)',
      "retry.delayMs",
    ),
    test: "tests/client/retry_test.ts",
  },
  {
    ...providers(
      "an answer that never comes is waited for when the clock threw",
      "return this.#answer ??= this.#start(attempt);",
      "return this.#answer ??= new Promise((resolve) => resolve(this.#start(attempt)));",
    ),
    test: "tests/client/providers_test.ts",
  },
  {
    ...verdict(
      "what is thrown and cannot be read hangs the attempt",
      "// A proxy or a getter: it decides nothing.\n    return undefined;",
      "throw thrown;",
    ),
    test: "tests/client/providers_test.ts",
  },
  {
    ...verdict("the policy is asked after the end", "!retry || !isAwaited()", "!retry"),
    test: "tests/machine/retry_decision_test.ts",
  },
  {
    ...codes("equal hints make a herd", "hintMs, 1.5 * hintMs", "hintMs, hintMs"),
    test: "tests/machine/close_codes_test.ts",
  },
];

const COMMAND_LINE: readonly Bug[] = [
  cli(
    ...["flags", "arguments"] as const,
    "a flag that is a name of Object's is known",
    "const arity = Object.hasOwn(flags, name) ? flags[name] : undefined;",
    "const arity = flags[name];",
  ),
  cli(
    ...["words", "text"] as const,
    "a message drives the terminal",
    "[\\u0000-\\u001f\\u007f-\\u009f",
    "[\\u0000-\\u001f\\u007f-\\u009a",
  ),
  cli(
    ...["json", "text"] as const,
    "JSON loses what follows an escaped quote",
    '/"(?:[^"\\\\]|\\\\[^])*"|',
    '/"[^"]*"|',
  ),
  cli(
    ...["screen", "text"] as const,
    "a line that comes in two pieces becomes two",
    'const lines = (this.#rest + (text ?? "")).split',
    'const lines = (text ?? "").split',
  ),
  cli(
    ...["frames", "frames"] as const,
    "a frame of more than 64 KiB ends early",
    "sum * 256 + byte, 0)",
    "(sum * 256 + byte) % 65_536, 0)",
  ),
  cli(
    ...["chaos_link", "chaos_link"] as const,
    "a shorter delay lets messages overtake",
    "this.#waiting.push({ bytes,",
    "this.#waiting[this.#weather.delayMs < 100 ? 'unshift' : 'push']({ bytes,",
  ),
  cli(
    ...["tally", "watch"] as const,
    "closing while waiting counts as a failed attempt",
    "    if (openAtMs === null) return null;",
    "    if (openAtMs === null) return this.fail(), null;",
  ),
  cli(
    ...["watch", "watch"] as const,
    "an attempt that failed is called by the number of the next",
    "    const attempt = this.#attempt;",
    "    const { attempt } = this.#client;",
  ),
];

/** All of them. */
export const BUGS: readonly Bug[] = [...CORE, ...SHELL, ...PARTS, ...COMMAND_LINE];
