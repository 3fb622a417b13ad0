/**
 * Planted bugs of `./react`.
 *
 * @module
 */

import { type Bug, foundBy } from "./bug.ts";

const PROPERTY = "tests/client/react_property_test.ts";
const UNIT = "tests/client/react_test.ts";

/** Found with the real React. */
export const REACT: readonly Bug[] = [
  foundBy(
    UNIT,
    "a client of a former url is given out",
    "made && made.address === address ? made.ws : null",
    "made && made.ws",
  ),
  foundBy(UNIT, "an empty url is dialled", "url ? `${url}` : null", "url && `${url}`"),
  foundBy(UNIT, "a url that changes changes nothing", "}, [address]);", "}, []);"),
  foundBy(UNIT, "each render makes a client", "}, [address]);", "}, [address, options]);"),
  foundBy(
    UNIT,
    "the first onMessage is called for ever",
    "latest.current = { options, onMessage };",
    "latest.current = { options, onMessage: latest.current.onMessage };",
  ),
  foundBy(
    UNIT,
    "the options of the first render make every client",
    "latest.current = { options, onMessage };",
    "latest.current = { options: latest.current.options, onMessage };",
  ),
  foundBy(PROPERTY, "a client outlives its component", "ws.close();\n        setMade", "setMade"),
  foundBy(UNIT, "a client that is over is given out", "setMade(null);", ""),
  foundBy(UNIT, "StrictMode dials twice", "{ ...options, startPaused: true }", "options"),
  foundBy(UNIT, "a client that is to start paused dials", "!options.startPaused && ws", "ws"),
  foundBy(
    PROPERTY,
    "what was queued for a former url is lost",
    "if (undelivered.length > 0) onUndelivered?.(undelivered, address);",
    "",
  ),
  foundBy(UNIT, "an empty queue is given back", "if (undelivered.length > 0) onUn", "onUn"),
  foundBy(UNIT, "urlFor is not called", "urlFor ? (context", "urlFor === null ? (context", {
    from: "urlFor(address, context) : address",
    to: "address : address",
  }),
  foundBy(UNIT, "decode is not called", "decode ? decode(data) : data", "data"),
  foundBy(
    UNIT,
    "a status that changes is not shown",
    "listen(ws, notify), [ws]",
    "listen(null, notify), [ws]",
  ),
  foundBy(
    UNIT,
    "a countdown of a former client goes on",
    "tick(ws, clock, notify), [ws, clock]",
    "tick(ws, clock, notify), []",
  ),
  foundBy(UNIT, "a countdown stops after a second", "    arm();\n    notify();", "    notify();"),
  foundBy(
    UNIT,
    "a countdown begins with the next event",
    "  arm();\n  return () => {",
    "  return () => {",
  ),
  foundBy(
    UNIT,
    "a countdown renders ten times a second",
    "Math.ceil(leftMs % 1_000) || 1_000",
    "100",
  ),
  foundBy(
    UNIT,
    "a countdown waits no time for a part of a millisecond",
    "Math.ceil(leftMs % 1_000)",
    "(leftMs % 1_000)",
  ),
  foundBy(
    UNIT,
    "a countdown leaves its timer",
    "unsubscribe();\n    clock.clearTimeout(timer);",
    "unsubscribe();",
  ),
  foundBy(
    UNIT,
    "each change starts another countdown",
    "clock.clearTimeout(timer);\n    const leftMs",
    "const leftMs",
  ),
  foundBy(
    UNIT,
    "a countdown rounds down",
    "Math.ceil(leftMs / 1_000)",
    "Math.floor(leftMs / 1_000)",
  ),
  foundBy(UNIT, "a server renders a countdown", "snapshot, nothing", "snapshot, snapshot"),
];
