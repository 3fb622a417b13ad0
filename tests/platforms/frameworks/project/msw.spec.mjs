/**
 * A server mocked by MSW, which puts a class of its own in the place of the platform's.
 */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { ws as link } from "msw";
import { setupServer } from "msw/node";
import { live } from "./life.mjs";

const feed = link.link("ws://feed.local/");
const connections = [];
const server = setupServer(
  feed.addEventListener("connection", ({ client }) => {
    connections.push(client);
    client.addEventListener("message", ({ data }) => {
      if (data === "kill") client.close(1011, "killed");
      else client.send(data);
    });
  }),
);

beforeAll(() => server.listen());
afterAll(() => server.close());

test("a client lives on a server mocked by MSW", async () => {
  const { seen, ending } = await live(ReconnectingWebSocket, "ws://feed.local/");
  expect(seen).toEqual([
    ...["open 0", "message first", "close 1011 killed true true", "retry 1"],
    ...["open 1", "message second", "custom", "close 1000 done true false"],
  ]);
  expect(ending).toEqual({ code: 1000, reason: "done", wasClean: true, error: null });
  expect(connections.length).toBe(2);
});
