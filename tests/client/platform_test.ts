import { assertEquals, assertThrows } from "@std/assert";
import {
  abortController,
  domException,
  missing,
  PlatformEventTarget,
  soon,
} from "../../lib/platform.ts";
import { without } from "./without.ts";

/** What listeners and polling see of a signal that is aborted twice. */
function abortTwice(controller: AbortController): unknown[] {
  const { signal } = controller;
  const seen: unknown[] = [signal.aborted];
  signal.addEventListener("abort", ({ type, target }) => seen.push(type, target === signal));
  controller.abort("first");
  controller.abort("second");
  return [...seen, signal.aborted, signal.reason];
}

Deno.test("abortController() is the platform's", () => {
  assertEquals(abortController() instanceof AbortController, true);
});

Deno.test("abortController() does without the platform's class what listeners and polling need", () => {
  const expected = abortTwice(new AbortController());
  assertEquals(abortTwice(without("AbortController", abortController)), expected);
  assertEquals(expected, [false, "abort", true, true, "first"]);
});

Deno.test("domException() is a DOMException, or an Error of that name", () => {
  const make = (): DOMException => domException("Cannot do it", "InvalidStateError");
  const bare = without("DOMException", make);
  assertEquals([make() instanceof DOMException, bare instanceof DOMException], [true, false]);
  assertEquals([`${make()}`, `${bare}`], Array(2).fill("InvalidStateError: Cannot do it"));
  assertEquals(bare instanceof Error, true);
});

Deno.test("soon() calls in a microtask, also without queueMicrotask", async () => {
  const log: string[] = [];
  soon(() => log.push("queued"));
  without("queueMicrotask", () => soon(() => log.push("promised")));
  log.push("now");
  await Promise.resolve();
  assertEquals(log, ["now", "queued", "promised"]);
});

Deno.test("PlatformEventTarget is the platform's", () => {
  assertEquals(PlatformEventTarget, EventTarget);
});

Deno.test("missing() names what the platform lacks", () => {
  assertThrows(
    () => {
      throw missing("Event");
    },
    TypeError,
    "Cannot create a ReconnectingWebSocket as this platform has no Event",
  );
});
