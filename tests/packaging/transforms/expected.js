/**
 * What `consumer.js` finds, whatever was done to the package.
 *
 * @module
 */

const EXPECTED = {
  "opened": [true, false],
  "message.data": "hello",
  "message.origin": true,
  "message.target": true,
  "message.class": true,
  "message.type": "message",
  "message.phase": 2,
  "message.path": 1,
  "error.name": "ReconnectingWebSocketError",
  "error.code": "connection-lost",
  "error.message": "Connection lost",
  "error.attempt": 0,
  "error.class": true,
  "error.text": "ReconnectingWebSocketError: Connection lost",
  "retried": [1, 50],
  "lost": [1006, true, "connection-lost", "waiting", 0, 9],
  "returned": [true, 1],
  "queued": ["queued", [1, 2, 255]],
  "handled": ["string", "string", "object"],
  "closing": "closing",
  "close.code": 1000,
  "close.reason": "done",
  "close.wasClean": true,
  "close.class": true,
  "close.willRetry": false,
  "close.error": null,
  "close.target": true,
  "closed": [1000, "done", true, null, []],
  "subclass": ["field", 6, true, true],
  "url": true,
  "refused": [["connect-failed", 0], ["retry-limit", "connect-failed"], "retry-limit"],
  "forbidden": [4403, "fatal-close"],
  "misuse": ["TypeError", "RangeError", "InvalidAccessError"],
  "constants": [[0, 1, 2, 3], [0, 1, 2, 3]],
  "faked": [["faked", "wss://example.com"], 2, "closed"],
  "traced": true,
};

/** A line for each thing that is not as expected. */
export function differences(found) {
  return [...new Set([...Object.keys(EXPECTED), ...Object.keys(found)])].flatMap((name) => {
    const [actual, expected] = [found[name], EXPECTED[name]].map((value) => JSON.stringify(value));
    return actual === expected ? [] : [`${name} is ${actual}, not ${expected}`];
  });
}
