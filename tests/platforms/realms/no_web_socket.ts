// A platform without a WebSocket, and one whose WebSocket is a client itself.
import { platformWebSocket } from "../../../lib/sources.ts";
import { ReconnectingWebSocket } from "../../../mod.ts";
import { fakeWorld } from "../../../lib/testing/mod.ts";
import { refusal } from "../../project/refusal.ts";

const own = class extends ReconnectingWebSocket {};
const platform = WebSocket;
const read = (): string => refusal(() => platformWebSocket()) || "taken";
const results: Record<string, string> = {};
for (
  const [what, value] of Object.entries({ none: undefined, client: ReconnectingWebSocket, own })
) {
  Reflect.set(globalThis, "WebSocket", value);
  results[what] = read();
}
results["nested"] = refusal(() => new WebSocket("ws://localhost:1"));
const { WebSocket: given, clock, random } = fakeWorld().sources;
const sources = { WebSocket: given, clock, random };
results["given"] =
  refusal(() => new ReconnectingWebSocket("ws://localhost:1", { sources }).close()) ||
  "taken";
Reflect.set(globalThis, "WebSocket", class extends platform {});
results["a subclass of the platform's"] = read();
Reflect.set(globalThis, "WebSocket", () => new platform("ws://localhost:1"));
results["a function without prototype"] = read();
self.postMessage(results);
