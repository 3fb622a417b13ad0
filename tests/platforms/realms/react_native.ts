// React Native 0.86: it tells of a close whether an error comes first, and never `wasClean`; it makes no
// Blob of bytes, and has no reportError, no MessageEvent and no `cancelBubble`.
import { rig } from "../../client/rig.ts";

Object.defineProperty(globalThis, "navigator", { value: { product: "ReactNative" } });
Reflect.deleteProperty(globalThis, "reportError");
Reflect.deleteProperty(globalThis, "MessageEvent");
Reflect.deleteProperty(Event.prototype, "cancelBubble");

/** What a user sees of a close that comes by itself, or after an error. */
function see(code: number, reason: string, fails = false): readonly string[] {
  const it = rig({ maxAttempts: 1 });
  it.server.accept();
  it.log.length = 0;
  if (fails) it.server.dispatch("error");
  it.server.dispatch("close", { code, reason });
  return it.read().filter((line) => /error|close/.test(line));
}

/** What comes of bytes where no Blob can be made of them. */
function seeBytes(): unknown {
  globalThis.Blob = class {
    constructor() {
      throw new Error("Creating blobs from 'ArrayBuffer' is not supported");
    }
  } as unknown as typeof Blob;
  const { ws, server } = rig();
  server.accept();
  let data: unknown;
  ws.onmessage = (event) => data = event.data;
  server.send(new Uint8Array([1, 2]));
  return data;
}

/** What is written when a listener of a message throws. */
function seeThrow(): unknown {
  const written: unknown[] = [];
  const { error } = console;
  console.error = (value: unknown) => void written.push(`${value}`);
  const { ws, server } = rig();
  server.accept();
  ws.onmessage = () => {
    throw new Error("a bug in a listener");
  };
  server.send("news");
  console.error = error;
  return written;
}

/** Which listeners a message reaches when one that captures stops it. */
function seeStop(): unknown {
  const { ws, server } = rig();
  server.accept();
  const called: string[] = [];
  ws.addEventListener("message", () => called.push("bubbling"));
  ws.addEventListener("message", (event) => {
    called.push("capturing");
    event.stopPropagation();
  }, { capture: true });
  server.send("news");
  return called;
}

self.postMessage({
  stopped: seeStop(),
  thrown: seeThrow(),
  bytes: seeBytes(),
  closes: {
    aCode: see(4_000, "bye"),
    noCode: see(1005, ""),
    anEndThatTheServerTells: see(1001, "going away"),
    aStreamThatEndsOnIos: see(1001, "Stream end encountered"),
    aFailure: see(1006, "Connection reset", true),
    aFailureWithACode: see(1001, "", true),
    nothing: see(0, ""),
    aDropWithoutAnError: see(1006, ""),
  },
});
