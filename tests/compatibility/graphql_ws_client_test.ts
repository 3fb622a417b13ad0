/**
 * What the users of graphql-ws rely on, whichever class is under it: which ends they see and how,
 * what goes on after one, what reaches the server.
 *
 * @module
 */

import { assertBoth, emptied, type SingleWebSocket } from "./beside_native.ts";
import { openGraphql } from "./graphql_client.ts";
import { sendMessage, sendValue } from "./graphql_server.ts";
import { type SocketClass, until } from "./trial.ts";

Deno.test("graphql-ws resumes its subscriptions after a clean close, and after none", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket, {
      subscribed(socket, id, connection): void {
        sendValue(socket, id, connection);
        if (connection === 1) socket.close(1001);
        else if (connection === 2) socket.terminate();
      },
    }, { shouldRetry: () => true });
    const { dispose, end } = setting.subscribe();
    await setting.sees(3);
    dispose();
    return [await end, setting.values, setting.connections];
  }, [null, [1, 2, 3], 3]);
});

Deno.test("graphql-ws resumes all subscriptions of a connection", async () => {
  await assertBoth(async (Socket) => {
    let subscribed = 0;
    await using setting = await openGraphql(Socket, {
      subscribed(socket, id, connection): void {
        sendValue(socket, id, connection);
        if (++subscribed === 2) socket.close(1012);
      },
    });
    const subscriptions = [setting.subscribe(), setting.subscribe()];
    await setting.sees(4);
    for (const { dispose } of subscriptions) dispose();
    return [await Promise.all(subscriptions.map(({ end }) => end)), setting.values];
  }, [[null, null], [1, 1, 2, 2]]);
});

Deno.test("graphql-ws lets its user judge a close by the code and the reason", async () => {
  await assertBoth(async (Socket) => {
    const judged: unknown[] = [];
    await using setting = await openGraphql(Socket, {
      subscribed: (socket) => socket.close(4444, "is it fatal?"),
    }, {
      retryAttempts: Infinity,
      shouldRetry: (event) => {
        const { code, reason } = event as CloseEvent;
        return judged.push([code, reason]) < 2;
      },
    });
    const end = await setting.subscribe().end;
    return [end, judged, setting.events];
  }, [
    [4444, "is it fatal?", true],
    [[4444, "is it fatal?"], [4444, "is it fatal?"]],
    [["closed", 4444, "is it fatal?", true], ["closed", 4444, "is it fatal?", true]],
  ]);
});

Deno.test("graphql-ws ends at once on the codes that it takes as fatal", async () => {
  for (const code of [1011, 4004, 4005, 4406, 4409, 4429, 4500]) {
    await assertBoth(async (Socket) => {
      await using setting = await openGraphql(Socket, {
        subscribed: (socket) => socket.close(code),
      }, { shouldRetry: () => true, retryAttempts: 4 });
      const end = await setting.subscribe().end;
      return [end, setting.events, setting.connections];
    }, [[code, "", true], [["closed", code, "", true]], 1]);
  }
});

Deno.test("graphql-ws ends with the last close when its attempts are used up", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket, {
      // Before the acknowledgement, as that resets the count.
      connected: (socket, count) => socket.close(4600 + count),
    }, { retryAttempts: 2 });
    return [await setting.subscribe().end, setting.connections];
  }, [[4603, "", true], 3]);
});

Deno.test("graphql-ws reports a refused connection as an error, then as closed", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket, {}, { retryAttempts: 0 });
    await setting.server.kill();
    const end = await setting.subscribe().end;
    await until(() => setting.events.length === 2, "both events");
    return [end, setting.events];
  }, [["error"], [["error", "error"], ["closed", 1006, "", false]]]);
});

Deno.test("graphql-ws that is not lazy reports a refused connection", async () => {
  await assertBoth(async (Socket) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    await using setting = await openGraphql(Socket, {
      connected: (socket) => socket.close(4444),
    }, { lazy: false, retryAttempts: 0, onNonLazyError: resolve });
    const { code, wasClean } = await promise as CloseEvent;
    return [code, wasClean, setting.connections];
  }, [4444, true, 1]);
});

Deno.test("graphql-ws closes cleanly when its last subscription ends", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket);
    const { dispose, end } = setting.subscribe();
    await setting.sees(1);
    dispose();
    await setting.ended(1);
    await until(() => setting.events.length > 0, "the event");
    return [await end, setting.ends, setting.events];
  }, [null, [[1000, "Normal Closure"]], [["closed", 1000, "Normal Closure", true]]]);
});

Deno.test("graphql-ws leaves no connection when it is disposed while connecting", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket);
    const { dispose, end } = setting.subscribe();
    dispose();
    await setting.client.dispose();
    await end;
    await emptied(setting.server);
    return [setting.values, setting.events.length];
  }, [[], 1]);
});

Deno.test("graphql-ws subscribes on a new connection while the old one closes", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket);
    const first = setting.subscribe();
    await setting.sees(1);
    first.dispose();
    await first.end;
    const second = setting.subscribe();
    await setting.sees(2);
    second.dispose();
    return [await second.end, setting.values];
  }, [null, [1, 2]]);
});

Deno.test("graphql-ws closes a connection that is not acknowledged, and says why", async () => {
  const reason = "Connection acknowledgement timeout";
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket, { initialized: () => {} }, {
      connectionAckWaitTimeout: 20,
      retryAttempts: 0,
    });
    const end = await setting.subscribe().end;
    return [end, setting.ends];
  }, [[4504, reason, true], [[4504, reason]]]);
});

Deno.test("graphql-ws closes at a message that it does not expect, and says why", async () => {
  const reason = "First message cannot be of type next";
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket, {
      initialized(socket): void {
        sendMessage(socket, "next", { id: "none", payload: {} });
        // Behind the handler that is gone by then.
        sendMessage(socket, "connection_ack");
      },
    }, { retryAttempts: 0 });
    const end = await setting.subscribe().end;
    await until(() => setting.events.length === 2, "both events");
    return [end, setting.events, setting.ends];
  }, [
    ["Error", reason],
    [["error", "Error", reason], ["closed", 4004, reason, true]],
    [[4004, reason]],
  ]);
});

Deno.test("graphql-ws closes when its parameters cannot be had, and says why", async () => {
  await assertBoth(async (Socket) => {
    await using setting = await openGraphql(Socket, {}, {
      retryAttempts: 0,
      connectionParams: () => Promise.reject(new Error("no token")),
    });
    const end = await setting.subscribe().end;
    await setting.ended(1);
    return [end, setting.ends];
  }, [["Error", "no token"], [[4005, "no token"]]]);
});

Deno.test("graphql-ws sends nothing on a connection that was closed while it waited", async () => {
  await assertBoth(async (Socket) => {
    const { promise, resolve } = Promise.withResolvers<Record<string, unknown>>();
    let inits = 0;
    await using setting = await openGraphql(Socket, {
      connected: (socket) => socket.close(4408, "too slow"),
      initialized: () => inits++,
    }, { retryAttempts: 0, connectionParams: () => promise });
    const end = await setting.subscribe().end;
    resolve({});
    await emptied(setting.server);
    return [end, inits];
  }, [[4408, "too slow", true], 0]);
});

Deno.test("graphql-ws answers pings, and sends its own while it is open", async () => {
  await assertBoth(async (Socket) => {
    const seen: string[] = [];
    await using setting = await openGraphql(Socket, {
      connected(socket): void {
        socket.on("message", (data: Uint8Array) => seen.push(JSON.parse(`${data}`).type));
      },
      subscribed(socket, id, connection): void {
        sendMessage(socket, "ping");
        sendValue(socket, id, connection);
      },
    }, { keepAlive: 10 });
    setting.subscribe();
    await until(() => seen.includes("pong") && seen.includes("ping"), "a ping and a pong");
    return setting.values;
  }, [1]);
});

Deno.test("graphql-ws leaves a connection that cannot be closed, and opens another", async () => {
  await assertBoth(async (Socket) => {
    const made: WebSocket[] = [];
    class Stuck extends (Socket as typeof SingleWebSocket) {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        made.push(this);
      }
      override close(): void {}
    }
    await using setting = await openGraphql(Stuck as SocketClass, {}, { retryAttempts: 1 });
    const { dispose } = setting.subscribe();
    await setting.sees(1);
    setting.client.terminate();
    await setting.sees(2);
    dispose();
    for (const socket of made) Socket.prototype.close.call(socket);
    await emptied(setting.server);
    return [setting.values, setting.events[0]];
  }, [[1, 2], ["closed", "TerminatedCloseEvent", "4499: Terminated"]]);
});
