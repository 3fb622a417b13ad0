import { ClientEventTarget, deliver } from "../lib/client_event_target.ts";

/** The inner socket's part, and each way to hand the message on to one listener of the client. */
const init = { data: "x".repeat(64), origin: "wss://example.test" };
let received = 0;
const listener = (event: Event): void => void (received += (event as MessageEvent).data.length);

/** A socket whose messages go to `onMessage`. */
function socketTo(onMessage: (event: MessageEvent) => void): EventTarget {
  const socket = new EventTarget();
  socket.addEventListener("message", (event) => onMessage(event as MessageEvent));
  return socket;
}

const alone = socketTo(listener);
Deno.bench({ name: "fake alone", group: "receive", baseline: true }, () => {
  alone.dispatchEvent(new MessageEvent("message", init));
});

const native = new EventTarget();
native.addEventListener("message", listener);
const cloning = socketTo(({ data, origin }) => {
  native.dispatchEvent(new MessageEvent("message", { data, origin }));
});
Deno.bench({ name: "native clone and dispatch", group: "receive" }, () => {
  cloning.dispatchEvent(new MessageEvent("message", init));
});

const client = new ClientEventTarget();
client.addEventListener("message", listener);
const delivering = socketTo(({ data, origin }) => deliver(client, data, origin));
Deno.bench({ name: "deliver()", group: "receive" }, () => {
  delivering.dispatchEvent(new MessageEvent("message", init));
});

const many = new ClientEventTarget();
for (let i = 0; i < 10; i++) many.addEventListener("message", (event) => listener(event));
const fanning = socketTo(({ data, origin }) => deliver(many, data, origin));
Deno.bench({ name: "deliver() to ten listeners", group: "receive" }, () => {
  fanning.dispatchEvent(new MessageEvent("message", init));
});
