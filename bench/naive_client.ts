import type { Connect } from "./contestants.ts";

/**
 * The loop that people write by hand: dial again after a doubling delay, keep the listeners. It has
 * no deadline, no queue, no events of its own, and hands out the inner socket's events. What a
 * client costs beyond it is the price of everything else.
 */
export const connectNaive: Connect = (url) => {
  const listeners: ["open" | "message", (event: MessageEvent) => void][] = [];
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let isClosed = false;
  const dial = (): void => {
    socket = new WebSocket(url);
    socket.addEventListener("open", () => void (failures = 0));
    socket.addEventListener("close", () => {
      if (isClosed) return;
      const delayMs = Math.min(1_000 * 2 ** failures++ + 1_000 * Math.random(), 60_000);
      timer = setTimeout(dial, delayMs);
    });
    for (const [type, listener] of listeners) {
      socket.addEventListener(type, listener as EventListener);
    }
  };
  dial();
  return {
    on(type, listener): void {
      listeners.push([type, listener]);
      socket.addEventListener(type, listener as EventListener);
    },
    send: (data) => socket.send(data),
    close(): void {
      isClosed = true;
      clearTimeout(timer);
      socket.close();
    },
    get bufferedAmount(): number {
      return socket.bufferedAmount;
    },
    get binaryType(): BinaryType {
      return socket.binaryType;
    },
    set binaryType(type: BinaryType) {
      socket.binaryType = type;
    },
  };
};
