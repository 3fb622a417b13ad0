/**
 * Planted bugs of the client.
 *
 * @module
 */

import { type Bug, bug } from "./bug.ts";

export const CLIENT: readonly Bug[] = [
  bug(
    "a stale socket is heard",
    "if (owner.current !== this) {",
    "if (this.epoch < 0) {",
    {
      from: "if (epoch !== state.epoch || IDLE",
      to: "epoch = state.epoch;\n    if (IDLE",
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
    'for (const release of this.releases) guard(this, "release", release);',
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
      'guard(client, "isReply", () => atOnce("isReply", accepts?.(data)))',
      "accepts?.(data)",
    ),
    // A fake's dispatch swallows the throw, as a platform's does; the message that it costs is seen.
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...bug(
      "an async function passes for a reply to every message",
      'if (typeof (answer as { then?: unknown } | null | undefined)?.then !== "function") return answer;',
      "return answer;",
    ),
    test: "tests/client/heartbeat_test.ts",
  },
  {
    ...bug(
      "a detached buffer cannot be queued",
      "if ((isView ? message.buffer : message).byteLength === 0)",
      "if (false)",
    ),
    test: "tests/client/message_test.ts",
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
    "doors.abandoned?.(this);",
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
  {
    ...bug("the console shows the whole URL", "url: redact(url), ...status", "url, ...status"),
    test: "tests/client/inspect_test.ts",
  },
  {
    ...bug(
      "the console shows what an error was caused by",
      "const error = status.error && status.error.code;",
      "const { error } = status;",
    ),
    test: "tests/client/inspect_test.ts",
  },
  {
    ...bug(
      "a fatal close says the code of the first one",
      "this.#closeCode = closure.code;",
      "this.#closeCode ??= closure.code;",
    ),
    test: "tests/client/errors_test.ts",
  },
];
