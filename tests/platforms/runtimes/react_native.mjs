/**
 * Runs a bundle of metro in Node as React Native would: `react_native.mjs JOB`. The bundle has a
 * global scope of its own with the language and what React Native's native side supplies, and nothing
 * else of Node; its native modules are those of `react_native_sockets.mjs`. Prints one line of JSON for
 * each result.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import vm from "node:vm";
import { nativeModules } from "./react_native_sockets.mjs";

const { client, ws, platform, ...job } = JSON.parse(process.argv[2]);
const { WebSocket } = createRequire(`${ws}/`)("ws");
const print = (value) => console.log(JSON.stringify(value));
// Native events come to JavaScript later, in their order.
const emit = (name, body) => setImmediate(() => scope.__rctDeviceEventEmitter.emit(name, body));
/** React Native's is built on its XMLHttpRequest and takes any signal; Node's refuses what is not its own. */
const fetchByAnySignal = (url, { signal, ...init } = {}) => {
  const controller = new AbortController();
  signal?.addEventListener("abort", () => controller.abort());
  return fetch(url, { ...init, signal: controller.signal });
};
const modules = nativeModules(platform, WebSocket, emit);
const scope = vm.createContext({
  ...{ clearInterval, clearTimeout, console, performance, queueMicrotask, setInterval },
  fetch: fetchByAnySignal,
  setTimeout,
  // The suite watches here for what escapes.
  process,
  navigator: { product: "ReactNative" },
  nativeModuleProxy: {},
  __turboModuleProxy: (name) => modules[name] ?? null,
});
vm.runInContext("var global = globalThis, self = globalThis, window = globalThis;", scope);

// Without its parent the results go nowhere.
process.stdin.on("end", () => process.exit(1)).resume();
vm.runInContext(readFileSync(client, "utf8"), scope, { filename: "bundle.js" });
await scope.runSuite({ ...job, onResult: print });
print({ done: true });
// A client that a failed case left behind must not keep the process alive.
process.exit(0);
