/**
 * Planted bugs of queues, codes, events and platforms.
 *
 * @module
 */

import { type Bug, bug, foundBy } from "./bug.ts";

export const FEATURES: readonly Bug[] = [
  bug(
    "the cap is exceeded",
    "delayMs <= maxDelayMs ? Math.max(1, delayMs) : maxDelayMs",
    "Math.max(1, delayMs)",
  ),
  bug("a policy may answer 0", "Math.max(1, delayMs)", "delayMs"),
  bug("a judge can break the client", "report(name, error);\n    }", "throw error;\n    }"),
  foundBy(
    "tests/client/decision_test.ts",
    "an inherited property decides",
    'Object.getOwnPropertyDescriptor(Object(thrown), "retry")?.value',
    "(thrown as { retry?: unknown } | undefined)?.retry as never",
  ),
  foundBy(
    "tests/machine/retry_decision_test.ts",
    "a thrown value overrules shouldRetry",
    "answer ?? decision ??",
    "decision ?? answer ??",
  ),
  bug(
    "the policy is asked for the attempt before",
    "attempt: attempt + 1, waitedMs",
    "attempt, waitedMs",
  ),
  bug("paced restarts pace every retry", "attempt ? null : pacing", "attempt < 0 ? null : pacing"),
  bug("a fatal code is retried", "1010, 3003, 4400, 4403, 4404", "1010, 3003, 4400, 4403"),
  bug(
    "1008 is retried without a new token",
    "UNAUTHORIZED: readonly number[] = [1008, ",
    "UNAUTHORIZED: readonly number[] = [",
  ),
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
  bug("only the event that was listened to last is told", "this.types.concat(name)", "[name]"),
  bug(
    "a listener that throws stops the others",
    "reportError(error);\n      }\n      if",
    "reportError(error);\n        return;\n      }\n      if",
  ),
  foundBy(
    "tests/packaging/transforms_test.ts",
    "the data of a message is a field over a getter",
    "    override get data(): unknown {\n      return this.#data;\n    }\n" +
      "    // QUIRK(Deno): the constructor of MessageEvent assigns them.\n" +
      "    override set data(_: unknown) {}\n",
    "    override readonly data: unknown;\n",
    { from: "this.#data = data;", to: "this.data = data;" },
  ),
  foundBy(
    "tests/packaging/transforms_test.ts",
    "a private method calls super",
    "if (!handler) return this.removeEventListener(type, slot);",
    "if (!handler) return super.removeEventListener(type, slot as never);",
  ),
  foundBy(
    "tests/platforms/zone_test.ts",
    "messages are heard in the zone where they arrive",
    'if ("Zone" in globalThis) this.#passes = 0;',
    "",
  ),
  foundBy(
    "tests/client/event_target_test.ts",
    "the platform cannot assign the data of its events",
    "override set data(_: unknown) {}",
    "",
  ),
  foundBy(
    "tests/client/event_target_test.ts",
    "a MessageEvent that throws is taken",
    "Base = class extends Event {",
    'Base = typeof MessageEvent === "function" ? MessageEvent : class extends Event {',
  ),
  foundBy(
    "tests/client/event_target_test.ts",
    "a field of the platform's hides what a message brought",
    "hasFields ? { data, origin } : undefined",
    "undefined",
  ),
  foundBy(
    "tests/client/event_classes_test.ts",
    "events are of whatever class is global meanwhile",
    "const event = Object.assign(new (OwnEvent ?? Event)",
    "const event = Object.assign(new Event",
  ),
  foundBy(
    "tests/client/subprotocol_test.ts",
    "a stray subprotocol is taken where none was asked for",
    "length || WebSocket === globalThis.WebSocket",
    "length",
  ),
  foundBy(
    "tests/client/sources_test.ts",
    "a client carries itself",
    " && !(WebSocket.prototype instanceof ClientEventTarget)",
    "",
  ),
  foundBy(
    "tests/client/surface_test.ts",
    "the constants can be deleted",
    "configurable: false",
    "configurable: true",
  ),
  foundBy(
    "tests/platforms/bare_platform_test.ts",
    "a DOMException is needed",
    'typeof DOMException === "function"',
    "true",
  ),
  foundBy(
    "tests/client/url_test.ts",
    "the platform's URL changes what is dialled",
    "if (href === `${given}/` && /\\/.*\\/.*\\//.test(given)) href = given;",
    "",
  ),
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
  foundBy(
    "tests/machine/backoff_test.ts",
    "jitter is lost at the cap",
    "const longest = cap / (1 + STEP);",
    "const longest = cap;",
  ),
  foundBy(
    "tests/machine/backoff_test.ts",
    "phases gather at the ends of a window",
    "1 - Math.abs(1 - Math.abs(phase))",
    "Math.min(1, Math.max(0, phase))",
  ),
  foundBy(
    "tests/client/retry_test.ts",
    "a hint while shouldRetry is asked ends the client",
    "client.state.epoch === epoch && !isOver(client.state);",
    "client.state === state;",
    {
      from: "const { epoch, phase, series: { attempt } } = client.state;",
      to: "const { state } = client;\n  const { phase, series: { attempt } } = state;",
    },
  ),
  foundBy(
    "tests/client/retry_test.ts",
    "a hint is read twice",
    'consult("shouldRetry", () => isWanted.delayMs, isNumber)',
    "isWanted.delayMs",
  ),
  foundBy(
    "tests/client/providers_test.ts",
    "an answer that never comes is waited for when the clock threw",
    "return this.#answer ??= this.#start(attempt);",
    "return this.#answer ??= new Promise((resolve) => resolve(this.#start(attempt)));",
  ),
  foundBy(
    "tests/client/providers_test.ts",
    "what is thrown and cannot be read hangs the attempt",
    "// A proxy or a getter: it decides nothing.\n    return undefined;",
    "throw thrown;",
  ),
  foundBy(
    "tests/machine/retry_decision_test.ts",
    "the policy is asked after the end",
    "!isWanted || !isAwaited",
    "!isWanted",
  ),
  foundBy(
    "tests/machine/close_codes_test.ts",
    "equal hints make a herd",
    "hintMs, 1.5 * hintMs",
    "hintMs, hintMs",
  ),
];
