// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by each runtime as it is
/**
 * An echo server on top of what people use: `echo_server.mjs KIND HOST PORT [MODULES] [CERT KEY]`,
 * KIND `ws` (in Node, with MODULES a folder that holds it), `deno` or `bun`. Prints a line of JSON
 * when it listens, for each TCP connection (`ws`), each WebSocket, its end, and each message; ends
 * with its standard input.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";

const [kind, host, portText, modules, cert, key] = process.argv.slice(2);
const port = Number(portText);
const print = (type, fields = {}) =>
  console.log(JSON.stringify({ atMs: Date.now(), type, ...fields }));

let connections = 0;
const listeners = {
  open: (url) => {
    print("open", { connection: connections, path: new URL(url, "http://server").pathname });
    return connections++;
  },
  message: (connection, data) => print("message", { connection, data }),
  close: (connection) => print("end", { connection }),
};

const kinds = {
  async ws() {
    const { WebSocketServer } = createRequire(`${modules}/`)("ws");
    const { createServer } = await import(cert ? "node:https" : "node:http");
    const tls = cert ? { cert: readFileSync(cert), key: readFileSync(key) } : {};
    const server = createServer(tls);
    server.on("connection", (socket) => {
      print("tcp");
      socket.on("error", () => {});
    });
    server.on("tlsClientError", () => {});
    new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (ws, request) => {
      const connection = listeners.open(request.url);
      ws.on("error", () => {});
      ws.on("message", (data, isBinary) => {
        listeners.message(connection, String(data));
        ws.send(data, { binary: isBinary });
      });
      ws.on("close", () => listeners.close(connection));
    });
    await new Promise((resolve) => server.listen(port, host, resolve));
  },
  deno() {
    Deno.serve({ hostname: host, port, onListen: () => {} }, (request) => {
      const { socket, response } = Deno.upgradeWebSocket(request);
      let connection;
      socket.onopen = () => connection = listeners.open(request.url);
      socket.onmessage = ({ data }) => {
        listeners.message(connection, data);
        socket.send(data);
      };
      socket.onclose = () => listeners.close(connection);
      return response;
    });
  },
  bun() {
    Bun.serve({
      hostname: host,
      port,
      fetch(request, server) {
        if (!server.upgrade(request, { data: { url: request.url } })) {
          return new Response(null, { status: 400 });
        }
      },
      websocket: {
        open: (ws) => ws.data.connection = listeners.open(ws.data.url),
        message(ws, data) {
          listeners.message(ws.data.connection, data);
          ws.send(data);
        },
        close: (ws) => listeners.close(ws.data.connection),
      },
    });
  },
};

process.stdin.on("end", () => process.exit(0)).resume();
await kinds[kind]();
print("listening");
