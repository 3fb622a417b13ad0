/**
 * Providers: functions that say where to connect, called before every attempt.
 *
 * @module
 */

import type { Client } from "../client/client.ts";
import type { DoorFeature, Feature } from "../client/feature.ts";
import type { Attempt } from "../connection/attempt.ts";
import { readProtocols, readUrl } from "../connection/url.ts";
import { invalidState } from "../errors.ts";
import { isOver } from "../machine/step.ts";
import { decisionOf } from "./decision.ts";
import { SingleFlight } from "./single_flight.ts";

/** A value, or a function called before every attempt (for a fresh token, another host). */
export type Provider<T> = T | ProviderFunction<T>;

/**
 * A function that is called before every attempt, one call at a time: while an answer is outstanding, the
 * next attempt waits for it. A throw or a rejection fails the attempt that waits; what it throws may
 * decide, by an own property `retry`: `false` ends the client, `{ delayMs }` is a server's hint.
 */
export type ProviderFunction<T> = (context: ConnectContext) => T | Promise<T>;

/** What a provider gets. */
export interface ConnectContext {
  /** The attempt to come; 0 is the first connection. */
  readonly attempt: number;
  /**
   * Aborted when the client ends, and when the answer took `2 * connectTimeoutMs`, after which the
   * provider may be called anew: pass it to `fetch`. A call outlives its attempt, so that a token that
   * can be refreshed once is not refreshed twice.
   */
  readonly signal: AbortSignal;
}

/** What a client keeps of each provider: a call outlives the attempt that made it. */
export interface Flights {
  readonly url: SingleFlight<unknown> | undefined;
  readonly protocols: SingleFlight<unknown> | undefined;
}

/** Calls a function for the URL, and perhaps one for the subprotocols, before every attempt. */
export function provider(
  url: Provider<string | URL>,
  protocols?: Provider<string | string[]>,
): Feature {
  const feature: DoorFeature = {
    kind: "provider",
    url: typeof url === "string" ? url : undefined,
    resolve: (client, attempt) => resolve(client, attempt, url, protocols),
    abandoned,
  };
  return feature;
}

function resolve(
  client: Client,
  attempt: Attempt,
  url: Provider<string | URL>,
  protocols: Provider<string | string[]> | undefined,
): void {
  const flights = client.flights ??= {
    url: flightOf(client, url),
    protocols: flightOf(client, protocols),
  };
  const number = client.state.series.attempt;
  Promise.all([flights.url?.get(number) ?? url, flights.protocols?.get(number) ?? protocols])
    .then(([url, protocols]) =>
      client.resolved(attempt, readUrl(url, client.url), readProtocols(protocols))
    )
    .catch((cause) =>
      client.lose(attempt, { cause, decision: decisionOf(cause), phase: "resolving" })
    );
}

/** Only a function is called for its answer. */
function flightOf(client: Client, given: unknown): SingleFlight<unknown> | undefined {
  if (typeof given !== "function") return undefined;
  const { clock, config } = client.parts;
  return new SingleFlight<unknown>(given as ProviderFunction<unknown>, {
    clock,
    limitMs: 2 * config.connectTimeoutMs,
    onTimeout: () => client.apply({ type: "fault", fault: "provider: no answer" }),
  });
}

/** Gives up what a client waits for that is over or paused; otherwise the next attempt waits for it, too. */
function abandoned(client: Client): void {
  if (!isOver(client.state) && client.state.phase !== "paused") return;
  const reason = invalidState("use the answer as the client is over");
  const { flights } = client;
  for (const flight of [flights?.url, flights?.protocols]) flight?.cancel(reason);
}
