/**
 * Runs the program of a user on a package: `node main.mjs FOLDER URL [GLOBAL...]`, where the
 * package is found from the folder and does without these globals. Prints what is not as expected as
 * a JSON array of lines.
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";
import { consume } from "./consumer.js";
import { differences } from "./expected.js";

const [folder, url, ...without] = process.argv.slice(2);
for (const name of without) delete globalThis[name];
const require = createRequire(`${folder}/`);
const found = await consume({
  client: require("@holdfast/websocket"),
  backoff: require("@holdfast/websocket/backoff"),
  testing: require("@holdfast/websocket/testing"),
  trace: require("@holdfast/websocket/trace"),
}, url);
console.log(JSON.stringify(differences(found)));
