// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: a user's worker
/**
 * A user's worker: imports every entry point in global scope, and connects from a handler.
 *
 * @module
 */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { constantBackoff } from "@holdfast/websocket/backoff";
import { fakeWorld } from "@holdfast/websocket/testing";
import { formatTrace } from "@holdfast/websocket/trace";

export default {
  async fetch(request) {
    const lines = [];
    const ws = new ReconnectingWebSocket(new URL(request.url).searchParams.get("server"), {
      backoff: constantBackoff(50),
      trace: (record) => lines.push(formatTrace(record)),
    });
    const received = [];
    ws.addEventListener("message", ({ data }) => {
      received.push(data);
      ws.close(1000, "done");
    });
    ws.send("hello");
    const { code, wasClean } = await ws.closed;
    const { sources } = fakeWorld({ seed: 1 });
    const fake = new ReconnectingWebSocket("wss://example.com/", { sources });
    fake.close();
    return Response.json({ received, code, wasClean, traced: lines.some(Boolean) });
  },
};
