/**
 * One client that prints what becomes of it: `hosts_client.mjs JOB`, a JSON object with `client` (the
 * module's URL), `urls` (one for each attempt, the last for all others) and `options`. Prints `dialled`
 * when its dial has left, then `open`, an error's code, and each message; sends `hello` on `open`.
 *
 * @module
 */
import process from "node:process";

const { client, urls, options } = JSON.parse(process.argv[2]);
const { ReconnectingWebSocket } = await import(client);

let calls = 0;
const ws = new ReconnectingWebSocket(() => urls[Math.min(calls++, urls.length - 1)], {
  backoff: () => 50,
  ...options,
});
ws.addEventListener("open", () => {
  console.log("open");
  ws.send("hello");
});
ws.addEventListener("error", ({ error }) => console.log(error.code));
ws.addEventListener("message", ({ data }) => console.log(`message ${data}`));
for (const type of ["unhandledRejection", "uncaughtException"]) {
  process.on(type, (error) => console.log(`${type} ${error}`));
}
// A dial has left when the loop has turned a few times.
setTimeout(() => console.log("dialled"), 50);
process.stdin.on("end", () => process.exit(0)).resume();
