/**
 * Events of sockets that become those of the client, which happens on Bun only.
 *
 * @module
 */

import { attempt, run } from "../../packaging/command.ts";
import type { Outcome, Row } from "../rows.ts";
import { bun, type Result } from "./runners.ts";

const PROGRAM = new URL("adopted_events.ts", import.meta.url).pathname;

/** The row. */
export const bunEvents: Row = {
  needs: [bun],
  install: "bun",
  async run({ folder }): Promise<Outcome> {
    await Deno.mkdir(folder, { recursive: true });
    const file = `${folder}/events.mjs`;
    const options = ["--lock=deno.lock", "--quiet", "--platform=browser", `--output=${file}`];
    await run([Deno.execPath(), "bundle", ...options, PROGRAM]);
    const { output } = await attempt([bun, file]);
    const results = output.trim().split("\n").map((line): Result => JSON.parse(line));
    return { results, details: `${results.length} cases, one of them 2,000 random scripts` };
  },
};
