/**
 * An echo server in a process of its own, so that the fault server can kill and freeze it:
 * `node child_server.mjs MODULES ADDRESS PORT`. Tells its parent what arrives and ends with it.
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";

const [modules, host, port] = process.argv.slice(2);
const { WebSocketServer } = createRequire(`${modules}/`)("ws");

const server = new WebSocketServer({ host, port: Number(port), perMessageDeflate: false });
server.on("listening", () => process.send({ type: "listening" }));
server.on("error", (error) => {
  process.send({ type: "error", text: String(error) });
  process.exit(1);
});
server.on("connection", (ws, request) => {
  const { pathname } = new URL(request.url, "http://child");
  process.send({ type: "dial", path: pathname });
  ws.on("error", () => {});
  ws.on("message", (data, isBinary) => {
    process.send({ type: "message", text: String(data) });
    ws.send(data, { binary: isBinary });
  });
});
process.on("disconnect", () => process.exit(0));
