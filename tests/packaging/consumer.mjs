/**
 * A user's program in a fresh project: `consumer.mjs URL`. It talks, survives a server that is killed
 * once it has said "hello" (the parent does that), and ends by itself.
 *
 * @module
 */
import process from "node:process";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { constantBackoff } from "@holdfast/websocket/backoff";
import { messages } from "@holdfast/websocket/streams";
import { fakeWorld } from "@holdfast/websocket/testing";
import { formatTrace } from "@holdfast/websocket/trace";

const lines = [];
const ws = new ReconnectingWebSocket(process.argv[2], {
  backoff: constantBackoff(50),
  trace: (record) => lines.push(formatTrace(record)),
});
const received = [];
const read = messages(ws);
const print = (value) => console.log(JSON.stringify(value));

ws.addEventListener("message", ({ data }) => {
  received.push(data);
  print({ received: data });
  if (data === "again") ws.close(1000, "done");
});
ws.addEventListener("close", ({ willRetry }) => willRetry && ws.send("again"));
ws.send("hello");

const { code, reason, wasClean, error, undelivered } = await ws.closed;
const iterated = [];
for await (const message of read) iterated.push(message);
const { network, sources } = fakeWorld({ seed: 1 });
const fake = new ReconnectingWebSocket("wss://example.com/", { sources });
network.connections[0].accept();
print({
  ...{ received, iterated, code, reason, wasClean, error, undelivered },
  traced: lines.some((line) => line?.includes("waiting 0.1 s after")),
  faked: fake.readyState,
});
fake.close();
