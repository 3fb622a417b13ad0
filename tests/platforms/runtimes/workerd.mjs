// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: run by Node and browsers as it is
/**
 * Starts workerd through miniflare: `node workerd.mjs JOB`, a JSON object with the job for
 * worker.mjs and `modules` (a folder with miniflare), `worker` and `client` (bundles), and
 * `keeper`: true for the Durable Object. Prints one line of JSON for each result.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { setTimeout } from "node:timers/promises";

const { modules, worker, client, keeper, ...job } = JSON.parse(process.argv[2]);
const { Miniflare } = createRequire(`${modules}/`)("miniflare");
const POLL_MS = 200;

const miniflare = new Miniflare({
  compatibilityDate: "2026-04-01",
  modules: [
    { type: "ESModule", path: "worker.mjs", contents: readFileSync(worker, "utf8") },
    { type: "ESModule", path: "holdfast", contents: readFileSync(client, "utf8") },
  ],
  durableObjects: { KEEPER: "Keeper" },
});
// The parent ends this process by closing its input: workerd must go with it.
process.stdin.on("end", () => miniflare.dispose().finally(() => process.exit(1))).resume();

async function ask(path, init) {
  const response = await miniflare.dispatchFetch(`http://worker${path}`, init);
  if (!response.ok) throw new Error(await response.text());
  return response;
}

async function runInRequest() {
  const response = await ask("/", { method: "POST", body: JSON.stringify(job) });
  print(await response.json());
}

async function runInDurableObject() {
  await ask("/keeper", { method: "POST", body: JSON.stringify(job) });
  for (;;) {
    const results = await (await ask("/keeper")).json();
    print(results);
    if (results.at(-1)?.done) return;
    await setTimeout(POLL_MS);
  }
}

function print(results) {
  for (const result of results) console.log(JSON.stringify(result));
}

await (keeper ? runInDurableObject() : runInRequest());
await miniflare.dispose();
process.exit(0);
