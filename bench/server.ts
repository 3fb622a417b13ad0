/**
 * The servers of the benches: `server.ts flood|accept PORT` prints "ready" and serves until it is
 * ended. A flood server speaks just enough of RFC 6455 to send frames made beforehand, so that it
 * is never the slower side; the other is Deno's own.
 *
 * @module
 */

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The frames that answer one request, by path. */
const BATCHES: Record<string, Uint8Array> = {
  "/text": frames(2_000, 1, new TextEncoder().encode("x".repeat(64))),
  "/binary": frames(64, 2, new Uint8Array(16_384).fill(7)),
};

/** `count` equal unmasked frames (RFC 6455, section 5.2). */
function frames(count: number, opcode: number, payload: Uint8Array): Uint8Array {
  const header = payload.length < 126
    ? [0x80 | opcode, payload.length]
    : [0x80 | opcode, 126, payload.length >> 8, payload.length & 0xff];
  const size = header.length + payload.length;
  const all = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    all.set(header, i * size);
    all.set(payload, i * size + header.length);
  }
  return all;
}

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
  const digest = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(key + MAGIC));
  const accept = btoa(String.fromCharCode(...new Uint8Array(digest)));
  await write(
    connection,
    new TextEncoder().encode(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    ),
  );
  const batch = BATCHES[/^GET (\S+)/.exec(request)?.[1] ?? ""];
  while (await connection.read(buffer) !== null) {
    if (batch) await write(connection, batch);
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
