// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
import { createApp, h, shallowRef } from "vue";
import { useWebSocket } from "./recipe.mjs";

/** A component of Vue, see `recipes_page.mjs`. */
export function mount(first, onMessage, options) {
  const url = shallowRef(first);
  let made;
  const app = createApp({
    setup() {
      made = useWebSocket(url, onMessage, options);
      return () => h("p", made.status.value?.state ?? "none");
    },
  });
  app.mount(document.body);
  return {
    ws: () => made.ws.value,
    shown: () => document.querySelector("p").textContent,
    setUrl: (next) => url.value = next,
    unmount: () => app.unmount(),
  };
}
