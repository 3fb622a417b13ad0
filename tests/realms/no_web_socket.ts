// A platform without a WebSocket.
import { platformSources } from "../../lib/sources.ts";

Reflect.deleteProperty(globalThis, "WebSocket");
try {
  platformSources({});
  self.postMessage("no error");
} catch (error) {
  self.postMessage(`${error}`);
}
