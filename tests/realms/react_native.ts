// What React Native 0.86 tells of a close: whether an error comes first, and never `wasClean`.
import { rig } from "../client/rig.ts";

Object.defineProperty(globalThis, "navigator", { value: { product: "ReactNative" } });

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

self.postMessage({
  bytes: seeBytes(),
  aCode: see(4_000, "bye"),
  noCode: see(1005, ""),
  anEndThatTheServerTells: see(1001, "going away"),
  aStreamThatEndsOnIos: see(1001, "Stream end encountered"),
  aFailure: see(1006, "Connection reset", true),
  aFailureWithACode: see(1001, "", true),
  nothing: see(0, ""),
  aDropWithoutAnError: see(1006, ""),
});
