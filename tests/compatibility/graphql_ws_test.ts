/**
 * graphql-ws: a subscription that must deliver again after each death of the server.
 *
 * @module
 */

import { assertGreater, assertRejects } from "@std/assert";
import { buildSchema } from "npm:graphql@16.15.0";
import { type ClientOptions, createClient } from "npm:graphql-ws@6.4.2";
import { useServer } from "npm:graphql-ws@6.4.2/use/ws";
import { WebSocketServer } from "npm:ws@8.23.0";
import type { Ending } from "./mortal_server.ts";
import { assertNeverMultiplies, run, sleep, type Trial, until, type Worker } from "./trial.ts";

const schema = buildSchema("type Query { life: Int } type Subscription { life: Int }");

function graphqlWs(options: Partial<ClientOptions>): Trial {
  return {
    serve(server, life): Ending {
      const wss = new WebSocketServer({ server });
      async function* tellLife(): AsyncGenerator<{ life: number }> {
        for (;;) {
          yield { life };
          await sleep(5);
        }
      }
      const { dispose } = useServer({ schema, roots: { subscription: { life: tellLife } } }, wss);
      return dispose;
    },
    start(host, webSocketImpl): Worker {
      let seen: unknown;
      const failures: unknown[] = [];
      const client = createClient({ url: `ws://${host}/`, webSocketImpl, ...options });
      client.subscribe({ query: "subscription { life }" }, {
        next: ({ data }) => seen = data?.life,
        error: (failure) => failures.push(failure),
        complete: () => {},
      });
      return {
        work: (life) =>
          until(() => {
            if (failures.length > 0) throw new Error("graphql-ws gave up");
            return seen === life;
          }, "a value"),
        close: () => client.dispose(),
      };
    },
  };
}

const RETRIES: Partial<ClientOptions> = { retryAttempts: Infinity, retryWait: () => sleep(20) };

Deno.test("graphql-ws with maxAttempts: 0 and shouldRetry resubscribes on one connection", async () => {
  const trial = graphqlWs({ ...RETRIES, shouldRetry: () => true });
  await assertNeverMultiplies(trial, { maxAttempts: 0 });
});

Deno.test("graphql-ws without maxAttempts: 0 multiplies", async () => {
  const trial = graphqlWs({ ...RETRIES, shouldRetry: () => true });
  const { live } = await run(trial, {}, 5);
  assertGreater(live, 5);
});

Deno.test("graphql-ws with its default shouldRetry gives up at the first error event", async () => {
  const trial = graphqlWs(RETRIES);
  await assertRejects(() => run(trial, { maxAttempts: 0 }), Error, "graphql-ws gave up");
});
