/**
 * Planted bugs of the command line.
 *
 * @module
 */

import { type Bug, foundBy } from "./bug.ts";

/** A bug that one of the tests of the command line must find. */
function found(test: string, ...planted: [name: string, from: string, to: string]): Bug {
  return foundBy(`tests/client/cli/${test}_test.ts`, ...planted);
}

export const COMMAND_LINE: readonly Bug[] = [
  found(
    "arguments",
    "a flag that is a name of Object's is known",
    "const arity = Object.hasOwn(flags, name) ? flags[name] : undefined;",
    "const arity = flags[name];",
  ),
  found(
    "text",
    "a message drives the terminal",
    "[\\u0000-\\u001f\\u007f-\\u009f",
    "[\\u0000-\\u001f\\u007f-\\u009a",
  ),
  found(
    "text",
    "JSON loses what follows an escaped quote",
    '/"(?:[^"\\\\]|\\\\[^])*"|',
    '/"[^"]*"|',
  ),
  found(
    "text",
    "a line that comes in two pieces becomes two",
    'const lines = (this.#rest + (text ?? "")).split',
    'const lines = (text ?? "").split',
  ),
  found(
    "frames",
    "a frame of more than 64 KiB ends early",
    "sum * 256 + byte, 0)",
    "(sum * 256 + byte) % 65_536, 0)",
  ),
  found(
    "chaos_link",
    "a shorter delay lets messages overtake",
    "this.#waiting.push({ bytes,",
    "this.#waiting[this.#weather.delayMs < 100 ? 'unshift' : 'push']({ bytes,",
  ),
  found(
    "chaos_link",
    "a socket that speaks TLS is reset",
    "socket.resetAndDestroy && !socket.encrypted",
    "socket.resetAndDestroy",
  ),
  found(
    "watch",
    "closing while waiting counts as a failed attempt",
    "    if (openAtMs === null) return null;",
    "    if (openAtMs === null) return this.fail(), null;",
  ),
  found(
    "watch",
    "an attempt that failed is called by the number of the next",
    "    const attempt = this.#attempt;",
    "    const { attempt } = this.#client;",
  ),
];
