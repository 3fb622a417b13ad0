// The global by which the client knows workerd.
Reflect.set(globalThis, "WebSocketPair", class {});
const { toMessage } = await import("../../../lib/bounded_queue.ts");
const messages = ["a\uD800b", { toString: () => "\uDC00" }, 5].map(toMessage);
// Nothing can be done there, but a message must not be lost.
Reflect.deleteProperty(String.prototype, "toWellFormed");
self.postMessage([...messages, toMessage("plain")]);
