/** A worker that leaves clients to its end. */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { leaveBehind } from "./left_behind.mjs";

globalThis.onmessage = async ({ data: [server, refused] }) => {
  await leaveBehind(ReconnectingWebSocket, server, refused);
  globalThis.postMessage("left");
};
