/**
 * Where a connection goes: URLs and subprotocols, checked as the platform's constructor does
 * (WHATWG WebSockets, "The WebSocket interface", constructor steps).
 *
 * @module
 */

import { domException } from "../platform.ts";
import type { Page } from "../sources.ts";

/**
 * Resolves a URL against the page's, where there is one, and maps http(s) to ws(s).
 *
 * @param previous The URL before; a function must not lead from wss to ws.
 * @throws {DOMException} `SyntaxError`: not a URL, another scheme, a fragment, or a downgrade.
 * @throws {TypeError} Nothing, or a symbol.
 */
export function readUrl(value: unknown, previous = ""): string {
  // On a page it would be the name of a neighbour: a function that forgot to return.
  if (value === undefined) throw new TypeError("Cannot connect as there must be a URL");
  const { document, location } = globalThis as Page;
  // A template, unlike String(), throws for a symbol, as Web IDL asks.
  const given = `${value}`;
  // QUIRK(React Native): its URL appends what is absolute to the base.
  const base = /^\w+:\/\//.test(given) ? undefined : document?.baseURI ?? location?.href;
  let href: string;
  try {
    href = new URL(given, base).href;
  } catch {
    throw invalid("the URL must be valid and absolute");
  }
  // QUIRK(React Native before 0.86): its URL appends a slash to a path.
  if (href === `${given}/` && /\/.*\/.*\//.test(given)) href = given;
  href = href.replace(/^http/, "ws");
  if (!/^wss?:/.test(href)) throw invalid("the scheme must be ws or wss");
  if (href.includes("#")) throw invalid("the URL must have no fragment");
  if (previous.startsWith("wss:") && href.startsWith("ws:")) {
    throw invalid("the URL must stay wss");
  }
  return href;
}

const NONE: readonly never[] = [];

/**
 * Checks subprotocols: HTTP tokens, each at most once.
 *
 * @throws {DOMException} `SyntaxError`.
 * @throws {TypeError} A symbol.
 */
export function readProtocols(value: unknown): readonly string[] {
  if (value === undefined) return NONE;
  const protocols = isSequence(value)
    ? Array.from(value, (protocol) => `${protocol}`)
    : [`${value}`];
  const areTokens = protocols.every((protocol) => /^[!#-'*+\-.^-z|~0-9A-Z]+$/.test(protocol));
  // QUIRK(Deno, Node, Bun): those that differ in case only are refused, though the standard allows them.
  const areUnique = new Set(protocols.map((it) => it.toLowerCase())).size === protocols.length;
  if (!areTokens || !areUnique) throw invalid("subprotocols must be unique HTTP tokens");
  return protocols;
}

/** Whether Web IDL reads it as a list of subprotocols: any iterable object, not only an array. */
export function isSequence(value: unknown): value is Iterable<unknown> {
  return Object(value) === value && Symbol.iterator in (value as object);
}

/** The URL as it may be logged: without credentials, query or fragment. */
export function redact(href: string): string {
  // A URL percent-encodes what could be mistaken for these delimiters. QUIRK(React Native): its URL
  // leaves the text as it is, so credentials may hold an "@", and a query a line break.
  return href.replace(/^(wss?:\/\/)[^/?#]*@|[?#][^]*/g, "$1");
}

/** The value is left out on purpose: URLs and subprotocols carry tokens. */
function invalid(requirement: string): DOMException {
  return domException(`Cannot connect as ${requirement}`, "SyntaxError");
}
