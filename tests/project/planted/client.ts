/**
 * Planted bugs of the client.
 *
 * @module
 */

import { type Bug, bug, foundBy } from "./bug.ts";

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
  foundBy(
    "tests/client/deaf_socket_test.ts",
    "what opens after it was abandoned lives on",
    'if (event.type === "open") this.hangUp({});',
    "",
  ),
  bug(
    "messages of a dead socket are told",
    "if (!this.carries(attempt)) return;\n    const { data",
    "const { data",
  ),
  foundBy(
    "tests/client/providers_test.ts",
    "the provider's answer to an old attempt is used",
    "if (this.current !== attempt) return;\n    this.url",
    "this.url",
    {
      from: "epoch: attempt.epoch, url",
      to: "epoch: this.state.epoch, url",
    },
  ),
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
  foundBy(
    "tests/platforms/react_native_test.ts",
    "no close of React Native is clean",
    "wasClean = code > 0 && code !== 1006;",
    "",
  ),
  foundBy(
    "tests/platforms/react_native_test.ts",
    "the end of a stream on iOS is clean",
    'reason === "Stream end encountered"',
    "false",
  ),
  foundBy(
    "tests/platforms/react_native_test.ts",
    "a listener's bug ends an app of React Native",
    "else if (isReactNative())",
    "else if (false)",
  ),
  foundBy(
    "tests/platforms/react_native_test.ts",
    "a message that is stopped goes on in React Native",
    "this.cancelBubble = true;",
    "",
  ),
  foundBy(
    "tests/platforms/react_native_test.ts",
    "a failure of React Native is clean",
    "this.#isDoubted = true;",
    "",
  ),
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
  // A fake's dispatch swallows the throw, as a platform's does; the message that it costs is seen.
  foundBy(
    "tests/client/heartbeat_test.ts",
    "isReply can break the client",
    'guard(client, "isReply", () => atOnce("isReply", accepts?.(data)))',
    "accepts?.(data)",
  ),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "an async function passes for a reply to every message",
    'if (typeof (answer as { then?: unknown } | null | undefined)?.then !== "function") return answer;',
    "return answer;",
  ),
  foundBy(
    "tests/client/message_test.ts",
    "a detached buffer cannot be queued",
    "if ((isView ? message.buffer : message).byteLength === 0)",
    "if (false)",
  ),
  bug(
    "what comes during the handshake is lost",
    "(arrival = inbox?.take() ?? attempt.early?.shift())",
    "(arrival = attempt.early?.shift())",
  ),
  // A scenario shows it; not every twelve thousand seeds do.
  foundBy(
    "tests/simulation/simulation_test.ts",
    "a probe goes out after close()",
    "if (client.state !== state) return;",
    "",
  ),
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
  foundBy(
    "tests/client/errors_test.ts",
    "hooks are reported to a trace alone",
    "reportFault(owner, hook, error);",
    "",
  ),
  foundBy(
    "tests/client/errors_test.ts",
    "an effect that throws leaves its state without a way out",
    'if (phase !== "waiting") return this.lose',
    'if (phase !== "waiting") return; this.lose',
  ),
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
  foundBy(
    "tests/client/providers_test.ts",
    "an answer is waited for without end",
    "}, limitMs);",
    "}, 2 ** 31 - 1);",
  ),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "a falling bufferedAmount is no sign of life",
    ">= MIN_DRAIN_BYTES",
    "> Infinity",
  ),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "the hand-over of small messages is life",
    "MIN_DRAIN_BYTES = 1_024",
    "MIN_DRAIN_BYTES = 1",
  ),
  foundBy(
    "tests/client/heartbeat_test.ts",
    "protocol pings are no sign of life",
    '["ping", "pong"]',
    "[]",
  ),
  foundBy(
    "tests/client/handshake_test.ts",
    "what arrives after a refusal is kept",
    "if (this.isRefused) return true;",
    "",
  ),
  foundBy(
    "tests/client/inbox_test.ts",
    "a server may choose any pace",
    "MIN_PACE_MS = 1_000",
    "MIN_PACE_MS = 0",
  ),
  foundBy(
    "tests/client/inspect_test.ts",
    "the console shows the whole URL",
    "url: redact(url), ...status",
    "url, ...status",
  ),
  foundBy(
    "tests/client/inspect_test.ts",
    "the console shows what an error was caused by",
    "const error = status.error && status.error.code;",
    "const { error } = status;",
  ),
  foundBy(
    "tests/client/errors_test.ts",
    "a fatal close says the code of the first one",
    "this.#closeCode = closure.code;",
    "this.#closeCode ??= closure.code;",
  ),
];
