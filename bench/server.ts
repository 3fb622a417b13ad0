/**
 * The servers of the benches: `server.ts flood|accept PORT` prints "ready" and serves until it is
 * ended. A flood server speaks just enough of RFC 6455 to send frames made beforehand, so that it
 * is never the slower side; the other is Deno's own.
 */

import { createHash } from "node:crypto";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What answers each read at `/text`: 2,000 frames with 64 characters (RFC 6455, section 5.2). */
const BATCH = Uint8Array.from(
  `\x81\x40${"x".repeat(64)}`.repeat(2_000),
  (character) => character.charCodeAt(0),
);

async function serveFlood(port: number): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  console.log("ready");
  for await (const connection of listener) flood(connection).catch(() => connection.close());
}

/** Answers the handshake, then each read with one batch. */
async function flood(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay();
  const buffer = new Uint8Array(65_536);
  let request = "";
  while (!request.endsWith("\r\n\r\n")) {
    const read = await connection.read(buffer);
    if (read === null) return connection.close();
    request += new TextDecoder().decode(buffer.subarray(0, read));
  }
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1] ?? "";
  const accept = createHash("sha1").update(key + MAGIC).digest("base64");
  const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
  const response = `${head}Sec-WebSocket-Accept: ${accept}\r\n\r\n`;
  await write(connection, new TextEncoder().encode(response));
  const floods = request.startsWith("GET /text ");
  while (await connection.read(buffer) !== null) {
    if (floods) await write(connection, BATCH);
  }
  connection.close();
}

async function write(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

function serveAccept(port: number): void {
  Deno.serve({ hostname: "127.0.0.1", port, onListen: () => console.log("ready") }, (request) => {
    const { response } = Deno.upgradeWebSocket(request);
    return response;
  });
}

if (import.meta.main) {
  const [mode, port] = Deno.args;
  if (mode === "flood") await serveFlood(Number(port));
  else serveAccept(Number(port));
}
