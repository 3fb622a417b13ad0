// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * WebSocket bytes by hand, for what a correct server library will not send.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

const TEXT = 0x81;
const CLOSE = 0x88;

/** A text frame as a server sends it: final, unmasked (RFC 6455, section 5.2); short texts only. */
export function textFrame(text) {
  const payload = Buffer.from(text);
  return Buffer.concat([Buffer.from([TEXT, payload.length]), payload]);
}

/** A close frame with a code. */
export function closeFrame(code) {
  return Buffer.from([CLOSE, 2, code >> 8, code & 0xff]);
}

/** A frame with a reserved opcode and a reserved bit: every client must fail the connection. */
export function garbageFrame() {
  return Buffer.from([0xf3, 0x04, 0xde, 0xad, 0xbe, 0xef]);
}

/** A text frame that is not UTF-8: a client must fail the connection with 1007. */
export function badUtf8Frame() {
  return Buffer.from([TEXT, 2, 0xc3, 0x28]);
}

/** The value of `Sec-WebSocket-Accept` (RFC 6455, section 4.2.2). */
export function acceptKey(key) {
  return createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64");
}

/** An HTTP response head. */
export function head(status, headers) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`;
}

/** The response that accepts an upgrade; `headers` override its own. */
export function upgradeHead(request, headers = {}) {
  return head("101 Switching Protocols", {
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Accept": acceptKey(request.headers["sec-websocket-key"]),
    ...headers,
  });
}
