/** What a server holds in memory for a session, in a process of its own. */

import { assert } from "@std/assert";

Deno.test("A session takes a few kilobytes of the heap, and no more than its windows allow", async () => {
  const script = new URL("../../../bench/resume/heap.ts", import.meta.url).pathname;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script],
    signal: AbortSignal.timeout(60_000),
  }).output();
  const text = new TextDecoder();
  assert(stdout.length > 0, text.decode(stderr));
  const { idleBytes, largeWindows, smallestWindows } = JSON.parse(text.decode(stdout));
  assert(idleBytes < 8_000, `${idleBytes} bytes at rest`);
  // One window to the client, and two from it; the smallest messages take a third more than they count.
  assert(largeWindows < 3.5, `${largeWindows} windows of large messages`);
  assert(smallestWindows < 5, `${smallestWindows} windows of the smallest messages`);
});
