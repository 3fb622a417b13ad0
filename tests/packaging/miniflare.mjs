/**
 * Runs a worker in workerd: `node miniflare.mjs JOB`, a JSON object with `modules` (a folder with
 * miniflare), `files` (`[name, path]`, the worker first) and `server` (a WebSocket URL). Prints what
 * the worker answers.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";

const { modules, files, server } = JSON.parse(process.argv[2]);
const { Miniflare } = createRequire(`${modules}/`)("miniflare");
const miniflare = new Miniflare({
  compatibilityDate: "2026-04-01",
  modules: files.map(([name, path]) => ({
    type: "ESModule",
    path: name,
    contents: readFileSync(path, "utf8"),
  })),
});
try {
  const response = await miniflare.dispatchFetch(`http://worker/?server=${server}`);
  console.log(await response.text());
} finally {
  await miniflare.dispose();
}
