/**
 * An effect that cleans up, for React: `useEffect(() => subscribe(url, setPrice), [url])`.
 *
 * A client that is merely dropped keeps reconnecting, so what opens one returns what closes it.
 */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";

export function subscribe(
  url: string,
  onMessage: (data: unknown) => void,
  options?: ReconnectingWebSocketOptions,
): () => void {
  const ws = new ReconnectingWebSocket(url, options);
  ws.onmessage = ({ data }) => onMessage(data);
  return () => ws.close();
}
