// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
/**
 * The hooks in a page: hydration, StrictMode, a burst, another url, a component that goes in a dial, a
 * countdown.
 *
 * @module
 */
import * as React from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { createHooks } from "@holdfast/websocket/react";

const BURST = 10_000;

const { createElement: h, StrictMode, useState } = React;
const { useCountdown, useStatus, useWebSocket } = createHooks(React);

/** Every socket of the page. */
const sockets = [];
globalThis.WebSocket = class extends WebSocket {
  constructor(...args) {
    super(...args);
    sockets.push(this);
  }
};

const errors = [];
globalThis.addEventListener("error", ({ message }) => errors.push(message));
globalThis.addEventListener("unhandledrejection", ({ reason }) => errors.push(`${reason}`));

const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs));

async function until(what, look) {
  const deadlineMs = performance.now() + 15_000;
  while (!look()) {
    if (performance.now() > deadlineMs) throw new Error(`${what} did not come in time`);
    await sleep(10);
  }
}

/** Shows its status; `use` gets the client at each render. */
function Feed({ url, options, onMessage, use }) {
  const [count, setCount] = useState(0);
  const ws = useWebSocket(url, options, (message) => {
    setCount((before) => before + 1);
    onMessage?.(message);
  });
  const status = useStatus(ws);
  const seconds = useCountdown(ws);
  use?.(ws);
  return h("p", null, `${status?.state ?? "none"} ${seconds ?? "-"} ${count}`);
}

/** A root in the page; `text` is what it shows. */
function mount(props, hydrated) {
  const element = document.createElement("main");
  document.body.append(element);
  const wrapped = (props) => h(StrictMode, null, h(Feed, props));
  let root;
  if (hydrated === undefined) {
    root = createRoot(element);
    root.render(wrapped(props));
  } else {
    element.innerHTML = hydrated;
    const onRecoverableError = (error) => errors.push(`${error}`);
    root = hydrateRoot(element, wrapped(props), { onRecoverableError });
  }
  return {
    show: (props) => root.render(wrapped(props)),
    unmount: () => root.unmount(),
    text: () => element.textContent,
  };
}

async function checkHydration(url, renderToString) {
  if (!renderToString) return null;
  const html = renderToString(h(StrictMode, null, h(Feed, { url })));
  const atRender = sockets.length;
  const page = mount({ url }, html);
  await until("open", () => page.text().startsWith("open"));
  page.unmount();
  return { html, atRender, dialled: sockets.splice(0).length };
}

async function checkBurst(url) {
  const seen = [];
  let ws;
  const page = mount({ url, onMessage: (text) => seen.push(text), use: (it) => ws = it });
  await until("open", () => page.text() === "open - 0");
  const sent = Array.from({ length: BURST }, (_, n) => `${n}`);
  sent.forEach((text) => ws.send(text));
  await until("the end of the burst", () => seen.length >= BURST);
  await until("its last render", () => page.text() === `open - ${BURST}`);
  page.unmount();
  return { inOrder: seen.every((text, n) => text === sent[n]), dialled: sockets.splice(0).length };
}

/** What was queued for an address that refuses is given back, and the next one gets only its own. */
async function checkOtherUrl(url) {
  const undelivered = [];
  const seen = [];
  const options = { onUndelivered: (messages, url) => undelivered.push([...messages, url]) };
  let ws;
  const props = { options, onMessage: (text) => seen.push(text), use: (it) => ws = it };
  const page = mount({ ...props, url: `${url}refused` });
  await until("a wait", () => page.text().startsWith("waiting"));
  ws.send("for the first");
  const former = ws;
  page.show({ ...props, url });
  await until("open", () => page.text().startsWith("open"));
  ws.send("for the second");
  await until("an echo", () => seen.length > 0);
  await former.closed;
  page.unmount();
  sockets.length = 0;
  return { undelivered, seen, isOther: ws !== former };
}

async function checkUnmountInDial(url) {
  const page = mount({ url });
  await until("a dial", () => sockets.length > 0);
  const during = sockets.map(({ readyState }) => readyState);
  page.unmount();
  await until("its end", () => sockets.every(({ readyState }) => readyState === 3));
  await sleep(200);
  return { during, dialled: sockets.splice(0).length };
}

async function checkCountdown(url) {
  let ws;
  const options = { backoff: () => 2_000 };
  const page = mount({ url: `${url}refused`, options, use: (it) => ws = it });
  const shown = [];
  const ticks = setInterval(() => {
    if (shown.at(-1) !== page.text()) shown.push(page.text());
  }, 5);
  await until("a countdown", () => shown.includes("waiting 1 0"));
  await until("the next attempt", () => ws.attempt > 1);
  clearInterval(ticks);
  page.unmount();
  sockets.length = 0;
  return shown.filter((text) => text.startsWith("waiting")).slice(0, 2);
}

/** @returns What came of each check; `renderToString` is null where there is none. */
export async function check(renderToString) {
  const { searchParams } = new URL(location.href);
  const url = searchParams.get("server");
  return {
    hydration: await checkHydration(url, renderToString),
    burst: await checkBurst(url),
    otherUrl: await checkOtherUrl(url),
    unmountInDial: await checkUnmountInDial(searchParams.get("silent")),
    countdown: await checkCountdown(url),
    errors,
  };
}
