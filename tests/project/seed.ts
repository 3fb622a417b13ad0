/**
 * Makes all properties repeatable: `SEED=1 deno task test`. Loaded before each test file; without a `SEED`
 * each property draws a fresh one, and prints it if it fails.
 *
 * @module
 */

import fc from "fast-check";

const seed = Deno.env.get("SEED");
if (seed) fc.configureGlobal({ seed: Number(seed) });
