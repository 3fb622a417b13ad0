// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node as it is
/**
 * A model of the native side of React Native's WebSocket, over the package `ws`: what
 * `WebSocketModule.kt` (Android, OkHttp) and `RCTWebSocketModule.mm` (iOS, SocketRocket) of 0.86.3 do
 * with what `Libraries/WebSocket/WebSocket.js` calls, and the events that they emit. All JavaScript
 * above it is React Native's own; how OkHttp and SocketRocket do HTTP and TLS is not modelled.
 *
 * @module
 */

/** OkHttp refuses to send these, and so to answer them ("Code 1005 is reserved and may not be used."). */
const isReserved = (code) => (code >= 1004 && code <= 1006) || (code >= 1015 && code <= 2999);

/** What both platforms share. */
class Sockets {
  connections = new Map();
  /** Sockets whose binary messages are kept as Blobs. */
  blobHandlers = new Set();

  constructor(WebSocket, emit, blobs) {
    this.WebSocket = WebSocket;
    this.emit = emit;
    this.blobs = blobs;
  }

  connect(url, protocols, { headers }, id) {
    const socket = new this.WebSocket(url, protocols ?? [], {
      headers,
      perMessageDeflate: false,
    });
    let failed = false;
    const fail = (message) => {
      if (!failed) this.emit("websocketFailed", { id, message });
      failed = true;
    };
    socket.on("open", () => {
      this.connections.set(id, socket);
      this.emit("websocketOpen", { id, protocol: socket.protocol });
    });
    socket.on(
      "message",
      (data, isBinary) => this.emit("websocketMessage", { id, ...this.#read(id, data, isBinary) }),
    );
    socket.on("error", ({ message }) => fail(message));
    socket.on("close", (code, reason) => {
      if (!failed) this.ended(id, code, String(reason), fail);
    });
    this.begun(id, socket);
  }

  #read(id, data, isBinary) {
    if (!isBinary) return { type: "text", data: String(data) };
    if (!this.blobHandlers.has(id)) return { type: "binary", data: data.toString("base64") };
    const blobId = `received-${id}-${this.blobs.size}`;
    this.blobs.set(blobId, data);
    return { type: "blob", data: { blobId, offset: 0, size: data.length } };
  }

  sendBinary(base64, id) {
    this.send(Buffer.from(base64, "base64"), id);
  }

  addListener() {}
  removeListeners() {}
}

class AndroidSockets extends Sockets {
  /** It knows a socket from `onOpen` on. */
  begun() {}

  ended(id, code, reason, fail) {
    if (code === 1006) fail(null);
    else if (isReserved(code)) fail(`Code ${code} is reserved and may not be used.`);
    else this.emit("websocketClosed", { id, code, reason });
  }

  close(code, reason, id) {
    this.connections.get(id)?.close(code, reason);
    this.connections.delete(id);
    this.blobHandlers.delete(id);
  }

  send(data, id) {
    const socket = this.connections.get(id);
    if (socket) return socket.send(data);
    this.emit("websocketFailed", { id, message: "client is null" });
    this.emit("websocketClosed", { id, code: 0, reason: "client is null" });
  }
}

class IosSockets extends Sockets {
  begun(id, socket) {
    this.connections.set(id, socket);
  }

  ended(id, code, reason) {
    this.connections.delete(id);
    // The end of the stream without a close frame.
    const [shown, why] = code === 1006 ? [1001, "Stream end encountered"] : [code, reason];
    this.emit("websocketClosed", { id, code: shown, reason: why, clean: code !== 1006 });
  }

  close(code, reason, id) {
    const socket = this.connections.get(id);
    this.connections.delete(id);
    if (socket?.readyState !== 0) return socket?.close(code, reason);
    socket.removeAllListeners();
    socket.on("error", () => {});
    socket.terminate();
    this.emit("websocketClosed", { id, code: 0, reason: null, clean: true });
  }

  send(data, id) {
    const socket = this.connections.get(id);
    if (socket?.readyState === 1) socket.send(data);
  }
}

/** Blobs live on the native side; JavaScript has their names. */
class Blobs {
  constructor(sockets, blobs) {
    this.sockets = sockets;
    this.blobs = blobs;
  }

  getConstants() {
    return { BLOB_URI_SCHEME: "blob", BLOB_URI_HOST: null };
  }

  createFromParts(parts, blobId) {
    const bytes = parts.map(({ type, data }) =>
      type === "string" ? Buffer.from(data) : this.#bytes(data)
    );
    this.blobs.set(blobId, Buffer.concat(bytes));
  }

  #bytes({ blobId, offset, size }) {
    return this.blobs.get(blobId).subarray(offset, offset + size);
  }

  sendOverSocket(blob, id) {
    this.sockets.send(this.#bytes(blob), id);
  }

  addWebSocketHandler(id) {
    this.sockets.blobHandlers.add(id);
  }

  removeWebSocketHandler(id) {
    this.sockets.blobHandlers.delete(id);
  }

  addNetworkingHandler() {}
  release() {}
}

/**
 * The native modules of a platform by their names.
 *
 * @param emit Emits a device event, later.
 */
export function nativeModules(platform, WebSocket, emit) {
  const blobs = new Map();
  const sockets = new (platform === "ios" ? IosSockets : AndroidSockets)(WebSocket, emit, blobs);
  return {
    WebSocketModule: sockets,
    BlobModule: new Blobs(sockets, blobs),
    PlatformConstants: { getConstants: () => ({}) },
  };
}
