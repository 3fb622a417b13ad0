/**
 * What is decided before there is a connection: the subprotocol, and whether the page may connect.
 *
 * @module
 */

import { PROTOCOL } from "../frames.ts";

/** The answer to an upgrade request. */
export type Upgrade =
  | { readonly protocol: string }
  | { readonly protocol?: undefined; readonly status: 400 | 403; readonly message: string };

/** The part of a server's settings that decides. */
export interface UpgradeSettings {
  readonly protocols: readonly string[] | undefined;
  readonly allowOrigin: ((origin: string) => boolean) | undefined;
  onError(error: unknown): void;
}

/** Reads one header of a request. */
export type HeaderReader = (name: string) => string | null | undefined;

/** Chooses the subprotocol, or refuses. */
export function decideUpgrade(header: HeaderReader, settings: UpgradeSettings): Upgrade {
  if (!isOriginAllowed(header, settings)) {
    return { status: 403, message: "This origin may not connect" };
  }
  const offers = (header("sec-websocket-protocol") ?? "").split(",").map((offer) => offer.trim());
  const protocol = offers.find((offer) => isSpoken(offer, settings.protocols));
  if (protocol !== undefined) return { protocol };
  return { status: 400, message: `The subprotocol must be ${PROTOCOL}` };
}

function isSpoken(offer: string, known: readonly string[] | undefined): boolean {
  const prefix = `${PROTOCOL}+`;
  if (!offer.startsWith(prefix)) return offer === PROTOCOL;
  return known?.includes(offer.slice(prefix.length)) ?? true;
}

/**
 * Browsers send the cookies of a user whatever page connects (cross-site WebSocket hijacking): unless the
 * application decides, a page of another host gets no connection with them.
 */
function isOriginAllowed(
  header: HeaderReader,
  { allowOrigin, onError }: UpgradeSettings,
): boolean {
  const origin = header("origin");
  if (!origin) return true;
  try {
    if (allowOrigin) return allowOrigin(origin);
  } catch (error) {
    // Such as of `new URL("null")`, which any page can make a browser send.
    onError(error);
    return false;
  }
  // RFC 6454 section 6.2: nothing follows the host; a sandboxed page sends "null".
  return !header("cookie") || origin.endsWith(`//${header("host")}`);
}
