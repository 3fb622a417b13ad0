/**
 * The runtime whose observable quirks a fake socket imitates, so that a test on one runtime shows
 * what another would do. `"browser"` is Chromium, which is nearest to the standard.
 *
 * | profile | what it does that code does not expect |
 * |---|---|
 * | `"browser"` | error events tell nothing; a connection that drops fires `close` without `error` |
 * | `"deno"` | failures close with code 0; messages still arrive after `close()` |
 * | `"bun"` | `binaryType` is "nodebuffer" at first; `close()` takes 1001, 1011 and 1014 |
 * | `"node22"` | a failed connect fires `error`, never `close`, and `readyState` stays 0 |
 * | `"node24"` | `close()` while connecting fires `error` and `close` before it returns, then stays 2 |
 * | `"workerd"` | `send()` after `close()` throws; `readyState` lags behind; no `bufferedAmount` |
 *
 * @example What Node 22 does when a server refuses
 * ```ts
 * import { fakeWorld } from "@holdfast/websocket/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const { network } = fakeWorld({ runtime: "node22" });
 * const socket = new network.WebSocket("wss://example.com");
 * const events: string[] = [];
 * socket.onerror = ({ type }) => events.push(type);
 * socket.onclose = ({ type }) => events.push(type);
 * network.connections[0]?.refuse();
 * assertEquals([events, socket.readyState], [["error"], WebSocket.CONNECTING]);
 * ```
 */
export type RuntimeProfile = "browser" | "deno" | "bun" | "node22" | "node24" | "workerd";

/** In what the runtimes differ. */
export interface RuntimeQuirks {
  /** The code of a close event that no close frame caused. */
  readonly lossCode: 0 | 1006;
  /** Its reason when the connect failed. */
  readonly failedReason: string;
  /** Its reason when an open connection was lost. */
  readonly droppedReason: string;
  /** The text of an error event; `null`: a plain `Event` that tells nothing. */
  readonly errorText: ((url: string) => string) | null;
  /** Whether a failed connect ends with a close event; if not, `readyState` stays 0 too. */
  readonly closesFailedConnect: boolean;
  /** Whether an open connection that is lost fires an error before the close. */
  readonly dropFiresError: boolean;
  /** What `close()` of a connecting socket leads to, and when. */
  readonly abort: "later" | "inside-close" | "errors-only";
  /** `readyState` between `close()` of a connecting socket and its events. */
  readonly abortingState: 1 | 2;
  /** Whether close handlers see a `readyState` below 3 unless the client closed. */
  readonly closeStateLags: boolean;
  /** Whether there is a global `CloseEvent`; if not, close events only look like it. */
  readonly hasCloseEvent: boolean;
  /** Whether there is a global `ErrorEvent`; if not, error events only look like it. */
  readonly hasErrorEvent: boolean;
  /** Whether messages arrive after the client's own `close()`. */
  readonly receivesWhileClosing: boolean;
  /** What `send()` does when closing or closed; `"count"` drops and grows `bufferedAmount`. */
  readonly lateSend: "drop" | "count" | "throw";
  /** Whether `bufferedAmount` exists. */
  readonly hasBufferedAmount: boolean;
  /** What `send()` throws while connecting. */
  readonly earlySendError: "InvalidStateError" | "TypeError";
  /** Codes that `close()` takes besides 1000 and 3000 to 4999. */
  readonly extraCloseCodes: readonly number[];
  /** What `close(undefined, reason)` ends with; `null`: it throws. */
  readonly loneReason: { readonly code: number; readonly keepsReason: boolean } | null;
  /** `binaryType` of a new socket. */
  readonly binaryType: "blob" | "nodebuffer";
  /** Whether an unknown `binaryType` sets "blob" rather than nothing. */
  readonly resetsBinaryType: boolean;
  /** `origin` of message events. */
  readonly messageOrigin: "origin" | "url" | "none";
  /** `protocol` and `extensions` when the server chose none. */
  readonly absentText: "" | null;
  /** Whether a connect fails when the server chooses none of the protocols asked for. */
  readonly checksProtocol: boolean;
  /** Whether protocols that differ in case only count as the same, which throws. */
  readonly foldsProtocolCase: boolean;
  /** Whether `http:` and `https:` URLs are taken as `ws:` and `wss:`. */
  readonly takesHttpUrls: boolean;
  /** Whether the second constructor argument may be an object, such as `{ headers, protocols }`. */
  readonly takesOptions: boolean;
}

/** Chromium 156. */
const browser: RuntimeQuirks = {
  lossCode: 1006,
  failedReason: "",
  droppedReason: "",
  errorText: null,
  closesFailedConnect: true,
  dropFiresError: false,
  abort: "later",
  abortingState: 2,
  closeStateLags: false,
  hasCloseEvent: true,
  hasErrorEvent: true,
  receivesWhileClosing: false,
  lateSend: "count",
  hasBufferedAmount: true,
  earlySendError: "InvalidStateError",
  extraCloseCodes: [],
  loneReason: null,
  binaryType: "blob",
  resetsBinaryType: false,
  messageOrigin: "origin",
  absentText: "",
  checksProtocol: true,
  foldsProtocolCase: false,
  takesHttpUrls: true,
  takesOptions: false,
};

/** 2.9.6. */
const deno: RuntimeQuirks = {
  ...browser,
  lossCode: 0,
  errorText: () => "NetworkError: failed to connect to WebSocket: tcp connect error",
  dropFiresError: true,
  receivesWhileClosing: true,
  lateSend: "drop",
  // it sends a frame with a reason and no code; what comes back is the peer's complaint
  loneReason: { code: 1002, keepsReason: false },
  messageOrigin: "url",
  checksProtocol: false,
  foldsProtocolCase: true,
  takesOptions: true,
};

/** 1.4.5. */
const bun: RuntimeQuirks = {
  ...browser,
  // the URL in it may carry a token
  errorText: (url) => `WebSocket connection to '${url}' failed: Failed to connect`,
  extraCloseCodes: [1001, 1011, 1014],
  loneReason: { code: 1000, keepsReason: true },
  binaryType: "nodebuffer",
  foldsProtocolCase: true,
  takesOptions: true,
};

/** 22.23.3, with undici 6.28.1. */
const node22: RuntimeQuirks = {
  ...browser,
  errorText: () => "Received network error or non-101 status code.",
  closesFailedConnect: false,
  abort: "errors-only",
  hasCloseEvent: false,
  hasErrorEvent: false,
  lateSend: "drop",
  loneReason: { code: 1005, keepsReason: false },
  resetsBinaryType: true,
  foldsProtocolCase: true,
  takesOptions: true,
};

/** 24.21.0. */
const node24: RuntimeQuirks = {
  ...browser,
  errorText: () => "",
  dropFiresError: true,
  abort: "inside-close",
  hasErrorEvent: false,
  lateSend: "drop",
  loneReason: { code: 1000, keepsReason: true },
  resetsBinaryType: true,
  foldsProtocolCase: true,
  takesOptions: true,
};

/** With compatibility date 2026-04-01. */
const workerd: RuntimeQuirks = {
  ...browser,
  failedReason: "Failed to establish websocket connection",
  droppedReason: "WebSocket disconnected without sending Close frame.",
  errorText: () => "Uncaught Error: Network connection lost.",
  abortingState: 1,
  closeStateLags: true,
  receivesWhileClosing: true,
  lateSend: "throw",
  hasBufferedAmount: false,
  earlySendError: "TypeError",
  extraCloseCodes: [1001, 1011, 1014, 2999],
  messageOrigin: "none",
  absentText: null,
  checksProtocol: false,
  takesHttpUrls: false,
};

const profiles: Readonly<Record<RuntimeProfile, RuntimeQuirks>> = {
  browser,
  deno,
  bun,
  node22,
  node24,
  workerd,
};

/**
 * The quirks of a runtime.
 *
 * @throws {RangeError} It is none of the profiles.
 */
export function runtimeQuirks(runtime: RuntimeProfile): RuntimeQuirks {
  if (Object.hasOwn(profiles, runtime)) return profiles[runtime];
  throw new RangeError(
    `Cannot imitate a runtime as 'runtime' must be one of ${Object.keys(profiles).join(", ")}: ` +
      `current value is ${runtime}`,
  );
}
