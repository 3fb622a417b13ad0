/**
 * The arguments of `close()` and `reconnect()`.
 *
 * @module
 */

import { byteLength } from "../bounded_queue.ts";
import type { CloseArguments } from "../machine/state.ts";
import { domException } from "../platform.ts";

/**
 * Checks the arguments of `close()` as the platform does, before anything changes. A reason needs a
 * code: QUIRK(all runtimes): `close(undefined, reason)` means 1000, 1002, 1005 or a throw.
 *
 * @throws {DOMException} `InvalidAccessError` for a code other than 1000 or 3000-4999, `SyntaxError`
 * for a reason over 123 bytes.
 */
export function checkCloseArguments(code: unknown, reason: unknown): CloseArguments {
  if (code === undefined && reason === undefined) return {};
  const checked = code === undefined ? 1000 : clampToShort(Number(code));
  const text = reason === undefined ? "" : `${reason}`;
  if (checked !== 1000 && !(checked >= 3000 && checked <= 4999)) {
    throw domException(
      `Cannot close as the code must be 1000 or 3000 to 4999: current value is ${checked}`,
      "InvalidAccessError",
    );
  }
  if (byteLength(text) > 123) {
    throw domException(
      `Cannot close as the reason must be at most 123 bytes: current value is ${
        byteLength(text)
      } bytes`,
      "SyntaxError",
    );
  }
  return { code: checked, reason: text };
}

/** Web IDL, `[Clamp] unsigned short`: rounded to the nearest, ties to even; NaN is 0. */
function clampToShort(value: number): number {
  const clamped = Math.min(Math.max(value, 0), 65_535) || 0;
  // Of two equally near, `Math.round` takes the greater.
  return clamped % 2 === 0.5 ? Math.floor(clamped) : Math.round(clamped);
}
