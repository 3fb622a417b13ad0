/**
 * graphql-ws gives up at the first `error` event that it gets, or retries it, where a `close` would
 * have said what to do. So a clean close must come without an `error`, also with the codes that
 * this client takes as final.
 *
 * @module
 */

import type { ClientOptions } from "npm:graphql-ws@6.4.2";
import { assertBoth } from "./beside_native.ts";
import { openGraphql } from "./graphql_client.ts";
import { sendMessage } from "./graphql_server.ts";
import type { SocketClass } from "./trial.ts";

/** The codes that this client takes as final, but for those that a server cannot send. */
const FINAL = [1002, 1008, 1010, 3000, 3003, 4400, 4401, 4403, 4404, 4410];
/** Those of them that graphql-ws takes as final, too. */
const FATAL = [1002, 1008, 1010, 4400, 4401];

/** A subscription that the server ends with a code, under the settings of `docs/libraries.md`. */
async function endOf(
  Socket: SocketClass,
  code: number,
  options: Partial<ClientOptions>,
): Promise<unknown> {
  await using setting = await openGraphql(Socket, {
    subscribed(socket, id, connection): void {
      if (connection < 10) socket.close(code, "no");
      else sendMessage(socket, "complete", { id }); // A loop, which would not end.
    },
  }, { shouldRetry: () => true, ...options });
  const end = await setting.subscribe().end;
  return [end, setting.events, setting.connections];
}

Deno.test("graphql-ws as docs/libraries.md sets it up ends on 4400 after one connection", async () => {
  for (const retryAttempts of [4, Infinity]) {
    await assertBoth(
      (Socket) => endOf(Socket, 4400, { retryAttempts }),
      [[4400, "no", true], [["closed", 4400, "no", true]], 1],
    );
  }
});

Deno.test("graphql-ws ends after one connection on each code that it takes as fatal", async () => {
  for (const code of FATAL) {
    await assertBoth(
      (Socket) => endOf(Socket, code, {}),
      [[code, "no", true], [["closed", code, "no", true]], 1],
    );
  }
});

Deno.test("graphql-ws with its own shouldRetry retries codes that only this client takes as final", async () => {
  for (const code of FINAL.filter((code) => !FATAL.includes(code))) {
    await assertBoth(async (Socket) => {
      await using setting = await openGraphql(Socket, {
        // Before the acknowledgement, as that resets the count.
        connected: (socket) => socket.close(code, "no"),
      }, { retryAttempts: 1 });
      const end = await setting.subscribe().end;
      return [end, setting.connections];
    }, [[code, "no", true], 2]);
  }
});

Deno.test("graphql-ws reports the close of a server that refuses its parameters", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket, {
      initialized: (socket) => socket.close(4403, "Forbidden"),
    }, { retryAttempts: 0 });
    const end = await setting.subscribe().end;
    return [end, setting.events];
  }, [[4403, "Forbidden", true], [["closed", 4403, "Forbidden", true]]]);
});
