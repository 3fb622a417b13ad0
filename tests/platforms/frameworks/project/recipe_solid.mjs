// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
import { createRenderEffect, createSignal } from "solid-js";
import { render } from "solid-js/web";
import { useWebSocket } from "./recipe.mjs";

/** A component of Solid, without JSX; see `recipes_page.mjs`. */
export function mount(first, onMessage, options) {
  const [url, setUrl] = createSignal(first);
  const text = document.createElement("p");
  let made;
  const unmount = render(() => {
    made = useWebSocket(url, onMessage, options);
    createRenderEffect(() => text.textContent = made.status()?.state ?? "none");
    return text;
  }, document.body);
  return { ws: () => made.ws(), shown: () => text.textContent, setUrl, unmount };
}
