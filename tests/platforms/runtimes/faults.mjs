// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * What the fault server does, by the first word of the path. `raw` faults get the TCP socket and
 * write bytes by hand; `live` ones get a real `ws` connection.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { setTimeout } from "node:timers";
import { badUtf8Frame, closeFrame, garbageFrame, head, textFrame, upgradeHead } from "./frames.mjs";

const STATUS_TEXT = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

/**
 * Accepts by hand, then does `later` at the client's first message: any fixed delay would be a guess
 * at how long the client takes to become open.
 */
function accepted(later, headers) {
  return ({ request, socket }) => {
    socket.write(upgradeHead(request, headers));
    socket.once("data", () => socket.destroyed || later(socket));
  };
}

/** `(context) => void` with `{ request, socket, args }`. */
export const raw = {
  drop: ({ socket }) => socket.end(),
  "rst-upgrade": ({ socket }) => socket.resetAndDestroy(),
  hang: () => {},
  garbage: ({ socket }) => socket.end("SSH-2.0-OpenSSH_9.2\r\n"),
  status: ({ socket, args: [status] }) =>
    socket.end(
      head(`${status} ${STATUS_TEXT[status]}`, { "Content-Length": 0, Connection: "close" }),
    ),
  redirect: ({ request, socket }) =>
    socket.end(
      head("302 Found", {
        Location: `http://${request.headers.host}/echo?id=redirected`,
        "Content-Length": 0,
        Connection: "close",
      }),
    ),
  "bad-accept": accepted(() => {}, { "Sec-WebSocket-Accept": "bm90IHRoZSByaWdodCBrZXkuLg==" }),
  "wrong-protocol": accepted(() => {}, { "Sec-WebSocket-Protocol": "never.asked.for" }),
  "no-protocol": accepted(() => {}),
  /** Accepts and then never reads or writes: not even a close frame is answered. */
  mute: accepted(() => {}),
  /** Accepts, and leaves what comes in the buffers of the system. */
  unread: ({ request, socket }) => {
    socket.write(upgradeHead(request));
    socket.pause();
  },
  fin: accepted((socket) => socket.end()),
  rst: accepted((socket) => socket.resetAndDestroy()),
  "bad-frame": accepted((socket) => socket.write(garbageFrame())),
  "bad-utf8": accepted((socket) => socket.write(badUtf8Frame())),
  "close-fin": accepted((socket) => socket.end(closeFrame(1001))),
  "close-no-fin": accepted((socket) => socket.write(closeFrame(1001))),
  /** The first messages travel in the same packet as the response that accepts. */
  eager: ({ request, socket }) =>
    socket.write(
      Buffer.concat([
        Buffer.from(upgradeHead(request)),
        textFrame("first"),
        textFrame("second"),
      ]),
    ),
};

function echo({ ws }) {
  ws.on("message", (data, isBinary) => ws.send(data, { binary: isBinary }));
}

/** `(context) => void` with `{ ws, url, args }`; what arrives is recorded already. */
export const live = {
  echo,
  sink: () => {},
  /** At the client's first message, or with `now=1` right behind the response that accepts. */
  close({ ws, url: { searchParams }, args: [code] }) {
    const act = () => {
      if (code === "1005") ws.close();
      else ws.close(Number(code), searchParams.get("reason") ?? "");
    };
    if (searchParams.has("now")) act();
    else ws.once("message", act);
  },
  big: ({ ws, args: [bytes] }) => ws.send("x".repeat(Number(bytes))),
  many: ({ ws, args: [count] }) => {
    for (let n = 0; n < Number(count); n++) ws.send(String(n));
  },
  binary: ({ ws }) => ws.send(new Uint8Array([0, 1, 127, 128, 255])),
  /** Answers every second ping late by so many milliseconds, and the others at once. */
  heart({ ws, args: [delayMs] }) {
    let pings = 0;
    ws.on("message", () => setTimeout(() => ws.send("pong"), pings++ % 2 ? Number(delayMs) : 0));
  },
  /** The first message must be `token:good`; what follows the reply is echoed. */
  auth: (context) => {
    const { ws } = context;
    ws.once("message", (data) => {
      if (String(data) !== "token:good") return ws.close(4401, "bad token");
      ws.send("welcome");
      ws.send("news");
      echo(context);
    });
  },
  /** The query must carry `token=fresh`. */
  token: (context) => {
    if (context.url.searchParams.get("token") === "fresh") return echo(context);
    context.ws.close(4401, "token expired");
  },
};
