// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
/**
 * A recipe of `docs/frameworks.md`, through a loss, another url and the end of its component.
 *
 * @module
 */
import { watchCountdown } from "./countdown.mjs";

const errors = [];
globalThis.addEventListener("error", ({ message }) => errors.push(message));

async function until(what, look) {
  const deadlineMs = performance.now() + 15_000;
  while (!look()) {
    if (performance.now() > deadlineMs) throw new Error(`${what} did not come in time`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * @param mount Makes a component, or promises one, that has a client for a url: `{ ws(), shown(), setUrl(url), unmount() }`,
 * where `shown()` is the text that it renders, the state or `none`.
 * @returns What came of it.
 */
export async function check(mount) {
  const url = new URL(location.href).searchParams.get("server");
  const seen = [];
  const options = { backoff: () => 1_500 };
  const component = await mount(null, (data) => seen.push(data), options);
  const shows = (text) => until(`"${text}"`, () => component.shown() === text);
  await shows("none");
  component.setUrl(url);
  await shows("open");
  const former = component.ws();
  former.send("first");
  await until("an echo", () => seen.length === 1);
  const seconds = [];
  const stop = watchCountdown(former, (it) => it !== seconds.at(-1) && seconds.push(it));
  former.send("kill");
  await shows("waiting");
  await shows("open");
  stop();
  component.setUrl(`${url}other`);
  await until("another client", () => component.ws() && component.ws() !== former);
  await shows("open");
  const newer = component.ws();
  newer.send("second");
  await until("an echo", () => seen.length === 2);
  component.unmount();
  await Promise.all([former.closed, newer.closed]);
  // 0 shows only if the timer of the client is late.
  return { seen, seconds: seconds.filter((it) => it !== 0), urls: [former.url, newer.url], errors };
}
