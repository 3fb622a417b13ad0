/** Prints how much the heap has grown over 10,000 reconnects: for a process with `--expose-gc`. */

import { ReconnectingWebSocket, type Sources } from "../../mod.ts";

const RECONNECTS = 10_000;
const { gc } = globalThis as unknown as { gc: () => void };

/** A socket that nobody but its client holds; it opens and is lost at once. */
class Fleeting extends EventTarget {
  binaryType = "blob";
  readyState = 1;
  readonly url = "";
  readonly protocol = "";
  readonly extensions = "";
  readonly bufferedAmount = 0;
  constructor() {
    super();
    void this.#live();
  }
  async #live(): Promise<void> {
    await undefined;
    this.dispatchEvent(new Event("open"));
    this.dispatchEvent(new MessageEvent("message", { data: "hello" }));
    for (let turn = 0; turn < 10; turn++) await undefined;
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code: 1006 }));
  }
  send(): void {}
  close(): void {}
}

/** The one timer that is armed. */
let timer: (() => void) | null = null;
const sources: Partial<Sources> = {
  WebSocket: Fleeting as unknown as Sources["WebSocket"],
  clock: {
    now: () => 0,
    setTimeout: (callback) => timer = callback,
    clearTimeout: () => timer = null,
  },
  connectivity: null,
};

let opens = 0;
const ws = new ReconnectingWebSocket("ws://example.com", {
  sources,
  handshake: async ({ receive }) => {
    await receive();
  },
});
ws.addEventListener("open", () => opens++);

/** Lives through so many connections, and returns the heap's size. */
async function live(connections: number): Promise<number> {
  for (const end = opens + connections; opens < end;) {
    await undefined;
    if (ws.state === "waiting") timer?.();
  }
  gc();
  return Deno.memoryUsage().heapUsed;
}

const before = await live(1_000);
const after = await live(RECONNECTS);
// deno-lint-ignore no-console -- the answer to who started this
console.log(JSON.stringify({ opens, grownBytes: after - before }));
