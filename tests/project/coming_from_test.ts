/** The programs of `docs/coming_from.md`, before and after, do the same on a real server. */

import { assertEquals } from "@std/assert";
import type { ReconnectingWebSocketOptions as RewsOptions } from "npm:@nktkas/rews@4.1.0";
import type usePartySocket from "npm:partysocket@1.3.0/use-ws";
import type { Options as UseWebSocketOptions } from "npm:react-use-websocket@4.13.0";
import type { Options as ReconnectingOptions } from "npm:reconnecting-websocket@4.4.0";
import { blocksOf } from "./blocks.ts";

const document = await Deno.readTextFile(new URL("../../docs/coming_from.md", import.meta.url));
const PROBE = new URL("./coming_from_probe.ts", import.meta.url).pathname;

interface Story {
  /** What the server received, by connection. */
  readonly received: readonly (readonly string[])[];
  /** What the program showed of what the server sent back. */
  readonly shown: readonly string[];
}

/** Plays a program in a process of its own. */
async function play(code: string): Promise<Story> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, code);
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", PROBE, file],
      cwd: new URL("../../", import.meta.url),
    }).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(`Cannot play the program:\n${decoder.decode(stderr)}`);
    return JSON.parse(decoder.decode(stdout));
  } finally {
    await Deno.remove(file);
  }
}

const [FIRST, SECOND] = ["before there is a connection", "while it is down"];
/** A listener of `open` sends first, then what was kept. */
const OURS: Story = {
  received: [["join", FIRST], ["join", SECOND]],
  shown: ["join", FIRST, "join", SECOND],
};
/** These send first what was kept. */
const KEPT_FIRST: Story = {
  received: [[FIRST, "join"], [SECOND, "join"]],
  shown: [FIRST, "join", SECOND, "join"],
};
const PEERS: Readonly<Record<string, Story>> = {
  "reconnecting-websocket 4.4.0": KEPT_FIRST,
  "partysocket 1.3.0": KEPT_FIRST,
  "@nktkas/rews 4.1.0": OURS,
};

/** The part of the document about a peer. */
function sectionOf(peer: string): string {
  const [, section = ""] = document.split(`## ${peer}\n`);
  return section.split("\n## ")[0] ?? "";
}

/** The names of a peer's options: one too many or too few does not compile. */
const names = <Options>(each: Record<keyof Options, true>): string[] => Object.keys(each);

/** Options of its hook, which has those of the client. */
type PartySocketOptions = NonNullable<Parameters<typeof usePartySocket>[2]>;

const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  "reconnecting-websocket 4.4.0": names<ReconnectingOptions>({
    ...{ WebSocket: true, maxReconnectionDelay: true, minReconnectionDelay: true },
    ...{ reconnectionDelayGrowFactor: true, minUptime: true, connectionTimeout: true },
    ...{ maxRetries: true, maxEnqueuedMessages: true, startClosed: true, debug: true },
  }),
  // The others are in the table above.
  "partysocket 1.3.0": names<Omit<PartySocketOptions, keyof ReconnectingOptions>>({
    ...{ shouldReconnectOnClose: true, debugLogger: true, enabled: true },
    ...{ transferEnqueuedMessages: true, onOpen: true, onMessage: true },
    ...{ onClose: true, onError: true },
  }),
  "@nktkas/rews 4.1.0": names<RewsOptions>({
    ...{ maxRetries: true, maxEnqueuedMessages: true, connectionTimeout: true },
    ...{ stableTimeout: true, reconnectionDelay: true, shouldReconnect: true },
  }),
  "react-use-websocket 4.13.0": names<UseWebSocketOptions>({
    ...{ fromSocketIO: true, queryParams: true, protocols: true, share: true, onOpen: true },
    ...{ onClose: true, onMessage: true, onError: true, onReconnectStop: true },
    ...{ shouldReconnect: true, reconnectInterval: true, reconnectAttempts: true },
    ...{ filter: true, retryOnError: true, eventSourceOptions: true, skipAssert: true },
    ...{ heartbeat: true, disableJson: true },
  }),
};

for (const [peer, options] of Object.entries(OPTIONS)) {
  Deno.test(`Every option of ${peer} is in its table of docs/coming_from.md`, () => {
    const cells = sectionOf(peer).match(/^\| [^|]+/gm) ?? [];
    const named: string[] = cells.join().match(/\w+/g) ?? [];
    assertEquals(options.filter((name) => !named.includes(name)), []);
  });
}

for (const [peer, before] of Object.entries(PEERS)) {
  const [old = "", now = ""] = blocksOf(sectionOf(peer));

  Deno.test(`${peer} does what docs/coming_from.md says of it`, async () => {
    assertEquals(await play(old), before);
  });

  Deno.test(`What docs/coming_from.md writes in place of ${peer} does as much`, async () => {
    assertEquals(await play(now), OURS);
  });
}
