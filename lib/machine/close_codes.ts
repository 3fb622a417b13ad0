/**
 * What a close code says about retrying, as one table.
 *
 * Codes below 3000 are of RFC 6455 section 7.4.1 and the IANA registry "WebSocket Close Code Number";
 * 3000 and 3003 are registered there too, and 44xx is the custom of naming an HTTP status.
 *
 * | code           | retried?                 | why                                                             |
 * | -------------- | ------------------------ | --------------------------------------------------------------- |
 * | 1000           | yes                      | the server is done with this connection, the user is not        |
 * | 1001           | yes                      | the server, or its process, goes away                           |
 * | 1002           | yes                      | protocol error: proxies cause it in passing                     |
 * | 1003, 1007     | yes                      | one message was refused, and it is not sent again               |
 * | 1005, 1006     | yes                      | no close frame, or none with a code: the network                |
 * | 1008           | with a provider or handshake, first after 2-4 x initial delay | policy violation: an expired token, mostly; also slow consumers and rate limits |
 * | 1009           | yes                      | one message was too big, and it is not sent again               |
 * | 1010           | no                       | the server lacks an extension that the client demands           |
 * | 1011, 1014     | yes                      | an internal error or a bad gateway passes                       |
 * | 1012           | yes, first after 5-30 s  | service restart: the registration asks for this randomised wait |
 * | 1013           | yes, first after 2-4 x initial delay | try again later: overload wants a longer first wait |
 * | 1015           | yes                      | TLS failure: mostly the network (captive portals)               |
 * | 3000, 4401     | with a provider or handshake | unauthorized: only a fresh token can cure it                |
 * | 3003, 4403     | no                       | forbidden                                                       |
 * | 4400, 4404, 4410 | no                     | bad request, not found, gone                                    |
 * | all others     | yes                      | what is not known to be permanent is worth another try          |
 *
 * @module
 */

const FATAL: readonly number[] = [1010, 3003, 4400, 4403, 4404, 4410];
/** What a fresh token may cure; 1008 is what common server frameworks close an expired one with. */
export const UNAUTHORIZED: readonly number[] = [1008, 3000, 4401];

/**
 * Whether a connection closed with `code` is worth another attempt.
 *
 * @param canRefresh Whether a provider or a handshake may bring a new token.
 */
export function isRetryable(code: number, canRefresh: boolean): boolean {
  return !FATAL.includes(code) && (canRefresh || !UNAUTHORIZED.includes(code));
}

/** A range of delays in milliseconds to draw from. */
export type DelayRange = readonly [minMs: number, maxMs: number];

/**
 * The range for the first retry after `code`, or null where the backoff policy decides. It lies
 * within `maxDelayMs` as a whole: a delay clamped after the draw would bring clients back together.
 */
export function pacing(
  code: number,
  initialDelayMs: number,
  maxDelayMs: number,
): DelayRange | null {
  if (code === 1012) return within(5_000, 30_000, maxDelayMs);
  if (code === 1013 || code === 1008) {
    return within(2 * initialDelayMs, 4 * initialDelayMs, maxDelayMs);
  }
  return null;
}

/**
 * The range for a server's hint: a half more at most, so that equal hints do not make a herd. With a
 * quarter, the slowest hundredth of a fleet would wait half as long again (`bench/fleet.md`).
 */
export function hintRange(hintMs: number, maxDelayMs: number): DelayRange {
  return within(hintMs, 1.5 * hintMs, maxDelayMs, 2 / 3);
}

function within(minMs: number, maxMs: number, limitMs: number, share = 0.5): DelayRange {
  return [Math.min(minMs, limitMs * share), Math.min(maxMs, limitMs)];
}
