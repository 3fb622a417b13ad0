/**
 * The command line: watches a server, replays a recorded trace, or breaks a network on purpose.
 *
 * ```sh
 * npx @holdfast/websocket wss://example.com/feed
 * deno run -N jsr:@holdfast/websocket/cli wss://example.com/feed
 * ```
 *
 * `--help` shows the rest.
 *
 * @module
 */

import { exit, platformHost } from "./host.ts";
import { run } from "./run.ts";

/**
 * Runs the command line to its end.
 *
 * @param args Unless given, those of the process.
 * @returns The exit code.
 */
export async function main(args?: readonly string[]): Promise<number> {
  return await run(platformHost(args));
}

if (import.meta.main) void main().then(exit);
