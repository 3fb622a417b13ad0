/**
 * One life under Jest and Vitest, whose globals `test` and `expect` are the same. `JOB` says where it
 * connects (`server`), with which options, whether by the class of `ws`, and what has to be seen.
 */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { WebSocket } from "ws";
import { live } from "./life.mjs";

const { server, options, ws, expected } = JSON.parse(process.env.JOB);

test("a client lives with the environment's own events", async () => {
  const sources = ws ? { sources: { WebSocket } } : {};
  const life = await live(ReconnectingWebSocket, server, { ...options, ...sources });
  expect(life).toEqual(expected);
});
