// Next.js on its edge runtime: a function in the place of MessageEvent, that throws when it is called.
import { listened } from "../../client/listened_target.ts";

Reflect.set(globalThis, "MessageEvent", function (): never {
  throw new Error("MessageEvent is not supported here");
});
const { client, deliver } = listened();
const seen: unknown[] = [];
client.addEventListener("message", (event) => {
  const { type, target, data, origin } = event;
  seen.push(event instanceof Event, type, target === client, data, origin);
});
deliver("hello", "wss://example.test");
self.postMessage(seen);
