// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Deno and Node as it is
/**
 * A client in a process of its own: `agent.mjs JOB`, a JSON object with `client` (the module's URL),
 * `url`, `delayMs` (between attempts) and `options`. Prints one line of JSON for each event. Reads
 * commands, a line each: `send N` sends the next N numbers, `close` ends the client.
 *
 * @module
 */
import process from "node:process";
import { createInterface } from "node:readline";

const { client, url, delayMs, options } = JSON.parse(process.argv[2]);
const { ReconnectingWebSocket } = await import(client);

const print = (type, fields = {}) =>
  console.log(JSON.stringify({ atMs: Date.now(), type, ...fields }));

let sockets = 0;
/** Tells what is handed to which socket. */
class Witnessed extends WebSocket {
  #number = sockets++;
  constructor(...args) {
    super(...args);
    print("dial");
  }
  send(data) {
    super.send(data);
    print("handed", { socket: this.#number, data });
  }
}

const ws = new ReconnectingWebSocket(url, {
  backoff: () => delayMs,
  ...options,
  sources: { WebSocket: Witnessed },
  // How it would be logged, to look for what must not be there.
  trace: (record) => print("trace", { record }),
});
for (const type of ["open", "message", "error", "close", "retry", "drop"]) {
  ws.addEventListener(type, (event) => {
    const { code, reason, wasClean, willRetry, reconnected, attempt, delayMs, data, error } = event;
    print(type, {
      ...{ code, reason, wasClean, willRetry, reconnected, attempt, delayMs, data },
      ...(error && { error: error.code, text: String(error) }),
    });
  });
}
ws.closed.then(({ undelivered }) => {
  print("closed", { undelivered });
  process.exit(0);
});

let next = 1;
const commands = {
  send(count) {
    for (let left = Number(count); left > 0; left--) {
      const data = String(next++);
      if (ws.send(data)) print("sent", { data });
    }
  },
  close: () => ws.close(),
};
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [name, argument] = line.split(" ");
    commands[name](argument);
  })
  // Nobody is left to listen.
  .on("close", () => process.exit(1));
