/** Leaves clients to the end of Jest's environment, after which the process goes on for a while. */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { WebSocket } from "ws";
import { leaveBehind } from "./left_behind.mjs";

const { server, refused } = JSON.parse(process.env.JOB);

test("clients are left behind", async () => {
  const { clients } = await leaveBehind(ReconnectingWebSocket, server, refused, {
    sources: { WebSocket },
  });
  expect(clients.map(({ state }) => state)).toEqual([
    ...["open", "closing", "waiting", "connecting", "connecting", "connecting", "connecting"],
  ]);
});
