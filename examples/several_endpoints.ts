/**
 * Several endpoints: the first connection goes to the first, and the attempts of an outage go round,
 * starting with the second. For another order, count the attempts yourself.
 */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";

export function openFeed(
  hosts: readonly string[],
  options?: ReconnectingWebSocketOptions,
): ReconnectingWebSocket {
  return new ReconnectingWebSocket(
    ({ attempt }) => `wss://${hosts[attempt % hosts.length]}/feed`,
    options,
  );
}
