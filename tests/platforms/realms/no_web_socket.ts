// A platform without a WebSocket, and one whose WebSocket is a client itself.
import { platformSources } from "../../../lib/sources.ts";
import { ReconnectingWebSocket } from "../../../mod.ts";
import { refusal } from "../../project/refusal.ts";

const own = class extends ReconnectingWebSocket {};
const platform = WebSocket;
const read = (): string => refusal(() => platformSources({})) || "taken";
const results: Record<string, string> = {};
for (
  const [what, value] of Object.entries({ none: undefined, client: ReconnectingWebSocket, own })
) {
  Reflect.set(globalThis, "WebSocket", value);
  results[what] = read();
}
results["nested"] = refusal(() => new WebSocket("ws://localhost:1"));
results["given"] = refusal(() => platformSources({ WebSocket: platform })) || "taken";
Reflect.set(globalThis, "WebSocket", class extends platform {});
results["a subclass of the platform's"] = read();
Reflect.set(globalThis, "WebSocket", () => new platform("ws://localhost:1"));
results["a function without prototype"] = read();
self.postMessage(results);
