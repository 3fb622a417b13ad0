/**
 * The HTTP status behind a refusal: browsers hide why a WebSocket was refused, and the same address often
 * says it to an ordinary request.
 *
 * @example A server that is overloaded says when to come back, and a denied user gets no more attempts
 * ```ts
 * import { ReconnectingWebSocket } from "@holdfast/websocket";
 * import { preflight } from "@holdfast/websocket/preflight";
 *
 * const { url, shouldRetry } = preflight("ws://localhost:8080/feed", {
 *   shouldRetry: (_failure, status) => status === 403 ? false : undefined,
 * });
 * const ws = new ReconnectingWebSocket(url, { shouldRetry });
 * ws.close();
 * ```
 *
 * @module
 */

import { checkNumber, MAX_DELAY_MS } from "./_check.ts";
import type { ConnectContext, Provider, ProviderFunction } from "./features/provider.ts";
import type { Failure, RetryDecision } from "./features/retry.ts";

export type { ReconnectingWebSocketError, ReconnectingWebSocketErrorCode } from "./errors.ts";
export type { ConnectContext, Failure, Provider, ProviderFunction, RetryDecision };

/** How a request is made. */
export interface PreflightRequest {
  /** Never from a cache. */
  readonly cache: "no-store";
  /** Whether cookies go along. */
  readonly credentials: "omit" | "same-origin" | "include";
  /** A WebSocket follows no redirect. */
  readonly redirect: "manual";
  /** Aborted when the answer is known, comes too late or is of no use any more. */
  readonly signal: AbortSignal;
}

/** What is read of an answer. */
export interface PreflightResponse {
  /** The HTTP status; 0 for a redirect, in browsers. */
  readonly status: number;
  /** For `Retry-After`. */
  readonly headers: { get(name: string): string | null };
}

/** Options of {@linkcode preflight}. */
export interface PreflightOptions {
  /**
   * Makes the request.
   *
   * @default {the platform's}
   */
  fetch?: (url: string, request: PreflightRequest) => Promise<PreflightResponse>;
  /**
   * Whether cookies go along.
   *
   * @default {"omit"} A server that allows any origin refuses requests with credentials.
   */
  credentials?: PreflightRequest["credentials"];
  /**
   * How long an answer is waited for; then the attempt goes on. Less than `connectTimeoutMs`, as the dial
   * must fit into that, too.
   *
   * @default {3_000} What is not answered by then is no server that refuses.
   */
  timeoutMs?: number;
  /**
   * As the option of the client, with what HTTP said in the attempt that failed: null where it said
   * nothing, or no request was made.
   */
  shouldRetry?: (failure: Failure, status: number | null) => RetryDecision;
}

/** Both belong to one client. */
export interface Preflight {
  /** Pass it as the client's URL. */
  readonly url: ProviderFunction<string | URL>;
  /** Pass it as the client's `shouldRetry`: without it no request is ever made. */
  readonly shouldRetry: (failure: Failure) => RetryDecision;
}

/** What an attempt fails with when the server says when to come back: the `cause` of `provider-failed`. */
export interface PreflightError extends Error {
  /** 429 or 503. */
  readonly status: number;
  /** What `Retry-After` says; the client bounds it by `maxDelayMs`. */
  readonly retry: { readonly delayMs: number };
}

/**
 * Looks by HTTP why a dial was refused, before the next one.
 *
 * After an attempt that failed before it was open and without a close frame, the next attempt begins with
 * a request to the same address; at most every second attempt does, and none from a close with 1012 or
 * 1013 until the client was open again: a server that restarts has enough to do.
 *
 * The attempt fails only if the answer is 429 or 503 with a `Retry-After`, and the wait is what that says.
 * After any other answer, or none, it goes on: the server may not speak HTTP at this address, forbid the
 * request to other origins, or refuse it for want of a cookie, and still accept a WebSocket. Only if the
 * dial fails as well does `shouldRetry` get the status, and decides.
 *
 * A token in the URL that is good for one use is used up by the request. A page sees an answer of another
 * origin only if that allows it (`Access-Control-Allow-Origin`), and its `Retry-After` only if it is
 * exposed (`Access-Control-Expose-Headers`).
 *
 * @param url As for the client; a function is called before every attempt.
 * @throws {TypeError} `timeoutMs` is no number.
 * @throws {RangeError} `timeoutMs` is negative, NaN or longer than a timer can be.
 */
export function preflight(
  url: Provider<string | URL>,
  options: PreflightOptions = {},
): Preflight {
  checkNumber("preflight", "timeoutMs", options.timeoutMs ?? 0, 0);
  let status: number | null = null;
  let isDue = false;
  let wasMade = false;
  let isRestarting = false;
  return {
    async url(context): Promise<string | URL> {
      status = null;
      const target = typeof url === "function" ? await url(context) : url;
      // An answer that comes too late serves no attempt.
      if (!isDue || context.signal.aborted) return target;
      isDue = false;
      wasMade = true;
      const answer = await request(`${target}`, options, context.signal);
      status = answer?.status || null;
      const delayMs = status === 429 || status === 503 ? delayOf(answer) : 0;
      if (!(delayMs > 0)) return target;
      throw Object.assign(new Error(`Cannot connect as the server answers ${status}`), {
        status,
        retry: { delayMs },
      });
    },
    shouldRetry(failure): RetryDecision {
      const { code, wasOpen } = failure;
      const isRestart = code === 1012 || code === 1013;
      if (wasOpen || isRestart) isRestarting = isRestart;
      isDue = !wasOpen && code === 1006 && !isRestarting && !wasMade;
      wasMade = false;
      const seen = status;
      status = null;
      return options.shouldRetry?.(failure, seen);
    },
  };
}

/** The answer; null if there is none that is of use. */
async function request(
  url: string,
  { fetch = globalThis.fetch, credentials = "omit", timeoutMs = 3_000 }: PreflightOptions,
  signal: AbortSignal,
): Promise<PreflightResponse | null> {
  let controller: AbortController | undefined;
  let giveUp: (() => void) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<null>((resolve) => {
      giveUp = () => resolve(null);
      timer = setTimeout(giveUp, timeoutMs);
      signal.addEventListener("abort", giveUp);
    });
    controller = new AbortController();
    const answer = fetch(url.replace(/^ws/i, "http"), {
      cache: "no-store",
      credentials,
      redirect: "manual",
      signal: controller.signal,
    });
    return await Promise.race([answer, late]);
  } catch {
    // Forbidden, refused, no HTTP, or no `fetch`: the dial will show.
    return null;
  } finally {
    clearTimeout(timer);
    if (giveUp) signal.removeEventListener("abort", giveUp);
    // Nothing is read of the body.
    controller?.abort();
  }
}

/** RFC 9110, 10.2.3: seconds or a date; NaN for anything else. */
function delayOf(answer: PreflightResponse | null): number {
  const text = answer?.headers.get("Retry-After")?.trim() ?? "";
  const delayMs = /^\d+$/.test(text)
    ? Number(text) * 1_000
    : /GMT$/.test(text)
    ? Date.parse(text) - Date.now()
    : NaN;
  return Math.min(delayMs, MAX_DELAY_MS);
}
