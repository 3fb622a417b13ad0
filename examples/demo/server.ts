/**
 * The server of the demo, a process of its own: `server.ts PORT [TURN_AWAY_CODE]`.
 *
 * It greets every client, echoes every message, and writes down each one that it read. A client
 * that is to be turned away gets a close frame in place of the greeting. Its input is commands,
 * `close CODE REASON`; when that ends, whoever started it is gone, and so is the server.
 */
import { lines } from "./lines.ts";

const [port = 0, turnAwayCode = 0] = Deno.args.map(Number);
const sockets = new Set<WebSocket>();
let connections = 0;

/** Synchronously: a line that was written outlives a SIGKILL, and counts as read. */
function log(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

function accept(request: Request): Response {
  const { socket, response } = Deno.upgradeWebSocket(request);
  const connection = ++connections;
  socket.onopen = () => {
    if (turnAwayCode > 0) return socket.close(turnAwayCode, "session revoked");
    sockets.add(socket);
    socket.send("welcome");
  };
  socket.onmessage = ({ data }) => {
    if (data.startsWith("plain ")) log(data);
    else if (data !== "ping") log(`read ${connection} ${data}`);
    if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  socket.onclose = () => sockets.delete(socket);
  return response;
}

// Ctrl-C in a terminal reaches this process too; whoever started it decides when it ends.
Deno.addSignalListener("SIGINT", () => {});
Deno.serve({
  hostname: "127.0.0.1",
  port,
  onListen: () => log("listening"),
}, accept);

for await (const line of lines(Deno.stdin.readable)) {
  const [, code, reason] = line.match(/^close (\d+) (.*)$/) ?? [];
  for (const socket of sockets) socket.close(Number(code), reason);
}
Deno.exit();
