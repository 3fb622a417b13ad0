/** The runtime whose observable quirks a fake socket imitates. */
export type RuntimeProfile = "browser" | "deno" | "bun" | "node22" | "node24" | "workerd";

/** In what the platforms differ; each field is a row of the measured table. */
export interface RuntimeQuirks {
  /** The code of a close event that follows a failure. */
  readonly failureCode: 0 | 1006;
  /** Whether a failed connect ends with a close event; if not, `readyState` stays 0 too. */
  readonly closesFailedConnect: boolean;
  /** Whether a connection that vanishes fires an error before the close. */
  readonly dropFiresError: boolean;
  /** What `close()` of a connecting socket leads to. */
  readonly abort: "later" | "inside-close" | "errors-only";
  /** The class of an error event: browsers tell nothing, so a plain `Event`. */
  readonly errorEvent: "Event" | "ErrorEvent";
  /** The text of an error event. */
  readonly errorMessage: string;
  /** Whether close events are of the global `CloseEvent`, or only look like it. */
  readonly hasCloseEvent: boolean;
  /** Whether handlers of error events still see the `readyState` from before. */
  readonly errorBeforeState: boolean;
  /** Whether handlers of close events still see the `readyState` from before. */
  readonly closeBeforeState: boolean;
  /** Whether messages arrive after the client's own `close()`. */
  readonly receivesWhileClosing: boolean;
  /** What `send()` does when closing or closed: drops, drops and grows `bufferedAmount`, or throws. */
  readonly lateSend: "drop" | "count" | "throw";
  /** Whether `bufferedAmount` exists. */
  readonly hasBufferedAmount: boolean;
  /** The class of the exceptions of `send()`: a `DOMException`, or a `TypeError`. */
  readonly sendError: "InvalidStateError" | "TypeError";
  /** Codes that `close()` takes besides 1000 and 3000 to 4999. */
  readonly extraCloseCodes: readonly number[];
  /** The code that stands for `close(undefined, reason)`; `null`: it throws. */
  readonly codeOfLoneReason: number | null;
  /** `binaryType` of a new socket. */
  readonly binaryType: "blob" | "nodebuffer";
  /** Whether an unknown `binaryType` sets "blob" rather than nothing. */
  readonly resetsBinaryType: boolean;
  /** `origin` of message events. */
  readonly messageOrigin: "origin" | "url" | "empty";
  /** Whether a connection fails when the server does not choose one of the protocols asked for. */
  readonly checksProtocol: boolean;
  /** Whether `http:` and `https:` URLs are taken as `ws:` and `wss:`. */
  readonly takesHttpUrls: boolean;
  /** Whether the second constructor argument may be an object, such as `{ headers, protocols }`. */
  readonly takesOptions: boolean;
}

/** Chromium where browsers differ. */
const browser: RuntimeQuirks = {
  failureCode: 1006,
  closesFailedConnect: true,
  dropFiresError: false,
  abort: "later",
  errorEvent: "Event",
  errorMessage: "",
  hasCloseEvent: true,
  errorBeforeState: false,
  closeBeforeState: false,
  receivesWhileClosing: false,
  lateSend: "count",
  hasBufferedAmount: true,
  sendError: "InvalidStateError",
  extraCloseCodes: [],
  codeOfLoneReason: null,
  binaryType: "blob",
  resetsBinaryType: false,
  messageOrigin: "origin",
  checksProtocol: true,
  takesHttpUrls: true,
  takesOptions: false,
};

/** Measured with Deno 2.9.6, Bun 1.4.5, Node 22.23.3 and 24.21.0, workerd 2026-04 and Chromium 156. */
const profiles: Readonly<Record<RuntimeProfile, RuntimeQuirks>> = {
  browser,
  deno: {
    ...browser,
    failureCode: 0,
    dropFiresError: true,
    errorEvent: "ErrorEvent",
    errorMessage: "NetworkError: failed to connect to WebSocket",
    receivesWhileClosing: true,
    lateSend: "drop",
    codeOfLoneReason: 1002,
    messageOrigin: "url",
    checksProtocol: false,
    takesOptions: true,
  },
  bun: {
    ...browser,
    errorEvent: "ErrorEvent",
    errorMessage: "WebSocket connection failed: Failed to connect",
    extraCloseCodes: [1001, 1011, 1014],
    codeOfLoneReason: 1000,
    binaryType: "nodebuffer",
    takesOptions: true,
  },
  node22: {
    ...browser,
    closesFailedConnect: false,
    abort: "errors-only",
    errorEvent: "ErrorEvent",
    errorMessage: "Received network error or non-101 status code.",
    hasCloseEvent: false,
    errorBeforeState: true,
    lateSend: "drop",
    codeOfLoneReason: 1005,
    resetsBinaryType: true,
    takesOptions: true,
  },
  node24: {
    ...browser,
    dropFiresError: true,
    abort: "inside-close",
    errorEvent: "ErrorEvent",
    lateSend: "drop",
    codeOfLoneReason: 1000,
    resetsBinaryType: true,
    takesOptions: true,
  },
  workerd: {
    ...browser,
    errorEvent: "ErrorEvent",
    errorMessage: "WebSocket connection failed",
    closeBeforeState: true,
    receivesWhileClosing: true,
    lateSend: "throw",
    hasBufferedAmount: false,
    sendError: "TypeError",
    extraCloseCodes: [1001, 1011, 1014, 2999],
    messageOrigin: "empty",
    checksProtocol: false,
    takesHttpUrls: false,
  },
};

/** The quirks of a runtime. */
export function runtimeQuirks(runtime: RuntimeProfile): RuntimeQuirks {
  if (Object.hasOwn(profiles, runtime)) return profiles[runtime];
  throw new RangeError(
    `Cannot imitate the runtime as 'runtime' must be one of ${Object.keys(profiles).join(", ")}: ` +
      `current value is ${runtime}`,
  );
}
