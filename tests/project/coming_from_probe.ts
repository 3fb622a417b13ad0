/**
 * Plays one chat program of `docs/coming_from.md`, the path of which is the argument, against a server
 * that is cut off in the middle, and prints what the server received and what the program showed.
 *
 * It is a process of its own because some clients leave timers behind.
 *
 * @module
 */

import { UpgradeServer } from "../platforms/real/servers.ts";

/** What the document's programs export. */
interface Chat {
  say(line: string): void;
  leave(): void;
}

const LIMIT_MS = 20_000;

const received: string[][] = [];
const shown: string[] = [];
let live = 0;
let cut = (): void => {};
let changed = Promise.withResolvers<void>();
const change = (): void => {
  changed.resolve();
  changed = Promise.withResolvers();
};

const late = setTimeout(() => {
  console.error("Cannot go on: the program shows nothing more", received, shown);
  Deno.exit(1);
}, LIMIT_MS);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await changed.promise;
}

let refused = false;
await using server = await UpgradeServer.start((upgrade) => {
  if (upgrade === 1) {
    // The client has noticed: what is said from now on is said while it is down.
    refused = true;
    change();
    return 503;
  }
  return (socket) => {
    const lines: string[] = [];
    received.push(lines);
    cut = () => socket.terminate();
    socket.on("message", (data) => {
      lines.push(String(data));
      socket.send(String(data));
    });
    socket.on("close", () => {
      live--;
      change();
    });
    live++;
  };
});

const { openChat } = await import(`file://${Deno.args[0]}`) as {
  openChat(url: string, show: (line: string) => void): Chat;
};
const chat = openChat(server.url, (line) => {
  shown.push(line);
  change();
});
chat.say("before there is a connection");
await until(() => shown.length === 2);
cut();
await until(() => refused);
chat.say("while it is down");
await until(() => shown.length === 4);
chat.leave();
await until(() => live === 0);

console.log(JSON.stringify({ received, shown }));
clearTimeout(late);
Deno.exit(0);
