// The constants of the class before there is any client, and of a class that was frozen then.
import { ReconnectingWebSocket } from "../../../mod.ts";
import { fakeWorld } from "../../../lib/testing/mod.ts";
import { refusal } from "../../project/refusal.ts";

const holders = [ReconnectingWebSocket, ReconnectingWebSocket.prototype];
const read = (): number[][] =>
  holders.map(({ CONNECTING, OPEN, CLOSING, CLOSED }) => [CONNECTING, OPEN, CLOSING, CLOSED]);
const change = (holder: object): string =>
  refusal(() => (holder as { OPEN: number }).OPEN = 5).replace(/:[^]*/, "");

const changing = holders.map(change);
const before = read();
holders.forEach((holder) => Object.freeze(holder));
const { network, sources } = fakeWorld();
const ws = new ReconnectingWebSocket("wss://example.com/feed", { sources });
network.connections[0]?.accept();
self.postMessage({ before, changing, frozen: ws.state });
