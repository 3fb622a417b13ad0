// Puts classes of ours in the place of the platform's, and posts what a constructor call gives.
import { ReconnectingWebSocket } from "../../mod.ts";

const Native = globalThis.WebSocket;

function construct(Class: unknown): string {
  Object.assign(globalThis, { WebSocket: Class });
  try {
    using ws = new globalThis.WebSocket("ws://127.0.0.1:9/") as ReconnectingWebSocket;
    return ws.state;
  } catch (error) {
    return `${error}`;
  }
}

self.postMessage({
  itself: construct(ReconnectingWebSocket),
  subclass: construct(class extends ReconnectingWebSocket {}),
  withSources: construct(
    class extends ReconnectingWebSocket {
      constructor(url: string) {
        super(url, { sources: { WebSocket: Native } });
      }
    },
  ),
});
