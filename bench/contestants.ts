/**
 * Every contestant behind one small interface. Each is loaded in a process of its own, so that no
 * code is optimised, or spoiled, by what another did before.
 */

import { Adapter, type Connect, NaiveClient } from "./connection.ts";
import { designs } from "./designs.ts";

type Listener = (event: MessageEvent) => void;

/** The bare platform, a loop as people write it by hand, ours, and the peers. */
export const loaders = {
  ...designs,
  // Looked up at each call, so that it is the fake where that is installed.
  bare: () => Promise.resolve((url) => new Adapter(new WebSocket(url))),
  naive: () => Promise.resolve((url) => new NaiveClient(url)),
  holdfast: async () => {
    const { ReconnectingWebSocket } = await import("../mod.ts");
    const queue = { maxMessages: Number.MAX_SAFE_INTEGER, maxBytes: Number.MAX_SAFE_INTEGER };
    return (url) => new Adapter(new ReconnectingWebSocket(url, { queue }) as unknown as WebSocket);
  },
  rews: async () => {
    const { ReconnectingWebSocket } = await import("npm:@nktkas/rews@4.1.0");
    return (url) => new Adapter(new ReconnectingWebSocket(url) as unknown as WebSocket);
  },
  partysocket: async () => {
    const { default: PartySocket } = await import("npm:partysocket@1.3.0/ws");
    return (url) => new Adapter(new PartySocket(url) as unknown as WebSocket);
  },
  "reconnecting-websocket": async () => {
    const { default: exported } = await import("npm:reconnecting-websocket@4.4.0");
    // Its types are those of the CommonJS build.
    const Client = exported as unknown as new (url: string) => WebSocket;
    return (url) => new Adapter(new Client(url));
  },
  "websocket-ts": async () => {
    const { ArrayQueue, ExponentialBackoff, WebsocketBuilder, WebsocketEvent } = await import(
      "npm:websocket-ts@2.3.0"
    );
    return (url) => {
      // It has no default delay and no default queue: its own README's are taken.
      const socket = new WebsocketBuilder(url)
        .withBuffer(new ArrayQueue())
        .withBackoff(new ExponentialBackoff(1_000, 6))
        .build();
      return {
        on: (type, listener) =>
          socket.addEventListener(
            type === "open" ? WebsocketEvent.open : WebsocketEvent.message,
            (_socket: unknown, event: Event) => listener(event as MessageEvent),
          ),
        send: (data) => socket.send(data),
        close: () => socket.close(),
        get bufferedAmount(): number {
          return socket.bufferedAmount;
        },
      };
    };
  },
  sockette: async () => {
    const { default: sockette } = await import("npm:sockette@2.0.6");
    return (url) => {
      const callbacks: { open?: Listener; message?: Listener } = {};
      const socket = (sockette as unknown as (
        url: string,
        options: Record<string, Listener>,
      ) => { send(data: string): void; close(): void })(url, {
        onopen: (event) => callbacks.open?.(event),
        onmessage: (event) => callbacks.message?.(event),
      });
      return {
        on: (type, listener) => void (callbacks[type] = listener),
        send: (data) => socket.send(data),
        close: () => socket.close(),
        bufferedAmount: 0,
      };
    };
  },
  "ws-client": async () => {
    const { websocket } = await import("npm:@atproto/ws-client@0.2.1");
    return (url) => {
      const listeners: { open?: Listener; message?: Listener } = {};
      const stop = new AbortController();
      let sender: { send(data: string): Promise<void> } | undefined;
      const stream = websocket(url, {
        signal: stop.signal,
        onConnect: (of) => {
          sender = of;
          listeners.open?.(new MessageEvent("open"));
        },
      });
      const read = async (): Promise<void> => {
        // It has no events: what a listener needs of one is made for it.
        for await (const data of stream) listeners.message?.({ data } as MessageEvent);
      };
      // It ends with what stopped it.
      read().catch((error) => {
        if (!stop.signal.aborted) throw error;
      });
      return {
        on: (type, listener) => void (listeners[type] = listener),
        send: (data) => void sender?.send(data),
        close: () => stop.abort(),
        bufferedAmount: 0,
      };
    };
  },
} satisfies Record<string, () => Promise<Connect>>;

/** The name of a contestant. */
export type Name = keyof typeof loaders;

/** npm versions of the peers. */
export const VERSIONS = {
  "@nktkas/rews": "4.1.0",
  partysocket: "1.3.0",
  "reconnecting-websocket": "4.4.0",
  "websocket-ts": "2.3.0",
  sockette: "2.0.6",
  "@atproto/ws-client": "0.2.1",
};
