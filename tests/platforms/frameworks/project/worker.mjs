/**
 * A worker of each kind: it lives the one life for whoever sends it a server's URL.
 *
 * @module
 */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { live } from "./life.mjs";

const answer = async ({ data: url }, port) => {
  const life = await live(ReconnectingWebSocket, url);
  port.postMessage({ ...life, document: typeof document });
};
// A shared worker has a port for each page, another one is a port itself.
globalThis.onconnect = ({ ports: [port] }) => port.onmessage = (event) => answer(event, port);
globalThis.onmessage = (event) => answer(event, globalThis);
