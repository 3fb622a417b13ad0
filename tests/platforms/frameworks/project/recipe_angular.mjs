// deno-lint-ignore-file explicit-function-return-type -- plain JavaScript: Chromium runs it as it is
import "@angular/compiler";
import { Component, provideZonelessChangeDetection, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";
import { useWebSocket } from "./recipe.mjs";

/** A component of Angular, compiled in the page; see `recipes_page.mjs`. */
export async function mount(first, onMessage, options) {
  const url = signal(first);
  let made;
  class Feed {
    made = made = useWebSocket(url, onMessage, options);
  }
  const template = `<p>{{ made.status()?.state ?? "none" }}</p>`;
  const Root = Component({ selector: "main", template })(Feed);
  document.body.append(document.createElement("main"));
  const app = await bootstrapApplication(Root, { providers: [provideZonelessChangeDetection()] });
  return {
    ws: () => made.ws(),
    shown: () => document.querySelector("p").textContent,
    setUrl: (next) => url.set(next),
    unmount: () => app.destroy(),
  };
}
