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
 */
export type RuntimeProfile = "browser" | "deno" | "bun" | "node22" | "node24" | "workerd";

/** Why a connection was lost, as far as a runtime tells. */
export type Loss = "refused" | "aborted" | "dropped";

/** In what the runtimes differ. */
export interface RuntimeQuirks {
  /** The code of a close event that no close frame caused. */
  readonly lossCode: 0 | 1006;
  /** The reason of such a close event. */
  readonly lossReason: (loss: Loss) => string;
  /** The text of an error event; `null`: a plain `Event` that tells nothing. */
  readonly errorMessage: ((loss: Loss, url: string) => string) | null;
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
  /** Whether close events are of the global `CloseEvent`, or only look like it. */
  readonly hasCloseEvent: boolean;
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

const noText = (): string => "";

/** Chromium 156. */
const browser: RuntimeQuirks = {
  lossCode: 1006,
  lossReason: noText,
  errorMessage: null,
  closesFailedConnect: true,
  dropFiresError: false,
  abort: "later",
  abortingState: 2,
  closeStateLags: false,
  hasCloseEvent: true,
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
  errorMessage: (loss) =>
    ({
      refused: "NetworkError: failed to connect to WebSocket: tcp connect error",
      aborted: "Interrupted: operation canceled",
      dropped: "Unexpected EOF",
    })[loss],
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
  errorMessage: (loss, url) =>
    `WebSocket connection to '${url}' failed: ` +
    (loss === "aborted"
      ? "WebSocket is closed before the connection is established"
      : "Failed to connect"),
  extraCloseCodes: [1001, 1011, 1014],
  loneReason: { code: 1000, keepsReason: true },
  binaryType: "nodebuffer",
  foldsProtocolCase: true,
  takesOptions: true,
};

/** 22.23.3, with undici 6.28.1. */
const node22: RuntimeQuirks = {
  ...browser,
  errorMessage: (loss) =>
    loss === "aborted"
      ? "Connection was closed before it was established."
      : "Received network error or non-101 status code.",
  closesFailedConnect: false,
  abort: "errors-only",
  hasCloseEvent: false,
  lateSend: "drop",
  loneReason: { code: 1005, keepsReason: false },
  resetsBinaryType: true,
  foldsProtocolCase: true,
  takesOptions: true,
};

/** 24.21.0. */
const node24: RuntimeQuirks = {
  ...browser,
  errorMessage: noText,
  dropFiresError: true,
  abort: "inside-close",
  lateSend: "drop",
  loneReason: { code: 1000, keepsReason: true },
  resetsBinaryType: true,
  foldsProtocolCase: true,
  takesOptions: true,
};

/** With compatibility date 2026-04-01. */
const workerd: RuntimeQuirks = {
  ...browser,
  lossReason: (loss) =>
    loss === "dropped"
      ? "WebSocket disconnected without sending Close frame."
      : "Failed to establish websocket connection",
  errorMessage: () => "Uncaught Error: Network connection lost.",
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
