// The client in the place of the platform's class, as programs with the types of browsers write it.
import { type ReconnectingCloseEvent, ReconnectingWebSocket } from "@holdfast/websocket";

const URL_OF_TESTS = "wss://example.com/";
export const ws: ReconnectingWebSocket = new ReconnectingWebSocket(URL_OF_TESTS);
export const socket: WebSocket = ws;
export const Native: typeof WebSocket = ReconnectingWebSocket;
export class Single extends ReconnectingWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { maxAttempts: 0 });
  }
  override send(data: string): boolean {
    return super.send(data);
  }
}
export const made: new (url: string, protocols?: string | string[]) => WebSocket = Single;

export const onText = (event: MessageEvent<string>): number => event.data.length;
ws.addEventListener("message", onText);
ws.removeEventListener("message", onText);
ws.addEventListener("error", (event: Event) => event.type);
ws.onclose = (event: CloseEvent) => event.code;
ws.onmessage = function (this: WebSocket, { data }: MessageEvent): void {
  this.send(data);
};
for (const type of ["open", "close", "error", "message"] as const) {
  ws.addEventListener(type, (event) => event.type);
}
export function listen<Type extends keyof WebSocketEventMap>(
  client: ReconnectingWebSocket,
  type: Type,
  listener: (event: WebSocketEventMap[Type]) => void,
): void {
  client.addEventListener(type, listener);
}
export function onClose(
  listener: (event: ReconnectingCloseEvent) => void,
  signal?: AbortSignal,
): void {
  ws.addEventListener("close", listener, signal ? { signal } : undefined);
}
// @ts-expect-error there is none: as natively, `error` is a plain event
ws.addEventListener("error", ({ lineno }: ErrorEvent) => lineno);
