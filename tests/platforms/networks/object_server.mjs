// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by workerd as it is
/**
 * The echo server in workerd: a Durable Object that accepts sockets. Prints what echo_server.mjs does,
 * which workerd cannot load, as it has no node:http to listen with.
 *
 * @module
 */
const print = (type, fields) => console.log(JSON.stringify({ atMs: Date.now(), type, ...fields }));

export class Room {
  #connections = 0;

  fetch(request) {
    const { 0: client, 1: server } = new WebSocketPair();
    const connection = this.#connections++;
    server.accept();
    print("open", { connection, path: new URL(request.url).pathname });
    server.addEventListener("message", ({ data }) => {
      print("message", { connection, data });
      server.send(data);
    });
    server.addEventListener("close", () => print("end", { connection }));
    return new Response(null, { status: 101, webSocket: client });
  }
}

export default {
  fetch: (request, env) => env.ROOM.get(env.ROOM.idFromName("room")).fetch(request),
};
