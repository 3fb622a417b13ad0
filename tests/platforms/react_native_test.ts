/** What is particular about React Native; its own classes run in `tests/platforms/runtimes`. */

import { assertEquals } from "@std/assert";
import { inRealm } from "./realm.ts";

/** What the realm has seen. */
const seen = await inRealm("react_native") as Record<string, unknown>;

Deno.test("FakeConnection.send() gives an ArrayBuffer where no Blob can be made of bytes", () => {
  assertEquals(seen["bytes"], new Uint8Array([1, 2]).buffer);
});

Deno.test("a close of React Native is clean if a close frame brought its code", () => {
  const lost = ["0 error connection-lost", "0 close 1006 unclean connection-lost retry"];
  assertEquals(seen["closes"], {
    aCode: ["0 close 4000 bye clean - retry"],
    noCode: ["0 close 1005 clean - retry"],
    anEndThatTheServerTells: ["0 close 1001 going away clean - retry"],
    aStreamThatEndsOnIos: [
      "0 error connection-lost",
      "0 close 1006 Stream end encountered unclean connection-lost retry",
    ],
    aFailure: [
      "0 error connection-lost",
      "0 close 1006 Connection reset unclean connection-lost retry",
    ],
    aFailureWithACode: ["0 error connection-lost", "0 close 1001 unclean connection-lost retry"],
    nothing: lost,
    aDropWithoutAnError: lost,
  });
});

Deno.test("what a message listener throws is written, as React Native's own dispatch does", () => {
  assertEquals(seen["thrown"], ["Error: a bug in a listener"]);
});

Deno.test("a capturing listener that stops a message keeps it from the others", () => {
  assertEquals(seen["stopped"], ["capturing"]);
});
