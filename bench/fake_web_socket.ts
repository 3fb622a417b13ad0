/**
 * A WebSocket without a network, for what is measured in one process. It dispatches native events
 * natively, as a platform's own does, and nothing else, so that what is left is the client.
 */

/** Every socket that was made and not forgotten, in order. */
export const sockets: FakeWebSocket[] = [];

/** The sockets that the benches put in the place of the platform's. */
export class FakeWebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly url: string;
  readonly protocol = "";
  readonly extensions = "";
  readonly bufferedAmount = 0;
  binaryType: BinaryType = "blob";
  readyState = 0;
  /** How many messages were handed over. */
  sent = 0;

  constructor(url: string) {
    super();
    this.url = String(url);
    sockets.push(this);
  }

  send(_data: unknown): void {
    this.sent++;
  }

  close(): void {
    if (this.readyState > 1) return;
    this.readyState = 2;
    queueMicrotask(() => this.end(1000, false));
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  end(code: number, failed: boolean): void {
    this.readyState = 3;
    if (failed) this.dispatchEvent(new Event("error"));
    this.dispatchEvent(new CloseEvent("close", { code, wasClean: !failed }));
  }
}

// Sockette knows no other way to listen.
for (const type of ["open", "message", "error", "close"]) {
  Object.defineProperty(FakeWebSocket.prototype, `on${type}`, {
    set(this: FakeWebSocket, listener: EventListener): void {
      this.addEventListener(type, listener);
    },
  });
}

/** Puts the fake in the place of the platform's class, where every contestant finds it. */
export function installFakeWebSocket(): void {
  Reflect.set(globalThis, "WebSocket", FakeWebSocket);
}

/** Waits until clients have made `count` sockets: some dial at once, some later. */
export async function dialled(count: number, pass: () => unknown): Promise<void> {
  for (let turn = 0; sockets.length < count; turn++) {
    if (turn > 1_000) throw new Error(`Cannot go on: ${sockets.length} of ${count} sockets made`);
    await pass();
  }
}

/** The socket made last. */
export function lastSocket(): FakeWebSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("Cannot find a socket as none was made");
  return socket;
}

/** Makes a client whose socket is about to be opened. */
export async function dial<T>(connect: (url: string) => T): Promise<[T, FakeWebSocket]> {
  sockets.length = 0;
  const connection = connect("wss://example.test/");
  await dialled(1, nextTask);
  return [connection, lastSocket()];
}

/** Lets timers that are due, and what hangs on them, run. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
