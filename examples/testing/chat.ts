/** The application that the tests in this folder test: it shows whether it is online, and talks. */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";

export class Chat {
  status: "online" | "offline" = "offline";
  readonly #ws: ReconnectingWebSocket;

  constructor(options?: ReconnectingWebSocketOptions) {
    this.#ws = new ReconnectingWebSocket("wss://example.com/chat", options);
    this.#ws.addEventListener("statechange", ({ state }) => {
      this.status = state === "open" ? "online" : "offline";
    });
  }

  say(text: string): void {
    this.#ws.send(text);
  }
}
