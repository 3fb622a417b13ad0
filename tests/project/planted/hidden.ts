/**
 * Planted bugs of `./hidden`.
 *
 * @module
 */

import { type Bug, bug } from "./bug.ts";

/** Found by the property. */
export const HIDDEN: readonly Bug[] = [
  bug("a hidden client dials on", "isOurs = true;\n    ws.pause();", ""),
  bug("a client is paused too early", "if (leftMs > 0) return", "if (leftMs > 5_000) return"),
  bug(
    "a client is paused while its page is shown",
    "if (!isHidden && hiddenAtMs === null) return;",
    "if (!isHidden) hiddenAtMs ??= clock.now() - afterMs;",
    {
      from: "if (!isHidden) {\n      hiddenAtMs = null;",
      to: "if (false) {\n      hiddenAtMs = null;",
    },
  ),
  bug("an open connection is dropped", 'state === "open" && !close && !isCached', "false"),
  bug(
    "a loss while hidden is not noticed",
    'if (state === "waiting" || isOver()) update();',
    "if (isOver()) update();",
    { from: "else if (isHidden) arm(update, 0);", to: "" },
  ),
  bug("any pause is resumed", "if (isOurs) arm(resume", "if (true) arm(resume", {
    from: "if (isOurs && ws.state",
    to: "if (ws.state",
  }),
  bug("a pause is never resumed", "if (isOurs) arm(resume, SPREAD_MS * random());", ""),
  bug(
    "a page that is hidden again is resumed",
    "    disarm();\n    if (!isHidden) {",
    "    if (!isHidden) {",
  ),
  bug(
    "a pause after the user's resume() is taken for its own",
    "isOurs = false;\n      if (isHidden)",
    "if (isHidden)",
  ),
  bug("the user's resume() is undone at once", "if (isHidden) hiddenAtMs = clock.now();", ""),
  bug(
    "the user's reconnect() of an open client is undone at once",
    'previous === "paused" || previous === "open" && state === "connecting"',
    'previous === "paused"',
  ),
  bug(
    "a call is followed before its events are known",
    "else if (isHidden) arm(update, 0);",
    "else update();",
  ),
  bug(
    "the cache is like any hidden page",
    "isCached ? 0 : hiddenAtMs + afterMs - nowMs",
    "hiddenAtMs + afterMs - nowMs",
  ),
  bug(
    "a page from the cache stays paused",
    "isCached = false;\n    update();",
    "isCached = false;",
  ),
  bug("a client that is over is followed", "if (isOver()) return release();", ""),
  bug(
    "release() leaves a listener",
    'document?.removeEventListener("visibilitychange", update);',
    "",
  ),
  bug(
    "release() leaves a timer",
    "disarm();\n    ws.removeEventListener",
    "ws.removeEventListener",
  ),
].map((bug) => ({ ...bug, test: "tests/client/hidden_property_test.ts" }));

/** Found by a test of one behaviour. */
export const PAGES: readonly Bug[] = [
  bug(
    "a clock that is set back prolongs the wait",
    "hiddenAtMs = Math.min(hiddenAtMs ?? nowMs, nowMs);",
    "hiddenAtMs ??= nowMs;",
  ),
  bug("all pages come back at one moment", "SPREAD_MS * random()", "SPREAD_MS"),
  bug(
    "a page that is hidden already is not seen",
    '"pageshow", onPageShow);\n  update();',
    '"pageshow", onPageShow);',
  ),
  bug(
    "nothing is done by `using`",
    "Reflect.set(release, Symbol.dispose",
    "Reflect.set({}, Symbol.dispose",
  ),
  bug("a place without a document is a page", "if (!document) return release as Release;", ""),
].map((bug) => ({ ...bug, test: "tests/client/hidden_test.ts" }));
