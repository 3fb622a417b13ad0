/**
 * A feed in Node: one line for each message, for as long as the process is wanted.
 *
 *     npm install @holdfast/websocket
 *     node node_feed.mjs wss://example.com/quotes
 */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { messages } from "@holdfast/websocket/streams";

const [, , url] = process.argv;
const ws = new ReconnectingWebSocket(url, { heartbeat: { message: "ping" } });
ws.addEventListener("open", () => ws.send("subscribe"));
ws.addEventListener("retry", ({ delayMs }) => console.error(`again in ${Math.ceil(delayMs)} ms`));
process.once("SIGINT", () => ws.close());
for await (const message of messages(ws)) console.log(message);
