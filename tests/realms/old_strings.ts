// An engine without String.prototype.toWellFormed.
import { toMessage } from "../../lib/send_queue.ts";

Reflect.deleteProperty(String.prototype, "toWellFormed");
self.postMessage([toMessage("a€"), toMessage(5)]);
