// The global by which the client knows workerd.
Reflect.set(globalThis, "WebSocketPair", class {});
const { toMessage } = await import("../../lib/send_queue.ts");
self.postMessage(["a\uD800b", { toString: () => "\uDC00" }, 5].map(toMessage));
