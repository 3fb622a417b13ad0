/**
 * rpc-websockets: a call that must be answered again after each death of the server.
 *
 * @module
 */

import { assertGreater } from "@std/assert";
import { CommonClient, type ICommonWebSocket, Server } from "npm:rpc-websockets@10.0.1";
import type { Ending } from "./mortal_server.ts";
import {
  assertNeverMultiplies,
  run,
  sleep,
  type SocketClass,
  type Trial,
  until,
  type Worker,
} from "./trial.ts";

/** The library tells each `send` what to call when it is done, as only `ws` does. */
function withCallbacks(Socket: SocketClass, url: string): ICommonWebSocket {
  const socket = new Socket(url);
  return {
    send(data, ...rest): void {
      socket.send(data);
      for (const done of rest) if (typeof done === "function") done();
    },
    close: (code, reason) => socket.close(code, reason),
    addEventListener: (type, listener) => socket.addEventListener(type, listener),
  };
}

const rpcWebsockets: Trial = {
  serve(server, life): Ending {
    const rpc = new Server({ server });
    rpc.register("life", () => life);
    return () => void rpc.close().catch(() => {});
  },
  start(host, Socket): Worker {
    const client = new CommonClient((url) => withCallbacks(Socket, url), `ws://${host}/`, {
      reconnect_interval: 20,
      max_reconnects: 0,
    });
    const call = (): Promise<unknown> => client.call("life").catch(() => sleep(5));
    return {
      async work(life): Promise<void> {
        let seen: unknown;
        await until(() => {
          call().then((answer) => seen = answer);
          return seen === life;
        }, "an answer");
      },
      close(): void {
        client.setAutoReconnect(false);
        client.close();
      },
    };
  },
};

Deno.test("rpc-websockets with maxAttempts: 0 works on one connection", async () => {
  await assertNeverMultiplies(rpcWebsockets, { maxAttempts: 0 });
});

Deno.test("rpc-websockets without maxAttempts: 0 multiplies", async () => {
  const { live } = await run(rpcWebsockets, {}, 5);
  assertGreater(live, 5);
});
