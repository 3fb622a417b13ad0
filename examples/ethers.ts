/**
 * ethers: a WebSocketProvider whose subscriptions survive reconnections. The node forgets them with
 * the connection and ethers does not repeat them, so all of them start again at each `open`.
 */
import type { ReconnectingWebSocket } from "@holdfast/websocket";
import { type Networkish, WebSocketProvider } from "npm:ethers@6.17.0";

/**
 * @param network Given, not detected: if the answer is lost with the first connection, ethers stays
 * without a network.
 */
export function lastingProvider(
  ws: ReconnectingWebSocket,
  network: Networkish,
): WebSocketProvider {
  // Between connections nothing is subscribed or unsubscribed: the queue would keep the request,
  // but what counts by then starts at `open`, and the next node does not know what there was.
  const isIdle = (request: string): boolean =>
    ws.readyState !== ws.OPEN && /eth_(un)?subscribe/.test(request);

  class LastingProvider extends WebSocketProvider {
    override send(method: string, params: unknown[]): Promise<unknown> {
      return isIdle(method) ? new Promise(() => {}) : super.send(method, params);
    }
    override async _write(message: string): Promise<void> {
      if (!isIdle(message)) await super._write(message);
    }
  }
  const provider = new LastingProvider(ws, network);
  ws.addEventListener("open", () => {
    provider._forEachSubscriber((subscriber) => subscriber.start());
  });
  return provider;
}
