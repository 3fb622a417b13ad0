/**
 * A server and a client of graphql-ws that retries at once, and what both see.
 *
 * @module
 */

import { type Client, type ClientOptions, createClient } from "npm:graphql-ws@6.4.2";
import { openServer } from "./beside_native.ts";
import { graphqlServer, type Manners } from "./graphql_server.ts";
import type { MortalServer } from "./mortal_server.ts";
import { type SocketClass, until } from "./trial.ts";

/** What an event says of a close, or its type; Deno's own class says 0 in the place of 1006. */
export function describe(value: unknown): readonly unknown[] {
  if (value instanceof Error) return [value.name, value.message];
  const { type, code, reason, wasClean } = value as CloseEvent;
  return code === undefined ? [type] : [code || 1006, reason, wasClean];
}

/** A subscription; its end is null, or the failure that its sink gets. */
export interface Subscription {
  readonly end: Promise<unknown>;
  readonly dispose: () => void;
}

/** Everything that a scenario needs, and may report. */
export class GraphqlSetting implements AsyncDisposable {
  /** How many connections the server has had. */
  connections = 0;
  /** The codes and reasons that ended them, as the server saw it. */
  readonly ends: (readonly [code: number, reason: string])[] = [];
  /** The events of the client. */
  readonly events: unknown[] = [];
  /** The values of its subscriptions: the number of the connection that they came on. */
  readonly values: unknown[] = [];
  readonly client: Client;

  constructor(
    readonly server: MortalServer,
    webSocketImpl: SocketClass,
    options: Partial<ClientOptions>,
  ) {
    this.client = createClient({
      url: `ws://${server.host}/`,
      webSocketImpl,
      retryWait: () => Promise.resolve(),
      onNonLazyError: () => {},
      ...options,
    });
    this.client.on("closed", (event) => this.events.push(["closed", ...describe(event)]));
    this.client.on("error", (event) => this.events.push(["error", ...describe(event)]));
  }

  /** Subscribes to what the server sends. */
  subscribe(): Subscription {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const dispose = this.client.subscribe({ query: "subscription { connection }" }, {
      next: ({ data }) => this.values.push(data?.connection),
      error: (failure) => resolve(describe(failure)),
      complete: () => resolve(null),
    });
    return { end: promise, dispose };
  }

  /** Waits for so many values. */
  async sees(count: number): Promise<void> {
    await until(() => this.values.length >= count, `${count} values`);
  }

  /** Waits until the server saw so many connections end. */
  async ended(count: number): Promise<void> {
    await until(() => this.ends.length >= count, `${count} ends`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.dispose();
    await this.server.kill();
  }
}

/** Starts a server, and makes a client of it. */
export async function openGraphql(
  Socket: SocketClass,
  manners: Manners = {},
  options: Partial<ClientOptions> = {},
): Promise<GraphqlSetting> {
  const server = await openServer(graphqlServer({
    ...manners,
    connected: (socket, count) => {
      setting.connections = count;
      manners.connected?.(socket, count);
    },
    closed: (...end) => setting.ends.push(end),
  }));
  const setting = new GraphqlSetting(server, Socket, options);
  return setting;
}
