import { assert, assertEquals } from "@std/assert";
import { type Rig, rig, type RigOptions } from "./rig.ts";

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

/** A class with a `terminate()`, as Bun's and that of `ws`, which notes the calls. */
function terminable(calls: string[]): Required<RigOptions>["wrap"] {
  return (inner) =>
    class extends inner {
      override close(code?: number, reason?: string): void {
        calls.push("close");
        super.close(code, reason);
      }
      terminate(): void {
        calls.push("terminate");
      }
    };
}

const SILENT: Readonly<Record<string, (it: Rig) => void>> = {
  "a dial that hangs": ({ clock }) => clock.tick(10_000),
  "a connection without a sign of life": ({ server, clock }) => {
    server.accept();
    clock.tick(35_000);
  },
  "a peer that does not answer close()": ({ ws, server, clock }) => {
    server.accept();
    server.closeReply = "never";
    ws.close();
    clock.tick(3_000);
  },
};

for (const [what, play] of Object.entries(SILENT)) {
  Deno.test(`${what} is terminated, where the class can`, () => {
    const calls: string[] = [];
    play(rig({ wrap: terminable(calls), heartbeat: {} }));
    assertEquals(calls.slice(-2), ["close", "terminate"]);
  });
}

const ALIVE: Readonly<Record<string, (it: Rig) => void>> = {
  "what reconnect() leaves": ({ ws, server }) => {
    server.accept();
    ws.reconnect(4_001);
  },
  "a dial that close() stops": ({ ws }) => ws.close(),
  "a connection that the server closed": ({ server }) => {
    server.accept();
    server.close(1001);
  },
  "a dial that online cuts short": ({ network, clock }) => {
    clock.tick(2_000);
    network.online();
  },
};

for (const [what, play] of Object.entries(ALIVE)) {
  Deno.test(`${what} is closed, and never terminated`, () => {
    const calls: string[] = [];
    play(rig({ wrap: terminable(calls), heartbeat: {} }));
    assertEquals(calls, ["close"]);
  });
}
