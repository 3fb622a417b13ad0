/**
 * Planted bugs of `./react`.
 *
 * @module
 */

import { type Bug, bug } from "./bug.ts";

const PROPERTY = "tests/client/react_property_test.ts";
const UNIT = "tests/client/react_test.ts";

/** Found with the real React. */
export const REACT: readonly Bug[] = [
  {
    ...bug(
      "a client of a former url is given out",
      "made && made.address === address ? made.ws : null",
      "made && made.ws",
    ),
    test: UNIT,
  },
  { ...bug("a url that changes changes nothing", "}, [address]);", "}, []);"), test: UNIT },
  {
    ...bug("each render makes a client", "}, [address]);", "}, [address, options]);"),
    test: UNIT,
  },
  {
    ...bug(
      "the first onMessage is called for ever",
      "latest.current = { options, onMessage };",
      "latest.current = { options, onMessage: latest.current.onMessage };",
    ),
    test: UNIT,
  },
  {
    ...bug(
      "the options of the first render make every client",
      "latest.current = { options, onMessage };",
      "latest.current = { options: latest.current.options, onMessage };",
    ),
    test: UNIT,
  },
  {
    ...bug("a client outlives its component", "ws.close();\n        setMade", "setMade"),
    test: PROPERTY,
  },
  {
    ...bug("a client that is over is given out", "setMade(null);", ""),
    test: UNIT,
  },
  {
    ...bug("StrictMode dials twice", "{ ...options, startPaused: true }", "options"),
    test: UNIT,
  },
  {
    ...bug("a client that is to start paused dials", "!options.startPaused && ws", "ws"),
    test: UNIT,
  },
  {
    ...bug(
      "what was queued for a former url is lost",
      "if (undelivered.length > 0) onUndelivered?.(undelivered, address);",
      "",
    ),
    test: PROPERTY,
  },
  {
    ...bug("an empty queue is given back", "if (undelivered.length > 0) onUn", "onUn"),
    test: UNIT,
  },
  {
    ...bug("urlFor is not called", "urlFor ? (context", "urlFor === null ? (context", {
      from: "urlFor(address, context) : address",
      to: "address : address",
    }),
    test: UNIT,
  },
  { ...bug("decode is not called", "decode ? decode(data) : data", "data"), test: UNIT },
  {
    ...bug(
      "a status that changes is not shown",
      "listen(ws, notify), [ws]",
      "listen(null, notify), [ws]",
    ),
    test: UNIT,
  },
  {
    ...bug(
      "a countdown of a former client goes on",
      "tick(ws, clock, notify), [ws, clock]",
      "tick(ws, clock, notify), []",
    ),
    test: UNIT,
  },
  {
    ...bug("a countdown stops after a second", "    arm();\n    notify();", "    notify();"),
    test: UNIT,
  },
  {
    ...bug(
      "a countdown begins with the next event",
      "  arm();\n  return () => {",
      "  return () => {",
    ),
    test: UNIT,
  },
  {
    ...bug(
      "a countdown renders ten times a second",
      "Math.ceil(leftMs % 1_000) || 1_000",
      "100",
    ),
    test: UNIT,
  },
  {
    ...bug(
      "a countdown waits no time for a part of a millisecond",
      "Math.ceil(leftMs % 1_000)",
      "(leftMs % 1_000)",
    ),
    test: UNIT,
  },
  {
    ...bug(
      "a countdown leaves its timer",
      "unsubscribe();\n    clock.clearTimeout(timer);",
      "unsubscribe();",
    ),
    test: UNIT,
  },
  {
    ...bug(
      "each change starts another countdown",
      "clock.clearTimeout(timer);\n    const leftMs",
      "const leftMs",
    ),
    test: UNIT,
  },
  {
    ...bug("a countdown rounds down", "Math.ceil(leftMs / 1_000)", "Math.floor(leftMs / 1_000)"),
    test: UNIT,
  },
  {
    ...bug("a server renders a countdown", "snapshot, nothing", "snapshot, snapshot"),
    test: UNIT,
  },
];
