/**
 * Offers 200 MB to a peer that reads nothing, and prints how much the memory has grown: for a process with
 * `--expose-gc`. The peer is a TCP server that answers the upgrade and never reads again.
 */

import { createHash } from "node:crypto";
import { ReconnectingWebSocket } from "../../mod.ts";

const MAX_BUFFERED_BYTES = 16 * 1_048_576;
const MAX_BYTES = 4 * 1_048_576;
const MESSAGE_BYTES = 65_536;
const OFFERED_BYTES = 200_000_000;
const { gc } = globalThis as unknown as { gc: () => void };

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const { port } = listener.addr as Deno.NetAddr;
const ws = new ReconnectingWebSocket(`ws://127.0.0.1:${port}`, {
  queue: { maxBytes: MAX_BYTES, maxBufferedBytes: MAX_BUFFERED_BYTES },
});
const peer = await listener.accept();
const bytes = new Uint8Array(4_096);
const request = new TextDecoder().decode(bytes.subarray(0, await peer.read(bytes) ?? 0));
const [, key] = /sec-websocket-key: *(\S+)/i.exec(request) ?? [];
const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest(
  "base64",
);
await peer.write(new TextEncoder().encode(
  `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
    `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
));
await ws.opened;

/** All memory: what a socket holds is not in the heap. */
function memory(): number {
  // The first leaves buffers to a thread that runs beside this one.
  gc();
  gc();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

const before = memory();
let most = 0;
let drops = 0;
let mostBuffered = 0;
ws.addEventListener("drop", () => drops++);
for (let i = 0; i * MESSAGE_BYTES < OFFERED_BYTES; i++) {
  ws.send(new Uint8Array(MESSAGE_BYTES).fill(i));
  mostBuffered = Math.max(mostBuffered, ws.bufferedAmount);
  // The socket writes what the network takes.
  if (i % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  if (i % 256 === 0) most = Math.max(most, memory() - before);
}
most = Math.max(most, memory() - before);
// deno-lint-ignore no-console -- the answer to who started this
console.log(
  JSON.stringify({ limitBytes: MAX_BUFFERED_BYTES + MAX_BYTES, most, mostBuffered, drops }),
);
Deno.exit(0);
