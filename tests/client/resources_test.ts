import { assert, assertEquals } from "@std/assert";
import { rig } from "./rig.ts";

Deno.test("10,000 reconnects leave no more listeners and timers than one", () => {
  const listeners = { now: 0, most: 0, ofOneSocket: 0 };
  const it = rig({
    wrap: (inner) =>
      class extends inner {
        #own = 0;
        override addEventListener(type: string, listener: EventListener): void {
          listeners.ofOneSocket = Math.max(listeners.ofOneSocket, ++this.#own);
          super.addEventListener(type, listener);
        }
      },
  });
  let mostTimers = 0;
  for (let n = 0; n < 10_000; n++) {
    const { server } = it;
    if (n % 3 > 0) server.accept();
    if (n % 3 === 1) server.close(1001);
    else server.drop();
    mostTimers = Math.max(mostTimers, it.clock.pending.length);
    it.clock.next();
  }
  assertEquals(it.network.connections.length, 10_001);
  assertEquals([listeners.ofOneSocket, mostTimers, it.network.hintListeners], [4, 1, 1]);
});

Deno.test("10,000 reconnects do not grow the heap", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-check",
      // Code that is compiled meanwhile would count, some 30 kB more or less from run to run.
      "--v8-flags=--expose-gc,--jitless",
      new URL("./heap_probe.ts", import.meta.url).pathname,
    ],
    stderr: "inherit",
  }).output();
  const { opens, grownBytes } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(opens, 11_000);
  // Less than a byte for ten: nothing is kept.
  assert(grownBytes < 1_024, `grown by ${grownBytes} bytes`);
});
