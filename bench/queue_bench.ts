import { byteLength, SendQueue } from "../lib/send_queue.ts";

const most = Number.MAX_SAFE_INTEGER;
const ascii = "x".repeat(64);
const long = "x".repeat(16_384);
const emoji = "\u{1F600}".repeat(16);

for (const [name, text] of Object.entries({ "64 ASCII": ascii, "16 Ki ASCII": long, emoji })) {
  Deno.bench({ name: `byteLength() of ${name}`, group: "byteLength" }, () => {
    byteLength(text);
  });
}

for (const waiting of [0, 1_000, 100_000]) {
  const queue = new SendQueue<string>({
    maxMessages: most,
    maxBytes: most,
    overflow: "drop-newest",
  });
  for (let i = 0; i < waiting; i++) queue.add(ascii, ascii.length);
  Deno.bench({ name: `add() and take() with ${waiting} waiting`, group: "queue" }, () => {
    queue.add(ascii, ascii.length);
    queue.take();
  });
}
