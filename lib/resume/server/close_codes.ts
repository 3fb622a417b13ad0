/**
 * The close codes of a server, as `docs/protocol.md` has them.
 *
 * @module
 */

/** By their reason. */
export const CODES = {
  /** The session has ended. */
  closed: 1000,
  protocolError: 1002,
  noHello: 1008,
  /** Not ready, or too much: come back later. */
  later: 1013,
  /** Another connection goes on with the session: the client stops. */
  resumedElsewhere: 4009,
  /** Another process has the session, or will have it. Unlike 1012, it costs no pause of many seconds. */
  moved: 4010,
  /** The user is not known: the client stops. */
  refused: 4403,
} as const;
