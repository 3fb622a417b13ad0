// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: a user's program
/**
 * Loads every entry point with `require()` and does what users do: `node require.cjs URL`, run where
 * the package is installed. Prints what is not as expected as a JSON array of lines.
 *
 * @module
 */
const process = require("node:process");

const client = require("@holdfast/websocket");
const backoff = require("@holdfast/websocket/backoff");
const testing = require("@holdfast/websocket/testing");
const trace = require("@holdfast/websocket/trace");

async function main() {
  const imported = await import("@holdfast/websocket");
  const { consume } = await import("./consumer.js");
  const { differences } = await import("./expected.js");
  const wrong = differences(
    await consume({ client, backoff, testing, trace }, process.argv[2]),
  );
  if (imported.ReconnectingWebSocket !== client.ReconnectingWebSocket) wrong.push("two classes");
  console.log(JSON.stringify(wrong));
}

main();
