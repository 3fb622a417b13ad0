import { assert, assertEquals } from "@std/assert";
import {
  invalidState,
  ReconnectingWebSocketError,
  type ReconnectingWebSocketErrorCode,
} from "../../lib/errors.ts";

const MESSAGES: Readonly<Record<ReconnectingWebSocketErrorCode, string>> = {
  "connect-failed": "Connect failed",
  "connect-timeout": "Connect timeout",
  "provider-failed": "Provider failed",
  "handshake-failed": "Handshake failed",
  "connection-lost": "Connection lost",
  "heartbeat-timeout": "Heartbeat timeout",
  "fatal-close": "Fatal close 1006",
  "retry-limit": "Retry limit",
  "queue-overflow": "Queue overflow",
  "send-failed": "Send failed",
  expired: "Expired",
  replaced: "Replaced",
  "aborted": "Aborted",
};
const CODES = Object.keys(MESSAGES) as ReconnectingWebSocketErrorCode[];

for (const code of CODES) {
  Deno.test(`ReconnectingWebSocketError tells ${code}`, () => {
    const cause = new Error("refused");
    const error = new ReconnectingWebSocketError(code, 3, cause);
    assert(error instanceof Error);
    assertEquals(
      [error.name, error.message, error.code, error.attempt, error.cause],
      ["ReconnectingWebSocketError", MESSAGES[code], code, 3, cause],
    );
    assertEquals(`${error}`, `ReconnectingWebSocketError: ${MESSAGES[code]}`);
  });
}

Deno.test("ReconnectingWebSocketError documents each of its codes, and no other", async () => {
  const source = await Deno.readTextFile(new URL("../../lib/errors.ts", import.meta.url));
  const documented = [...source.matchAll(/^ \* - `([a-z-]+)`:/gm)].map(([, code]) => code);
  assertEquals(documented, CODES);
});

Deno.test("invalidState() makes the platform's error of what cannot be done", () => {
  const error = invalidState("send as the handshake is over");
  assert(error instanceof DOMException);
  assertEquals(`${error}`, "InvalidStateError: Cannot send as the handshake is over");
});
