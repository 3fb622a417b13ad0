/**
 * Phoenix channels: a push to a joined channel must be answered again after each death of the
 * server. Phoenix itself is written in Elixir; the server here speaks the little of its protocol
 * that a channel needs.
 *
 * @module
 */

// @ts-types="npm:@types/phoenix@1.6.7"
import { type Channel, Socket as PhoenixSocket } from "npm:phoenix@1.8.16";
import { type WebSocket, WebSocketServer } from "npm:ws@8.23.0";
import type { ReconnectingWebSocketOptions } from "@holdfast/websocket";
import type { Ending } from "./mortal_server.ts";
import { assertNeverMultiplies, sleep, type Trial, type Worker } from "./trial.ts";

type Frame = readonly [join: string, ref: string, topic: string, event: string, payload: unknown];

function phoenix(reconnectAfterMs: number): Trial {
  return {
    serve(server, life): Ending {
      const wss = new WebSocketServer({ server });
      wss.on("connection", (socket: WebSocket) => {
        const topics = new Set<string>();
        socket.on("message", (data: Uint8Array) => {
          const [join, ref, topic, event]: Frame = JSON.parse(`${data}`);
          if (event === "phx_join") topics.add(topic);
          const status = topics.has(topic) ? "ok" : "error";
          const reply = { status, response: event === "life" ? { life } : {} };
          socket.send(JSON.stringify([join, ref, topic, "phx_reply", reply]));
        });
      });
      return () => wss.close();
    },
    start(host, transport): Worker {
      const socket = new PhoenixSocket(`ws://${host}/socket`, {
        transport,
        timeout: 100,
        reconnectAfterMs: () => reconnectAfterMs,
        rejoinAfterMs: () => 20,
      });
      socket.connect();
      const channel = socket.channel("room");
      channel.join();
      return {
        async work(life): Promise<void> {
          while (await ask(channel) !== life) await sleep(5);
        },
        close(): void {
          channel.leave();
          socket.disconnect();
        },
      };
    },
  };
}

function ask(channel: Channel): Promise<unknown> {
  return new Promise((resolve) => {
    channel.push("life", {})
      .receive("ok", ({ life }) => resolve(life))
      .receive("error", () => resolve(null))
      .receive("timeout", () => resolve(null));
  });
}

async function survives(
  reconnectAfterMs: number,
  options: ReconnectingWebSocketOptions,
): Promise<void> {
  await assertNeverMultiplies(phoenix(reconnectAfterMs), options);
}

Deno.test("phoenix with maxAttempts: 0 rejoins on one connection", async () => {
  await survives(20, { maxAttempts: 0 });
});

Deno.test("phoenix with its own reconnection put off rejoins on one connection", async () => {
  await survives(2 ** 31 - 1, {});
});

Deno.test("phoenix without either setting closes what it leaves", async () => {
  await survives(20, {});
});
