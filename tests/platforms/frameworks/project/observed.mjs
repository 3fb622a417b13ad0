// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Node runs it as it is
/**
 * Puts a client into the states of Vue and MobX, lets it live there, and writes what came of it.
 */
import { fakeWorld } from "@holdfast/websocket/testing";
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { makeAutoObservable, observable } from "mobx";
import { reactive, ref, shallowRef } from "vue";

class Store {
  constructor(ws) {
    this.ws = ws;
    makeAutoObservable(this);
  }
}

/** What gives back the client that was put into each. */
const STATES = {
  reactive: (ws) => reactive({ ws }).ws,
  ref: (ws) => ref(ws).value,
  shallowRef: (ws) => shallowRef(ws).value,
  observable: (ws) => observable({ ws }).ws,
  "observable.box": (ws) => observable.box(ws).get(),
  "observable.map": (ws) => observable.map({ ws }).get("ws"),
  makeAutoObservable: (ws) => new Store(ws).ws,
};

function live(put) {
  const { clock, network, sources } = fakeWorld({ seed: 1 });
  const given = new ReconnectingWebSocket("wss://example.com", { sources });
  const ws = put(given);
  const seen = [];
  ws.onmessage = ({ data, target }) => seen.push(data, target === ws);
  ws.send("queued");
  network.connections[0].accept();
  network.connections[0].drop();
  clock.tick(2_000);
  network.connections[1].accept();
  network.connections[1].send("welcome");
  ws.close();
  return [ws === given, ...network.connections[0].received, ...seen, ws.state];
}

const lives = Object.entries(STATES).map(([name, put]) => [name, live(put)]);
console.log(JSON.stringify(Object.fromEntries(lives)));
