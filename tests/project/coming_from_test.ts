/** The programs of `docs/coming_from.md`, before and after, do the same on a real server. */

import { assertEquals } from "@std/assert";
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

for (const [peer, before] of Object.entries(PEERS)) {
  const [, section = ""] = document.split(`## ${peer}\n`);
  const [old = "", now = ""] = blocksOf(section.split("\n## ")[0] ?? "");

  Deno.test(`${peer} does what docs/coming_from.md says of it`, async () => {
    assertEquals(await play(old), before);
  });

  Deno.test(`What docs/coming_from.md writes in place of ${peer} does as much`, async () => {
    assertEquals(await play(now), OURS);
  });
}
