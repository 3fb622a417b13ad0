/**
 * The close codes of a server, as `docs/protocol.md` has them.
 *
 * @module
 */

/** The session has ended. */
export const CLOSED = 1000;
export const PROTOCOL_ERROR = 1002;
export const NO_HELLO = 1008;
/** Not ready, or too much: come back later. */
export const LATER = 1013;
/** Another connection goes on with the session: the client stops. */
export const RESUMED_ELSEWHERE = 4009;
/** Another process has the session, or will have it. Unlike 1012, it costs no pause of many seconds. */
export const MOVED = 4010;
/** The user is not known: the client stops. */
export const REFUSED = 4403;
