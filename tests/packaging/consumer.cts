// A user's CommonJS module, for the types: compiled by tsc with `nodenext`, never run.
import websocket = require("@holdfast/websocket");
import backoff = require("@holdfast/websocket/backoff");

export const ws: WebSocket = new websocket.ReconnectingWebSocket("wss://example.com/", {
  backoff: backoff.constantBackoff(5),
});
