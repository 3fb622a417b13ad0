/** A client whose hooks throw, in a process of its own: prints the events, and that it got to its end. */

import { fakeWorld } from "../../lib/testing/mod.ts";
import { ReconnectingWebSocket } from "../../mod.ts";
import { record, URL_OF_TESTS } from "./rig.ts";

const fail = (hook: string) => (): never => {
  throw new Error(`a bug in ${hook}`);
};
const { clock, network, sources } = fakeWorld({ seed: 1 });
const ws = new ReconnectingWebSocket(URL_OF_TESTS, {
  sources,
  backoff: fail("backoff"),
  shouldRetry: fail("shouldRetry"),
  trace: fail("trace"),
});
const log = record(ws);
for (let n = 0; n < 3; n++) {
  network.connections.at(-1)?.refuse();
  // A turn of the event loop, in which an unhandled error would end the process.
  await new Promise((resolve) => setTimeout(resolve, 0));
  await clock.tickAsync(60_000);
}
network.connections.at(-1)?.accept();
console.log(log.at(-1));
