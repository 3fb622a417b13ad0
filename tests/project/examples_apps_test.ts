/** The examples that are small applications, on real servers that cut them off in the middle. */

import { assertEquals } from "@std/assert";
import { AcknowledgedSender } from "../../examples/acknowledged.ts";
import { RequestError, Requests } from "../../examples/requests.ts";
import { quick, until, UpgradeServer, within } from "../platforms/real/servers.ts";

/** What became of a request. */
const outcome = (answer: Promise<unknown>): Promise<unknown> =>
  within(10_000, answer).catch((error) => [error instanceof RequestError, error.mayHaveRun]);

/** Answers requests, but for `hang`, and dies at `die`. */
function startRequests(): Promise<UpgradeServer> {
  return UpgradeServer.start(() => (socket) => {
    socket.on("message", (data) => {
      const { id, method } = JSON.parse(`${data}`);
      if (method === "die") socket.terminate();
      else if (method !== "hang") socket.send(JSON.stringify({ id, result: `${method}!` }));
    });
  });
}

Deno.test("requests.ts answers each request, whatever the order", async () => {
  await using server = await startRequests();
  await using ws = quick(server.url);
  const requests = new Requests(ws);
  await ws.opened;
  const answers = Promise.all(["a", "b", "c"].map((method) => requests.call(method, null)));
  assertEquals(await within(10_000, answers), ["a!", "b!", "c!"]);
});

Deno.test("requests.ts says of each request that got no answer whether it may have run", async () => {
  await using server = await startRequests();
  const ws = quick(server.url);
  const requests = new Requests(ws);
  const before = outcome(requests.call("too early", null));
  await ws.opened;
  const late = outcome(requests.call("hang", null, 50));
  assertEquals([await before, await late], [[true, false], [true, true]]);
  const lost = Promise.all(["hang", "die"].map((method) => outcome(requests.call(method, null))));
  assertEquals(await lost, [[true, true], [true, true]]);
  await until(ws, () => ws.state === "open");
  assertEquals(await within(10_000, requests.call("again", null)), "again!");
  ws.close();
  await ws.closed;
  assertEquals(await outcome(requests.call("over", null)), [true, false]);
});

Deno.test("acknowledged.ts sends again what was cut off, in order, and nothing that was acknowledged", async () => {
  const received: string[] = [];
  let done = (): void => {};
  const isComplete = new Promise<void>((resolve) => done = resolve);
  await using server = await UpgradeServer.start((upgrade) => (socket) => {
    socket.on("message", (text) => {
      const { id, data } = JSON.parse(`${text}`);
      received.push(`${upgrade} ${data}`);
      // The first connection acknowledges one message, gets a second one, and is no more.
      if (upgrade === 0 && data === "b") return socket.terminate();
      socket.send(`ack ${id}`);
      if (data === "d") done();
    });
  });
  await using ws = quick(server.url);
  const sender = new AcknowledgedSender(ws);
  sender.send("a");
  await until(ws, () => ws.connection === 1 && sender.unacknowledged === 0);
  sender.send("b");
  await until(ws, () => ws.state !== "open");
  sender.send("c");
  sender.send("d");
  await within(10_000, isComplete);
  await until(ws, () => sender.unacknowledged === 0);
  assertEquals(received, ["0 a", "0 b", "1 b", "1 c", "1 d"]);
});
