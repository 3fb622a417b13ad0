// happy-dom: the fields of a MessageEvent are own ones of each event.
import { listened } from "../../client/listened_target.ts";

class FieldsEvent extends Event {
  readonly data: unknown;
  readonly origin: string;

  constructor(type: string, { data = null, origin = "" }: MessageEventInit = {}) {
    super(type);
    this.data = data;
    this.origin = origin;
  }
}

Reflect.set(globalThis, "MessageEvent", FieldsEvent);
const { client, deliver } = listened();
const seen: unknown[] = [];
client.addEventListener("message", (event) => {
  const { type, target, data, origin } = event;
  seen.push(event instanceof FieldsEvent, type, target === client, data, origin);
});
deliver("hello", "wss://example.test");
self.postMessage(seen);
