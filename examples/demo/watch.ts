/** Watching any server: connects, says what happens, and stays until it is told to end. */
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from "@holdfast/websocket";
import { formatTrace } from "@holdfast/websocket/trace";

const MAX_SHOWN_LENGTH = 80;

/** Where to watch, and where to tell. */
export interface Watch {
  readonly url: string;
  readonly options: Pick<ReconnectingWebSocketOptions, "maxAttempts">;
  readonly print: (line: string) => void;
  /** Ends the watch politely. */
  readonly signal: AbortSignal;
}

/**
 * Watches until the signal or the client ends it.
 *
 * @returns Whether the signal did.
 * @throws {DOMException} The URL is invalid.
 * @throws {RangeError} `maxAttempts` is out of range.
 */
export async function watch({ url, options, print, signal }: Watch): Promise<boolean> {
  const startMs = performance.now();
  const say = (what: string): void =>
    print(`${((performance.now() - startMs) / 1_000).toFixed(2).padStart(7)} s  ${what}`);
  const client = new ReconnectingWebSocket(url, {
    ...options,
    trace: (record) => {
      const line = formatTrace(record);
      if (line !== null) say(line);
    },
  });
  client.addEventListener("message", ({ data }) => say(`message: ${show(data)}`));
  const close = (): void => client.close(1000);
  signal.addEventListener("abort", close, { once: true });
  const { error } = await client.closed;
  signal.removeEventListener("abort", close);
  if (error?.code === "retry-limit") {
    print(
      `Gave up: ${client.attempt} attempts to reconnect failed in a row, and no more are allowed`,
    );
  } else if (error) {
    print(`Ended: ${error.message}`);
  }
  return error === null;
}

/** A message on one line: text quoted, so that it cannot drive the terminal, and cut. */
function show(data: unknown): string {
  if (typeof data !== "string") return `${(data as Blob).size} bytes`;
  const text = JSON.stringify(data.slice(0, MAX_SHOWN_LENGTH)).replace(/[\u007f-\u009f]/g, ".");
  return data.length > MAX_SHOWN_LENGTH ? `${text}... (${data.length} characters)` : text;
}
