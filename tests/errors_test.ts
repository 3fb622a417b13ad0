import { assert, assertEquals } from "@std/assert";
import {
  invalidState,
  ReconnectingWebSocketError,
  type ReconnectingWebSocketErrorCode,
} from "../lib/errors.ts";

const MESSAGES: Readonly<Record<ReconnectingWebSocketErrorCode, string>> = {
  "connect-failed": "Cannot open the connection",
  "connect-timeout": "Cannot open the connection in time",
  "provider-failed": "Cannot determine where to connect",
  "handshake-failed": "Cannot complete the handshake",
  "connection-lost": "Connection lost",
  "heartbeat-timeout": "Connection lost as the peer fell silent",
  "fatal-close": "Connection closed for a reason that retrying cannot cure",
  "retry-limit": "Cannot reconnect as all attempts are used up",
  "queue-overflow": "Cannot keep the message as the queue is full",
  "send-failed": "Cannot send the message as the platform refused it",
  "aborted": "Aborted by the signal",
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
  const source = await Deno.readTextFile(new URL("../lib/errors.ts", import.meta.url));
  const documented = [...source.matchAll(/^ \* - `([a-z-]+)`:/gm)].map(([, code]) => code);
  assertEquals(documented, CODES);
});

Deno.test("invalidState() makes the platform's error of what cannot be done", () => {
  const error = invalidState("send as the handshake is over");
  assert(error instanceof DOMException);
  assertEquals(`${error}`, "InvalidStateError: Cannot send as the handshake is over");
});
