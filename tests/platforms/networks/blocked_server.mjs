/**
 * Answers late, and notes when: `blocked_server.mjs MODULES`, a folder that holds `ws`. Of a path
 * `/KIND/ID` a `handshake` is accepted after `ANSWER_MS`, and so is a message answered to a `heartbeat`
 * or, by a message that is `compressed`, to one of that kind; a GET of `/ID` says when that was, or 0. Prints a line of JSON with its port; ends with its standard
 * input.
 *
 * @module
 */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import process from "node:process";

const ANSWER_MS = 50;

const { WebSocketServer } = createRequire(`${process.argv[2]}/`)("ws");
/** When each was answered. */
const answers = new Map();
const server = createServer(({ url }, response) => response.end(String(answers.get(url) ?? 0)));
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });

server.on("upgrade", (request, socket, head) => {
  const [, kind, id] = request.url.split("/");
  socket.on("error", () => {});
  const answer = (act) => {
    setTimeout(() => {
      answers.set(`/${id}`, Date.now());
      act();
    }, ANSWER_MS);
  };
  const accept = () =>
    sockets.handleUpgrade(request, socket, head, (ws) => {
      ws.on("error", () => {});
      ws.on("message", () => answer(() => ws.send("pong", { compress: kind === "compressed" })));
    });
  if (kind === "handshake") answer(accept);
  else accept();
});

process.stdin.on("end", () => process.exit(0)).resume();
server.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ atMs: Date.now(), type: "listening", port: server.address().port }));
});
