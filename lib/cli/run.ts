/**
 * Does what a command line says.
 *
 * @module
 */

import { readArguments } from "./arguments.ts";
import { chaos } from "./chaos.ts";
import { Misuse } from "./flags.ts";
import type { Host } from "./host.ts";
import { replay } from "./replay.ts";
import { USAGE, VERSION } from "./usage.ts";
import { watch } from "./watch.ts";

/** Runs the command of a host to its end. Returns the exit code. */
export async function run(host: Host): Promise<number> {
  const command = readArguments(host.args);
  try {
    switch (command.type) {
      case "watch":
        return await watch(command, host);
      case "replay":
        return await replay(command, host);
      case "chaos":
        return await chaos(command, host);
      case "version":
        host.write(`${VERSION}\n`);
        return 0;
      case "help":
        host.write(`${USAGE[command.topic]}\n`);
        return 0;
      case "misuse":
        throw new Misuse(command.message);
    }
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    host.writeError(`${error.message}\nholdfast --help shows how\n`);
    return 2;
  }
}
