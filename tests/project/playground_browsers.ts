/**
 * The playground in real browsers: by keys and by buttons, in dark and light, on a telephone, with a
 * trace that is dropped on it. `deno run -A tests/project/playground_browsers.ts BROWSER FOLDER` keeps
 * the pictures.
 *
 * @module
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { servePlayground } from "../../examples/playground/server.ts";
import { type Look, openers, type Tab, until } from "./tabs.ts";

/** A browser that the playground is tried in. */
export type Browser = keyof typeof openers;

/** Nothing sticks out, and what is pressed with a finger is large enough for one. */
async function assertFits(tab: Tab): Promise<void> {
  const isWider = `document.documentElement.scrollWidth > innerWidth`;
  assertEquals(await tab.evaluate(isWider), false, "the page is wider than the screen");
  const small = await tab.evaluate(
    `[...document.querySelectorAll("button")].filter((it) => it.offsetHeight < 40).length`,
  );
  assertEquals(small, 0, "buttons that are too small");
}

/** Contrast of text and its ground, by WCAG 2. */
const CONTRAST = `(() => {
  const light = (text) => {
    const [r, g, b] = text.match(/[\\d.]+/g).slice(0, 3).map((it) => it / 255)
      .map((it) => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = light(getComputedStyle(document.querySelector("section")).backgroundColor);
  const texts = document.querySelectorAll("h2, dt, #timeline time, #timeline span, #timeline small");
  return Math.min(...[...texts].map((it) => {
    const own = light(getComputedStyle(it).color);
    return (Math.max(own, ground) + 0.05) / (Math.min(own, ground) + 0.05);
  }));
})()`;

/** Whether the ground is a dark one. */
const IS_DARK = `getComputedStyle(document.querySelector("section")).backgroundColor
  .match(/\\d+/g).slice(0, 3).every((it) => it < 90)`;

/** What of each chart's newer half reaches a seventh of the scale, in pixels. */
const BARS = `[...document.querySelectorAll("canvas")].map((it) => {
  const { data } = it.getContext("2d")
    .getImageData(it.width / 2, Math.round(it.height * 0.8), it.width / 2, 1);
  return data.filter((_, index) => index % 4 === 3 && data[index] > 0).length;
}).join()`;

const text = (selector: string): string => `document.querySelector("${selector}").textContent`;
const focused = `document.activeElement.dataset.do ?? document.activeElement.id`;

/** The row; keeps pictures in a folder if one is given. */
export async function checkPlayground(browser: Browser, folder?: string): Promise<string> {
  await using server = await servePlayground(0);
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const looks: readonly (readonly [name: string, look: Look, play: (tab: Tab) => Promise<void>])[] =
    [
      ["light", { width: 1_200, height: 1_150, scheme: "light" }, playOutage],
      ["dark", { width: 1_200, height: 1_150, scheme: "dark" }, playOutage],
      ["phone", { width: 390, height: 844, scheme: "light" }, playPhone],
    ];
  let version = "";
  for (const [name, look, play] of looks) {
    await using stack = new AsyncDisposableStack();
    const tab = await openers[browser](stack, url, look);
    await until(tab, `document.readyState === "complete" && ${text("#state")} === "open"`);
    assertEquals(await tab.evaluate(IS_DARK), look.scheme === "dark", "the scheme is obeyed");
    await play(tab);
    assert(await tab.evaluate(CONTRAST) as number >= 4.5, `contrast in the ${look.scheme}`);
    await assertFits(tab);
    const picture = await tab.screenshot();
    if (folder) await Deno.writeFile(`${folder}/playground-${browser}-${name}.png`, picture);
    assertEquals(await tab.errors(), []);
    version = tab.version;
  }
  return `${version}: keys, dark, light, 390 px, a dropped trace`;
}

/** An outage by keys alone: broken, waited out, healed; the charts move, the naive one in waves. */
async function playOutage(tab: Tab): Promise<void> {
  assertEquals(await tab.evaluate(BARS), "0,0,0");
  await tab.evaluate(`document.querySelector("#speed").value = "20"`);
  await tab.press("o");
  await until(tab, `${text("#state")} === "waiting"`);
  await until(tab, `parseFloat(${text("#now")}) > 75`);
  assertMatch(`${await tab.evaluate(BARS)}`, /^0,0,[1-9]/, "only the naive fleet comes in waves");
  assertMatch(`${await tab.evaluate(text("#timeline"))}`, /connect-failed.*Refused\. The windows/);
  await tab.press("b");
  await until(tab, `${text("#state")} === "open"`);
  await until(tab, `/^1000 of 1000/.test(${text("figcaption")})`);
}

async function playPhone(tab: Tab): Promise<void> {
  await checkKeyboard(tab);
  await checkTrace(tab);
}

/** Tab leads to every control in its order, and Enter presses it. */
async function checkKeyboard(tab: Tab): Promise<void> {
  const seen: string[] = [];
  const controls = `[...document.querySelectorAll("button, select, #timeline, #file")]
    .map((it) => it.dataset.do ?? it.id).join()`;
  const wanted = `${await tab.evaluate(controls)}`.split(",");
  for (let presses = wanted.length + 3; presses > 0 && seen.at(-1) !== wanted.at(-1); presses--) {
    await tab.press("Tab");
    const name = `${await tab.evaluate(focused)}`;
    if (wanted.includes(name)) seen.push(name);
  }
  assertEquals(seen, wanted);
  await tab.evaluate(`document.querySelector('[data-do="freeze"]').focus()`);
  while (await tab.evaluate(focused) !== "revoke") await tab.press("Tab");
  await tab.press("Enter");
  await until(tab, `${text("#state")} === "closed"`);
  assertMatch(`${await tab.evaluate(text("#timeline li"))}`, /fatal-close.*no retry can help/);
  await tab.press("a");
  await until(tab, `${text("#state")} === "open"`);
}

/** A trace that the page itself recorded is dropped on it; a broken one is refused in words. */
async function checkTrace(tab: Tab): Promise<void> {
  await tab.evaluate(`
    var blobs = [];
    var create = URL.createObjectURL;
    URL.createObjectURL = (blob) => (blobs.push(blob), create.call(URL, blob));
    HTMLAnchorElement.prototype.click = () => {};
    document.querySelector('[data-do="save"]').click();
    globalThis.dropText = (text, name) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      document.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
    };
    void blobs[0].text().then((text) => dropText(text, "own.jsonl"));`);
  await until(tab, `/^own.jsonl: every decision would be the same/.test(${text("#replayed")})`);
  assertMatch(`${await tab.evaluate(text("#timeline"))}`, /connecting to wss:\/\/server.example/);
  await tab.evaluate(`dropText("nonsense", "broken.txt")`);
  await until(tab, `${text("#replayed")} === "broken.txt is no trace."`);
}

if (import.meta.main) {
  const [browser = "chromium", folder] = Deno.args;
  console.log(await checkPlayground(browser as Browser, folder));
}
