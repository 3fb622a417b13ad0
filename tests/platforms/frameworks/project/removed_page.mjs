// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
/**
 * A page that takes a frame and a worker away while clients live in them, and goes on using those of
 * the frame.
 *
 * @module
 */
import { ReconnectingWebSocket } from "@holdfast/websocket";
import { leaveBehind } from "./left_behind.mjs";

const LATER_MS = 1_500;
const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));
const { searchParams } = new URL(location.href);
const targets = [searchParams.get("server"), searchParams.get("refused")];

/** For the frame, whose realm is then that of the library, too. */
globalThis.leave = () => leaveBehind(ReconnectingWebSocket, ...targets);

/** @returns What escaped, what was thrown, and what was dispatched. */
export async function result() {
  const worker = new Worker("/worker.js");
  const left = new Promise((resolve) => worker.onmessage = resolve);
  worker.postMessage(targets);
  await left;
  worker.terminate();
  return await removeFrame();
}

async function removeFrame() {
  const frame = document.createElement("iframe");
  frame.src = `/frame${location.search}`;
  const loaded = new Promise((resolve) => frame.onload = resolve);
  document.body.append(frame);
  await loaded;
  const { contentWindow } = frame;
  const escaped = [];
  for (const realm of [globalThis, contentWindow]) {
    realm.addEventListener("error", ({ message }) => escaped.push(message));
    realm.addEventListener("unhandledrejection", ({ reason }) => escaped.push(`${reason}`));
  }
  const { clients, dispatched } = await contentWindow.leave();
  frame.remove();
  dispatched.clear();
  await sleep(LATER_MS);
  const before = [...dispatched].sort();
  dispatched.clear();
  const thrown = [];
  const uses = [
    (ws) => ws.send("too late"),
    (ws) => ws.state === "closing" || ws.reconnect(),
    (ws) => ws.close(),
  ];
  for (const ws of clients) {
    for (const use of uses) {
      try {
        use(ws);
      } catch (error) {
        thrown.push(`${use}: ${error}`);
      }
    }
  }
  await sleep(LATER_MS);
  return { escaped, thrown, before, after: [...dispatched].sort() };
}
