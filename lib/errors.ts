/**
 * The one error class for conditions that a caller may want to catch. Misuse throws the platform's
 * own TypeError, RangeError or DOMException instead.
 *
 * @module
 */

import { domException } from "./platform.ts";

/**
 * What went wrong:
 *
 * - `connect-failed`: refused, an HTTP status, DNS, TLS: the platform hides which, or says so in `cause`
 * - `connect-timeout`: not open after `connectTimeoutMs`
 * - `provider-failed`: a `url` or `protocols` function threw or gave something unusable (`cause`)
 * - `handshake-failed`: the `handshake` function threw (`cause`), or the connection ended before it was done
 * - `connection-lost`: an open connection ended without a close handshake
 * - `heartbeat-timeout`: the peer fell silent
 * - `fatal-close`: the peer closed with a code that retrying cannot cure, or that `shouldRetry` refused
 * - `retry-limit`: `maxAttempts` are used up (`cause` is the last failure); not if it is 0
 * - `queue-overflow`: a message did not fit into the queue
 * - `send-failed`: the platform refused a message (`cause`)
 * - `expired`: a queued message became older than its `ttlMs`
 * - `replaced`: a newer message with its `key` took the place of a queued one
 * - `aborted`: the `signal` option was aborted (`cause` is its reason)
 */
export type ReconnectingWebSocketErrorCode =
  | "connect-failed"
  | "connect-timeout"
  | "provider-failed"
  | "handshake-failed"
  | "connection-lost"
  | "heartbeat-timeout"
  | "fatal-close"
  | "retry-limit"
  | "queue-overflow"
  | "send-failed"
  | "expired"
  | "replaced"
  | "aborted";

/**
 * Why a connection, an attempt, a message or the whole client failed.
 *
 * The message never holds a URL or what a server sent, but for the code of a `fatal-close`; the
 * platform's own error, where there is one, is the `cause`.
 *
 * @example Telling failures apart
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 *
 * const ws = new ReconnectingWebSocket("ws://localhost:8080/feed", { maxAttempts: 5 });
 * ws.addEventListener("error", ({ error }) => {
 *   if (error.code === "retry-limit") console.log("giving up:", error.cause);
 * });
 * ws.close();
 * ```
 */
export class ReconnectingWebSocketError extends Error {
  /** Always `"ReconnectingWebSocketError"`. */
  override get name(): "ReconnectingWebSocketError" {
    return "ReconnectingWebSocketError";
  }
  /** What went wrong. */
  readonly code: ReconnectingWebSocketErrorCode;
  /** The attempt that it happened to; 0 is the first connection. */
  readonly attempt: number;

  /** Creates an error; its message is the code in words, and for `fatal-close` the close code. */
  constructor(
    code: ReconnectingWebSocketErrorCode,
    attempt: number,
    cause?: unknown,
    closeCode = 1006,
  ) {
    super(
      code.charAt(0).toUpperCase() + code.slice(1).replace("-", " ") +
        (code === "fatal-close" ? ` ${closeCode}` : ""),
      { cause },
    );
    this.code = code;
    this.attempt = attempt;
  }
}

type Given = ConstructorParameters<typeof ReconnectingWebSocketError>;

/** An error that is made when it is looked at: most are not, and a stack costs much. */
export class PendingError {
  readonly code: ReconnectingWebSocketErrorCode;
  readonly #given: Given;
  #error: ReconnectingWebSocketError | undefined;
  #wider: PendingError | undefined;

  constructor(...given: Given) {
    this.code = given[0];
    this.#given = given;
  }

  get error(): ReconnectingWebSocketError {
    return this.#error ??= new ReconnectingWebSocketError(...this.#given);
  }

  /** A wider one, which is caused by this. */
  as(code: ReconnectingWebSocketErrorCode, closeCode?: number): PendingError {
    return this.#wider ??= new PendingError(code, this.#given[1], this.error, closeCode);
  }
}

/** Misuse of something that is over, or not ready. */
export function invalidState(action: string): DOMException {
  return domException(`Cannot ${action}`, "InvalidStateError");
}
