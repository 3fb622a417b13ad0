// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
import { flushSync, mount as mountComponent, unmount } from "svelte";
import { writable } from "svelte/store";
import Feed from "./Feed.mjs";

/** A component of Svelte, see `recipes_page.mjs`. */
export function mount(first, onMessage, options) {
  const url = writable(first);
  let made;
  const props = { url, onMessage, options, give: (it) => made = it };
  const component = mountComponent(Feed, { target: document.body, props });
  flushSync();
  return {
    ws: () => made.ws,
    shown: () => document.querySelector("p").textContent,
    setUrl: (next) => url.set(next),
    unmount: () => unmount(component),
  };
}
