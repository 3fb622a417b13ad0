/**
 * tRPC's wsLink: a query and a subscription that must work again after each death of the server.
 *
 * @module
 */

import { assertGreater } from "@std/assert";
import { createTRPCClient, createWSClient, wsLink } from "npm:@trpc/client@11.25.2";
import { initTRPC } from "npm:@trpc/server@11.25.2";
import { applyWSSHandler } from "npm:@trpc/server@11.25.2/adapters/ws";
import { WebSocketServer } from "npm:ws@8.23.0";
import type { Ending } from "./mortal_server.ts";
import { assertNeverMultiplies, run, sleep, type Trial, until, type Worker } from "./trial.ts";

const t = initTRPC.context<{ life: number }>().create();
const router = t.router({
  life: t.procedure.query(({ ctx }) => ctx.life),
  lives: t.procedure.subscription(async function* ({ ctx, signal }): AsyncGenerator<number> {
    while (!signal?.aborted) {
      yield ctx.life;
      await sleep(5);
    }
  }),
});

const trpc: Trial = {
  serve(server, life): Ending {
    const wss = new WebSocketServer({ server });
    applyWSSHandler({ wss, router, createContext: () => ({ life }) });
    return () => void wss.close();
  },
  start(host, WebSocket): Worker {
    let seen = 0;
    const client = createWSClient({
      url: `ws://${host}/`,
      WebSocket: WebSocket,
      retryDelayMs: () => 20,
    });
    const api = createTRPCClient<typeof router>({ links: [wsLink({ client })] });
    const subscription = api.lives.subscribe(undefined, { onData: (life) => seen = life });
    return {
      async work(life): Promise<void> {
        await until(() => seen === life, "a value of the subscription");
        if (await api.life.query() !== life) throw new Error("an answer of another life");
      },
      async close(): Promise<void> {
        subscription.unsubscribe();
        await client.close();
      },
    };
  },
};

Deno.test("tRPC with maxAttempts: 0 resubscribes on one connection", async () => {
  await assertNeverMultiplies(trpc, { maxAttempts: 0 });
});

Deno.test("tRPC without maxAttempts: 0 multiplies", async () => {
  const { live } = await run(trpc, {}, 5);
  assertGreater(live, 5);
});
