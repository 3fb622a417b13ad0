// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * The suite in Deno, Bun and Node: `entry.mjs JOB`, a JSON object with what `run()` takes, but
 * `client` the URL of the module, and `ws` a folder with the `ws` package to inject instead of the
 * platform's class. Prints one line of JSON for each result.
 *
 * @module
 */
import process from "node:process";
import { run } from "./suite.mjs";

const { client, ws, ...job } = JSON.parse(process.argv[2]);

/** Bun has an imitation of `ws` of its own, hence only where asked for. */
async function injected() {
  if (!ws) return {};
  const { createRequire } = await import("node:module");
  const { WebSocket } = createRequire(`${ws}/`)("ws");
  return { WebSocket };
}

// Without its parent nobody reads the results.
process.stdin.on("end", () => process.exit(1)).resume();

const print = (value) => console.log(JSON.stringify(value));
await run({ ...job, ...await injected(), client: await import(client), onResult: print });
print({ done: true });
// A client that a failed case left behind must not keep the process alive.
process.exit(0);
